-- grain: one row per clock x piece: an interval of one state, the rule that holds in it and the running total, for open, breached and recent clocks
with sla as (from marts.fct_sla),
as_of as (from intermediate.int_as_of),
runs as (from intermediate.int_clock_runs where is_own),
pieces as (from intermediate.int_clock_pieces),
states as (from intermediate.int_ticket_states),
site_targets as (from intermediate.int_site_targets),
calendars as (from reference.calendars),
segments as (select *, row_number() over (partition by calendar_key order by from_second) as ordinal from reference.calendar_segments),
shown as (
  select runs.run_key, runs.ticket_key, sla.clock_key, sla.ticket_id, sla.site_id, sla.commitment_id, sla.clock, sla.cycle, sla.stint
  from sla
  join runs using (clock_key)
  cross join as_of
  where sla.is_open or sla.verdict = 'breached' or reference.to_second(coalesce(sla.stopped_at, sla.data_through_at)) > as_of.as_of_second - 92 * 86400
),
timed as (
  select shown.*, pieces.* exclude (run_key, target_key), pieces.business_to - pieces.business_from as seconds,
    states.status, states.hold_reason, states.assignment_group, states.provider, site_targets.priority, site_targets.target_seconds
  from pieces
  join shown using (run_key)
  join states on states.ticket_key = shown.ticket_key and states.change_number = pieces.change_number
  join site_targets using (target_key)
)
select timed.clock_key, timed.change_number as piece, timed.ticket_id, timed.site_id, timed.commitment_id, timed.clock, timed.cycle, timed.stint,
  reference.to_instant(timed.from_second) as from_at, reference.to_instant(timed.to_second) as to_at,
  timed.status, timed.hold_reason, timed.assignment_group, timed.provider, timed.priority,
  case when timed.is_running then 'runs' else 'pauses' end as rule, calendars.calendar_id, calendars.zone,
  (coalesce(closes.ordinal, 0) - coalesce(opens.ordinal, 0) + case when opens.to_second > timed.from_second then 1 else 0 end)::integer as segments_met,
  timed.seconds as business_seconds,
  sum(case when timed.is_running then timed.seconds else 0 end) over (
    partition by timed.clock_key, timed.calendar_key order by timed.change_number
  )::bigint as running_total_seconds,
  timed.target_seconds
from timed
join calendars on calendars.calendar_key = timed.calendar_key
asof left join segments as opens on opens.calendar_key = timed.calendar_key and timed.from_second >= opens.from_second
asof left join segments as closes on closes.calendar_key = timed.calendar_key and timed.to_second > closes.from_second
