-- grain: one row per implemented change of an asset followed for 72 h: incidents after it, and in like windows of other weeks
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'change_incidents_after'),
changes as (from intermediate.int_changes where asset_id is not null and ended_second is not null),
near as (from intermediate.int_near_assets),
assets as (from staging.stg_assets),
sources as (from intermediate.int_sources),
incidents as (from intermediate.int_asset_incidents),
begun as (select source_id, min(opened_second) as first_second from intermediate.int_tickets group by source_id),
-- Incidents of an asset come from the source of its register.
followed as (
  select changes.change_key, changes.change_id, changes.asset_id, changes.started_second, changes.ended_second,
    reference.to_second(timezone(changes.zone, timezone('UTC', reference.to_instant(changes.ended_second)))) as local_second,
    greatest(begun.first_second, coalesce(epoch(assets.in_service_on)::bigint, 0)) as first_second, sources.through_second
  from changes
  left join assets on assets.asset_id = changes.asset_id
  join sources on sources.source_id = coalesce(assets.source_id, changes.source_id)
  join begun on begun.source_id = sources.source_id
  where changes.ended_second + 259200 <= sources.through_second
    and not exists (from withheld where withheld.source_id = changes.source_id)
),
-- The like window of 26 weeks before and after, where another change of the asset does not touch it.
weeks as (select unnest(range(-26, 27)) as week),
busy as (
  select distinct followed.change_key, unnest(range(
    (floor((coalesce(changes.started_second, changes.ended_second) - 259200 - followed.ended_second) / 604800) + 1)::bigint,
    ceil((changes.ended_second + 259200 - followed.ended_second) / 604800)::bigint
  )) as week
  from followed
  join near on near.asset_id = followed.asset_id
  join changes on changes.asset_id = near.near_id
  where abs(changes.ended_second - followed.ended_second) < 30 * 604800
),
controls as (
  select followed.change_key, weeks.week
  from followed
  cross join weeks
  anti join busy on busy.change_key = followed.change_key and busy.week = weeks.week
  where weeks.week <> 0 and followed.ended_second + weeks.week * 604800 >= followed.first_second
    and followed.ended_second + weeks.week * 604800 + 259200 <= followed.through_second
),
met as (
  select followed.change_key, followed.change_id, incidents.ticket_id,
    incidents.opened_second >= followed.ended_second and incidents.opened_second < followed.ended_second + 259200 as is_after,
    floor((incidents.local_second - followed.local_second) / 604800)::bigint as week,
    (incidents.local_second - followed.local_second) - floor((incidents.local_second - followed.local_second) / 604800) * 604800 < 259200
      as is_like
  from followed
  join near on near.asset_id = followed.asset_id
  join incidents on incidents.asset_id = near.near_id
),
causes as (from staging.stg_ticket_causes where kind = 'caused_by'),
counted as (
  select met.change_key, count(*) filter (met.is_after) as observed,
    count(*) filter (met.is_after and causes.ticket_id is not null) as observed_linked,
    count(*) filter (not met.is_after and met.is_like and controls.week is not null) as control_incidents
  from met
  left join controls on controls.change_key = met.change_key and controls.week = met.week
  left join causes on causes.ticket_id = met.ticket_id and causes.record_id = met.change_id
  group by met.change_key
),
windows as (select change_key, count(*) as control_windows from controls group by change_key)
select followed.change_key, coalesce(counted.observed, 0)::integer as observed,
  coalesce(counted.observed_linked, 0)::integer as observed_linked,
  coalesce(counted.control_incidents, 0)::integer as control_incidents,
  coalesce(windows.control_windows, 0)::integer as control_windows
from followed
left join counted using (change_key)
left join windows using (change_key)
