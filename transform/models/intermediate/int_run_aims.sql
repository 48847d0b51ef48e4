-- grain: one row per run x mark (due, or breached under a policy): the business second of a calendar at which it falls, or the instant itself
with runs as (from intermediate.int_clock_runs),
totals as (from intermediate.int_run_totals),
ends as (from intermediate.int_run_ends),
progress as (from intermediate.int_clock_progress),
shares as (from intermediate.int_run_shares),
site_targets as (from intermediate.int_site_targets),
commitments as (from reference.commitments),
-- Short of its target under one priority: it would be due where the clock, if it runs on, gets there.
ahead as (
  select run_key, 'due'::reference.word as mark, totals.calendar_key, last_business + target_seconds - running_seconds + estimated_pause_seconds as aim, null::bigint as second
  from totals
  join runs using (run_key)
  where not is_mixed and runs_at_end and running_seconds - estimated_pause_seconds < target_seconds
),
judged as (
  select progress.*, ends.is_mixed, ends.policy, ends.runs_at_end, ends.first_limit_seconds, ends.first_target_seconds, ends.last_limit_seconds, ends.last_target_seconds,
    progress.calendar_key = ends.first_calendar_key as is_first_calendar, progress.calendar_key = ends.last_calendar_key as is_last_calendar
  from progress
  join ends using (run_key)
),
passed as (
  select run_key, 'in_force'::reference.word as mark, judged.calendar_key, business_from + limit_seconds - elapsed_before as aim,
    case when elapsed_before > limit_seconds then from_second end as second
  from judged
  join site_targets using (target_key)
  where is_in_force and is_running and elapsed_before + seconds > limit_seconds
  qualify row_number() over (partition by run_key order by change_number) = 1
  union all
  select run_key, 'final', calendar_key, business_from + last_limit_seconds - elapsed_before, null
  from judged
  where is_mixed and is_last_calendar and elapsed_before <= last_limit_seconds and elapsed_before + seconds > last_limit_seconds
  union all
  select run_key, 'original', calendar_key, business_from + first_limit_seconds - elapsed_before, null
  from judged
  where is_mixed and is_first_calendar and elapsed_before <= first_limit_seconds and elapsed_before + seconds > first_limit_seconds
  union all
  select shares.run_key, 'proportional', shares.calendar_key, business_from + ((limit_multiple - units_before) // weight)::bigint, null
  from shares
  join site_targets using (target_key)
  join commitments using (commitment_key)
  where units_before <= limit_multiple and units_before + seconds * weight > limit_multiple
  union all
  (select run_key, 'restart', shares.calendar_key, business_from + limit_seconds - restarted_before, null
  from shares
  join site_targets using (target_key)
  where restarted_before + seconds > limit_seconds
  qualify row_number() over (partition by run_key order by change_number) = 1)
),
-- The judging line of each run whose target was reached or whose priority changed: its own calendar, its own target.
lines as (
  select run_key, change_number, calendar_key, business_from, business_to, seconds, elapsed_before as before, runs_at_end,
    case when policy = 'original' then first_target_seconds else last_target_seconds end as target
  from judged
  where not is_mixed or policy in ('in_force', 'final') and is_last_calendar or policy = 'original' and is_first_calendar
  union all
  select shares.run_key, change_number, shares.calendar_key, business_from, business_from + seconds, seconds, restarted_before, runs_at_end, target_seconds
  from shares
  join ends using (run_key)
  join site_targets using (target_key)
  where ends.policy = 'restart'
  qualify era = max(era) over (partition by shares.run_key)
),
reached as (
  select run_key, calendar_key, business_from + target - before as aim
  from lines
  where before < target and before + seconds >= target and seconds > 0
),
beyond as (
  select run_key, any_value(calendar_key) as calendar_key, max(business_to) filter (seconds > 0) as last_running, max(business_to) as last_business,
    any_value(target) - max(before + seconds) as remaining, any_value(runs_at_end) as runs_at_end
  from lines
  group by run_key
),
share_ends as (
  select shares.run_key, max(target_multiple) as target_multiple, max(target_units_before + seconds * coalesce(target_weight, 0)) as units,
    arg_max(shares.calendar_key, change_number) as calendar_key, arg_max(business_from + seconds, change_number) as last_business,
    arg_max_null(target_weight, change_number) as weight, any_value(runs_at_end) as runs_at_end
  from shares
  join ends using (run_key)
  join site_targets using (target_key)
  join commitments using (commitment_key)
  where ends.policy = 'proportional'
  group by shares.run_key
),
dues as (
  select run_key, 'due'::reference.word as mark, calendar_key, aim, null::bigint as second from reached
  union all
  select run_key, 'due', calendar_key, last_business + remaining, null
  from beyond
  where remaining > 0 and runs_at_end
  union all
  select shares.run_key, 'due', shares.calendar_key,
    business_from + ((share_ends.target_multiple - target_units_before + site_targets.target_weight - 1) // site_targets.target_weight)::bigint, null
  from shares
  join share_ends using (run_key)
  join site_targets using (target_key)
  where target_units_before < share_ends.target_multiple and target_units_before + seconds * site_targets.target_weight >= share_ends.target_multiple
  union all
  select run_key, 'due', calendar_key, last_business + ((target_multiple - units + weight - 1) // weight)::bigint, null
  from share_ends
  where units < target_multiple and runs_at_end
)
from ahead
union all by name
from passed
union all by name
from dues
