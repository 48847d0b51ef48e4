-- grain: one row per run of several priorities, or past its target: what its first and last pieces are judged by
with totals as (from intermediate.int_run_totals),
runs as (from intermediate.int_clock_runs),
site_targets as (from intermediate.int_site_targets),
picked as (
  select totals.*, runs.policy, runs.estimated_pause_seconds
  from totals
  join runs using (run_key)
  where is_mixed or running_seconds - estimated_pause_seconds >= target_seconds
)
select picked.run_key, picked.policy, picked.is_mixed, picked.is_across_calendars, picked.runs_at_end, picked.estimated_pause_seconds,
  firsts.target_seconds as first_target_seconds, firsts.limit_seconds as first_limit_seconds, firsts.calendar_key as first_calendar_key,
  lasts.target_seconds as last_target_seconds, lasts.limit_seconds as last_limit_seconds, lasts.calendar_key as last_calendar_key
from picked
join site_targets as firsts on firsts.target_key = picked.first_target_key
join site_targets as lasts on lasts.target_key = picked.last_target_key
