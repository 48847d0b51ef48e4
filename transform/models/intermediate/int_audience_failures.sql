-- grain: one row per audience x kind x model ('*' all) x age in whole years (-1 all): days in service and incidents
with failures as (from intermediate.int_asset_failures),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id, failures.kind, coalesce(failures.model, '*') as model, coalesce(failures.age, -1)::integer as age,
  sum(failures.days)::integer as days, sum(failures.incidents)::integer as incidents
from failures
join audience_sites on audience_sites.site_id = failures.site_id
group by grouping sets (
  (audience_sites.audience_id, failures.kind, failures.model, failures.age), (audience_sites.audience_id, failures.kind, failures.model),
  (audience_sites.audience_id, failures.kind, failures.age), (audience_sites.audience_id, failures.kind)
)
