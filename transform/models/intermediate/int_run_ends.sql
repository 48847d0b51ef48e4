-- grain: one row per run of several priorities, or past its target: what its first and last pieces are judged by
with totals as (from intermediate.int_run_totals),
pieces as (from intermediate.int_clock_pieces),
runs as (from intermediate.int_clock_runs),
picked as (
  select totals.*, runs.policy, runs.estimated_pause_seconds
  from totals
  join runs using (run_key)
  where is_mixed or running_seconds - estimated_pause_seconds >= target_seconds
)
select picked.run_key, picked.policy, picked.is_mixed, picked.runs_at_end, picked.estimated_pause_seconds,
  firsts.priority as first_priority, firsts.target_seconds as first_target_seconds, firsts.limit_seconds as first_limit_seconds,
  firsts.calendar_key as first_calendar_key,
  lasts.priority as last_priority, lasts.target_seconds as last_target_seconds, lasts.limit_seconds as last_limit_seconds,
  lasts.calendar_key as last_calendar_key
from picked
join pieces as firsts on firsts.run_key = picked.run_key and firsts.change_number = picked.first_change_number
join pieces as lasts on lasts.run_key = picked.run_key and lasts.change_number = picked.last_change_number
