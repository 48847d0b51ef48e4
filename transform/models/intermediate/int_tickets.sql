-- grain: one row per counted ticket, as last observed: not a mirror of another, opened within what its source reaches
with observations as (from staging.stg_ticket_observations),
events as (from staging.stg_ticket_events),
mirrors as (from staging.stg_links where kind = 'mirror'),
sources as (from intermediate.int_sources),
slas as (from staging.stg_ticket_slas),
sites as (from reference.sites),
absences as (from staging.stg_absences where record_kind = 'ticket'),
with_events as (select distinct ticket_id from events),
latest as (
  select *, bool_or(is_history) over (partition by ticket_id) as has_observations
  from observations
  qualify row_number() over (
    partition by ticket_id order by observed_at desc, source_sequence desc nulls last, import_rank desc, record_number desc
  ) = 1
)
select row_number() over (order by latest.ticket_id)::integer as ticket_key, latest.ticket_id, latest.instance, latest.native_id,
  latest.number, latest.source_id, latest.type, latest.title, latest.status, latest.priority, latest.category,
  latest.subcategory, latest.symptom, latest.service, latest.channel, latest.site_id, latest.assignment_group, latest.assignee,
  latest.support_level, latest.provider, latest.reopen_count, latest.reassignment_count, latest.paused_seconds,
  -- The tool's own verdict: its word for the ticket, else for its commitments, else its due date (DEFINITIONS 22).
  coalesce(latest.made_sla, not slas.has_breached,
    coalesce(latest.resolved_at, latest.closed_at) <= latest.due_at,
    case when reference.to_second(latest.due_at) < sources.through_second then false end) as made_sla,
  latest.opened_by_agent, latest.first_contact,
  latest.requester, latest.asset, latest.parent, latest.problem, latest.duplicate_of,
  latest.catalogue_item, latest.requester_population as population, latest.duplicate_of_id,
  reference.to_second(latest.observed_at) as observed_second,
  reference.to_second(latest.opened_at) as opened_second,
  reference.to_second(latest.reported_at) as reported_second,
  reference.to_second(latest.responded_at) as responded_field_second,
  reference.to_second(latest.restored_at) as restored_field_second,
  reference.to_second(latest.resolved_at) as resolved_field_second,
  reference.to_second(latest.closed_at) as closed_field_second,
  reference.to_second(latest.cancelled_at) as cancelled_field_second,
  reference.to_second(latest.due_at) as due_field_second,
  case when latest.has_observations then 'observations' when with_events.ticket_id is not null then 'events' else 'none' end as history,
  -- Gone by then: before the data ends, so that its last stock is without it.
  case when absences.absent_at is not null
    then least(reference.to_second(absences.absent_at), sources.through_second - 1) end as unseen_second,
  sources.through_second, sources.resolved_from, sources.reopen_open_days, sources.reopen_seconds,
  sites.zone, sites.calendar_key
from latest
join sources on sources.source_id = latest.source_id
join sites on sites.site_id = latest.site_id
left join absences on absences.instance = latest.instance and absences.record_key = latest.native_id
  -- What was deleted and told of again is back.
  and case when absences.is_deleted then absences.absent_at >= latest.observed_at else absences.import_rank > latest.import_rank end
left join with_events on with_events.ticket_id = latest.ticket_id
left join slas on slas.ticket_id = latest.ticket_id
where reference.to_second(latest.opened_at) <= sources.through_second
  and not exists (from mirrors where mirrors.from_ticket_id = latest.ticket_id)
