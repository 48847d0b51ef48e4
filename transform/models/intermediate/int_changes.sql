-- grain: one row per counted change: opened within what its source reaches
with changes as (from staging.stg_changes),
sources as (from intermediate.int_sources),
sites as (from reference.sites),
asset_ids as (from intermediate.int_asset_ids),
causes as (from staging.stg_ticket_causes where kind = 'caused_by'),
tickets as (from intermediate.int_tickets where type = 'incident'),
approvals as (select source_id, count(approved_at) > 0 as tells_approvals from changes group by source_id),
linked as (
  select causes.record_id, count(*) as linked, count(*) filter (tickets.priority in ('P1', 'P2')) as linked_major
  from causes
  join tickets on tickets.ticket_id = causes.ticket_id
  group by causes.record_id
),
measured as (
  select changes.*, sources.through_second, sites.zone, asset_ids.asset_id,
    reference.to_second(changes.opened_at) as opened_second,
    reference.to_second(changes.approved_at) as approved_second,
    reference.to_second(changes.rejected_at) as rejected_second,
    reference.to_second(changes.planned_start_at) as planned_start_second,
    reference.to_second(changes.planned_end_at) as planned_end_second,
    reference.to_second(changes.actual_start_at) as started_second,
    reference.to_second(changes.actual_end_at) as ended_second,
    reference.to_second(changes.closed_at) as closed_second,
    changes.rejected_at is not null as is_rejected,
    approvals.tells_approvals,
    coalesce(linked.linked, 0)::integer as linked, coalesce(linked.linked_major, 0)::integer as linked_major
  from changes
  join sources on sources.source_id = changes.source_id
  join sites on sites.site_id = changes.site_id
  join approvals on approvals.source_id = changes.source_id
  left join asset_ids on asset_ids.instance = changes.instance and asset_ids.asset = changes.asset
  left join linked on linked.record_id = changes.change_id
  where reference.to_second(changes.opened_at) <= sources.through_second
)
select (row_number() over (order by change_id))::integer as change_key, change_id, instance, native_id, number, source_id, type, status,
  risk, service, site_id, zone, asset_id, bundle, opened_second, approved_second, rejected_second, planned_start_second,
  planned_end_second, started_second, ended_second, closed_second, close_code, through_second, linked, linked_major,
  is_rejected, status = 'cancelled' and not is_rejected as is_cancelled,
  -- Implemented: it was ended, or closed with an outcome where the source tells no end.
  not is_rejected and coalesce(ended_second, case when close_code is not null then closed_second end) is not null as is_implemented,
  coalesce(ended_second, case when close_code is not null then closed_second end) as implemented_second,
  coalesce(is_unauthorised, tells_approvals and type <> 'standard' and started_second is not null
    and coalesce(approved_second > started_second, true)) as is_unauthorised,
  -- What was done where it has begun, else what is planned; nothing of what was refused or called off.
  case when not is_rejected and status is distinct from 'cancelled' then coalesce(started_second, planned_start_second) end as from_second,
  case when not is_rejected and status is distinct from 'cancelled'
    then coalesce(ended_second, greatest(planned_end_second, started_second)) end as to_second
from measured
