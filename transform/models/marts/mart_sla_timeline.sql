-- grain: one row per audience x clock of its list x piece: the proof sheet, in the local time of the piece's calendar
with timeline as (from marts.fct_sla_timeline),
clocks as (select audience_id, clock_key from marts.mart_sla_clocks)
select clocks.audience_id, timeline.clock_key, timeline.piece,
  reference.local_text(timeline.from_at, timeline.zone) as from_local, reference.local_text(timeline.to_at, timeline.zone) as to_local, timeline.zone, timeline.calendar_id,
  timeline.status, timeline.hold_reason, timeline.assignment_group, timeline.provider, timeline.priority, timeline.rule, timeline.segments_met,
  timeline.business_seconds, timeline.running_total_seconds, timeline.target_seconds
from timeline
join clocks using (clock_key)
