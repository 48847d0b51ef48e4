-- grain: one row per incident: the first ticket of its occurrence (DEFINITIONS 26)
with recursive incidents as (from intermediate.int_incidents),
families as (from intermediate.int_incident_families),
roots as (from intermediate.int_incident_roots where root_key <> ticket_key),
placed as (
  select incidents.ticket_key, families.family_key, incidents.opened_second, incidents.asset_id is not null as has_asset,
    coalesce(incidents.asset_id, incidents.site_id) as place,
    case when incidents.asset_id is null then incidents.opened_second + 3600
      else greatest(incidents.opened_second + 3600, least(incidents.ended_second - 1, incidents.opened_second + 86400)) end
      as reach_second
  from incidents
  join families using (ticket_key)
  left join roots using (ticket_key)
  where roots.ticket_key is null and (incidents.asset_id is not null or incidents.site_id <> '')
),
-- Tickets further from the one before than any reach begin an occurrence: only runs of nearer ones are followed.
gaps as (
  select *, row_number() over (order by family_key, has_asset, place, opened_second, ticket_key) as position,
    coalesce(opened_second - lag(opened_second) over same_place > case when has_asset then 86400 else 3600 end, true) as is_first
  from placed
  window same_place as (partition by family_key, has_asset, place order by opened_second, ticket_key)
),
runs as (select *, sum(is_first::integer) over (order by position) as run from gaps),
long_runs as (from runs qualify count(*) over (partition by run) > 1),
pointers as (
  select run, position, ticket_key, is_first,
    min(position) over (
      partition by run order by opened_second range between (reach_second - opened_second + 1) following and unbounded following
    ) as next_position
  from long_runs
),
heads as (
  select position, next_position from pointers where is_first
  union all
  select pointers.position, pointers.next_position
  from heads
  join pointers on pointers.position = heads.next_position
),
joined as (
  select pointers.ticket_key,
    last_value(case when heads.position is not null then pointers.ticket_key end ignore nulls)
      over (partition by run order by pointers.position) as first_key
  from pointers
  left join heads on heads.position = pointers.position
)
select incidents.ticket_key, coalesce(joined.first_key, roots.root_key, incidents.ticket_key) as occurrence_key
from incidents
left join roots on roots.ticket_key = incidents.ticket_key
left join joined on joined.ticket_key = coalesce(roots.root_key, incidents.ticket_key)
