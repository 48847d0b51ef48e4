-- grain: one row per run of several priorities x piece, in the calendar of its priority: what the policies `proportional` and `restart` have counted before it
with ends as (from intermediate.int_run_ends where is_mixed),
progress as (from intermediate.int_clock_progress where is_in_force)
select progress.run_key, progress.change_number, progress.from_second, progress.calendar_key, progress.is_running, progress.business_from, progress.seconds,
  progress.target_seconds, progress.limit_seconds, progress.weight, progress.target_weight, progress.priority, progress.era,
  coalesce(sum(progress.seconds * coalesce(progress.weight, 0)) over before, 0)::hugeint as units_before,
  coalesce(sum(progress.seconds * coalesce(progress.target_weight, 0)) over before, 0)::hugeint as target_units_before,
  coalesce(sum(progress.seconds) over (
    partition by progress.run_key, progress.era order by progress.change_number rows between unbounded preceding and 1 preceding
  ), 0)::bigint as restarted_before
from progress
semi join ends using (run_key)
window before as (partition by progress.run_key order by progress.change_number rows between unbounded preceding and 1 preceding)
