-- grain: one row per clock x piece: a stretch of one state within a spell of the clock's cycle, running or paused
with clocks as (from intermediate.int_clocks),
states as (from intermediate.int_ticket_states),
spells as (from intermediate.int_ticket_spells),
tickets as (from intermediate.int_tickets),
pauses as (from reference.commitment_pauses),
targets as (from reference.commitment_targets),
calendars as (from reference.site_calendars),
triaged as (
  select clocks.clock_key, arg_max(states.priority, states.change_number) as priority
  from clocks
  join states on states.ticket_key = clocks.ticket_key and states.started_second <= clocks.triage_ends_second
  group by clocks.clock_key
),
cut as (
  select clocks.clock_key, clocks.ticket_key, clocks.commitment_key, clocks.started_second, states.change_number,
    greatest(states.started_second, spells.started_second) as from_second,
    least(states.ended_second, coalesce(spells.ended_second, clocks.through_second), coalesce(clocks.stopped_second, clocks.through_second)) as to_second,
    states.status, states.hold_reason,
    case when states.started_second < clocks.triage_ends_second then triaged.priority else states.priority end as priority
  from clocks
  join spells on spells.ticket_key = clocks.ticket_key and spells.cycle = clocks.cycle and (clocks.clock <> 'response' or spells.spell = 1)
  join states on states.ticket_key = clocks.ticket_key
    and states.started_second <= coalesce(spells.ended_second, clocks.through_second) and states.ended_second >= spells.started_second
    and states.started_second <= coalesce(clocks.stopped_second, clocks.through_second)
  left join triaged on triaged.clock_key = clocks.clock_key
)
select cut.clock_key, cut.change_number, cut.from_second, cut.to_second, cut.status, cut.hold_reason, cut.priority,
  not exists (
    from pauses where pauses.commitment_key = cut.commitment_key and pauses.status = cut.status
      and (pauses.hold_reason is null or pauses.hold_reason = cut.hold_reason)
  ) as is_running,
  targets.target_seconds, calendars.calendar_key
from cut
join tickets using (ticket_key)
left join targets on targets.commitment_key = cut.commitment_key and targets.priority = cut.priority
left join calendars on calendars.calendar_id = targets.calendar_id and calendars.site_id = tickets.site_id
-- Pieces of no length count for nothing, but the one at the start tells the target of a clock that stops at once.
where cut.to_second > cut.from_second or (cut.to_second = cut.from_second and cut.from_second = cut.started_second)
