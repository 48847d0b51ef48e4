-- grain: one row per site x era: the seconds (UTC) between which the same versions of commitments are valid there
with sites as (from reference.sites),
eras as (from reference.eras),
begun as (
  select sites.site_id, eras.era,
    case when eras.era = 0 then -9000000000000 else epoch(timezone(sites.zone, eras.starts_on::timestamp))::bigint end as starts_second
  from sites
  cross join eras
)
select site_id, era, starts_second,
  coalesce(lead(starts_second) over (partition by site_id order by era), 9000000000000) as ends_second
from begun
