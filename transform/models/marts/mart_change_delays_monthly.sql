-- grain: one row per audience x month of implementation ('*' all) x site ('*' all) x type ('*' all): how long changes took to come
with changes as (from marts.fct_changes where implemented_month is not null),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id, coalesce(changes.implemented_month, '*') as month, coalesce(changes.site_id, '*') as site_id,
  coalesce(changes.type, '*') as type, count(changes.lead_seconds)::integer as leads,
  quantile_cont(changes.lead_seconds, 0.5)::double as lead_median_seconds, quantile_cont(changes.lead_seconds, 0.9)::double as lead_p90_seconds,
  count(changes.approval_seconds)::integer as approvals,
  quantile_cont(changes.approval_seconds, 0.5)::double as approval_median_seconds,
  quantile_cont(changes.approval_seconds, 0.9)::double as approval_p90_seconds
from changes
join audience_sites using (site_id)
group by cube (changes.implemented_month, changes.site_id, changes.type), audience_sites.audience_id
