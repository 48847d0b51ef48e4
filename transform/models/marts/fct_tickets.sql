-- grain: one row per ticket
with tickets as (from intermediate.int_tickets),
spells as (from intermediate.int_ticket_spells),
changes as (from intermediate.int_ticket_changes),
states as (from intermediate.int_ticket_states),
origins as (from intermediate.int_ticket_origins),
days as (from reference.calendar_days),
months as (from reference.months),
ends as (
  select ticket_key, arg_max_null(ended_second, spell) as ended_second, arg_max(coalesce(ended_status, ''), spell) as ended_status,
    arg_max(coalesce(end_basis, ''), spell) as end_basis, count(*) - 1 as reopenings
  from spells
  group by ticket_key
),
holds as (
  select ticket_key, sum(ended_second - started_second)::bigint as on_hold_seconds
  from states
  where status = 'on_hold'
  group by ticket_key
),
moves as (
  select ticket_key, (count(*) filter (is_move))::integer as reassignments
  from (
    select ticket_key, assignment_group <> '' and previous_group <> '' and assignment_group <> previous_group as is_move
    from (
      select ticket_key, assignment_group, lag(assignment_group) over (partition by ticket_key order by change_number) as previous_group
      from states
    )
  )
  group by ticket_key
),
measured as (
  select tickets.*, ends.ended_second, ends.ended_status, ends.end_basis, ends.reopenings,
    coalesce(holds.on_hold_seconds, 0) as on_hold_seconds, coalesce(moves.reassignments, 0) as reassignments,
    case when ends.ended_status in ('resolved', 'closed') and ends.end_basis <> 'unknown' then ends.ended_second end as resolved_second
  from tickets
  join ends using (ticket_key)
  left join holds using (ticket_key)
  left join moves using (ticket_key)
)
select measured.ticket_id, measured.ticket_key, measured.instance, measured.native_id, measured.number, measured.source_id,
  measured.type, measured.site_id, measured.service, measured.category, measured.subcategory, measured.symptom,
  measured.channel, measured.catalogue_item, measured.population, origins.origin, coalesce(measured.priority, '') as priority, measured.assignment_group, measured.status, measured.history,
  reference.to_instant(measured.opened_second) as opened_at,
  reference.to_instant(measured.resolved_second) as resolved_at,
  measured.end_basis as resolved_basis,
  reference.to_instant(measured.resolved_field_second) as resolved_field_at,
  reference.to_instant(measured.closed_field_second) as closed_at,
  case when measured.ended_status = 'cancelled' then reference.to_instant(measured.ended_second) end as cancelled_at,
  measured.ended_second is null as is_open,
  measured.reopenings, measured.reopen_count, measured.reassignments, measured.reassignment_count,
  measured.on_hold_seconds, measured.made_sla,
  measured.resolved_second - measured.opened_second as resolve_calendar_seconds,
  reference.business_at(closes, measured.resolved_second) - reference.business_at(opens, measured.opened_second) as resolve_business_seconds,
  opened.month as opened_month,
  case when measured.resolved_second is not null then resolved.month end as resolved_month,
  case when measured.closed_field_second is not null then closed.month end as closed_month,
  reference.to_instant(measured.through_second) as data_through_at
from measured
join origins using (ticket_key)
left join days as opens on opens.day_key = reference.day_key(measured.calendar_key, measured.opened_second)
left join days as closes on closes.day_key = reference.day_key(measured.calendar_key, measured.resolved_second)
asof left join months as opened on measured.opened_second >= opened.starts_second
asof left join months as resolved on measured.resolved_second >= resolved.starts_second
asof left join months as closed on measured.closed_field_second >= closed.starts_second
