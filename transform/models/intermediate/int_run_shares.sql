-- grain: one row per run of several priorities x piece, in the calendar of its priority: what the policies `proportional` and `restart` have counted before it
with ends as (from intermediate.int_run_ends where is_mixed),
progress as (from intermediate.int_clock_progress where is_in_force),
site_targets as (from intermediate.int_site_targets),
summed as (
  select progress.run_key, progress.change_number, progress.calendar_key, progress.business_from, progress.seconds, progress.target_key,
    lag(progress.target_key) over line is distinct from progress.target_key as is_new_priority,
    coalesce(sum(progress.seconds * coalesce(site_targets.weight, 0)) over before, 0)::hugeint as units_before,
    coalesce(sum(progress.seconds * coalesce(site_targets.target_weight, 0)) over before, 0)::hugeint as target_units_before,
    coalesce(sum(progress.seconds) over before, 0)::bigint as seconds_before
  from progress
  semi join ends using (run_key)
  join site_targets using (target_key)
  window line as (partition by progress.run_key order by progress.change_number),
    before as (partition by progress.run_key order by progress.change_number rows between unbounded preceding and 1 preceding)
)
select run_key, change_number, calendar_key, business_from, seconds, target_key,
  units_before, target_units_before,
  (sum(is_new_priority::integer) over history)::integer as era,
  seconds_before - max(seconds_before) filter (is_new_priority) over history as restarted_before
from summed
window history as (partition by run_key order by change_number rows between unbounded preceding and current row)
