-- grain: one row per commitment x site x priority ('' where none is known): target, limit (target and tolerance) and calendar
with commitments as (from reference.commitments),
targets as (from reference.commitment_targets),
calendars as (from reference.site_calendars),
priorities as (select unnest(['', 'P1', 'P2', 'P3', 'P4', 'P5'])::reference.word as priority)
select row_number() over (order by commitments.commitment_key, calendars.site_id, priorities.priority)::integer as target_key,
  dense_rank() over (order by commitments.commitment_key, calendars.site_id)::integer as terms_key,
  commitments.commitment_key, calendars.site_id, priorities.priority, targets.target_seconds, targets.limit_seconds,
  commitments.limit_multiple // targets.limit_seconds as weight,
  commitments.target_multiple // targets.target_seconds as target_weight, calendars.calendar_key
from commitments
cross join priorities
left join targets on targets.commitment_key = commitments.commitment_key and targets.priority = priorities.priority
join calendars on calendars.calendar_id = coalesce(targets.calendar_id, commitments.calendar_id)
