-- grain: one row per run: business seconds in the calendar of each piece's own priority; whether one priority holds throughout
with pieces as (from intermediate.int_clock_pieces)
select run_key, min(priority) <> max(priority) as is_mixed,
  any_value(target_seconds) as target_seconds, any_value(limit_seconds) as limit_seconds, any_value(calendar_key) as calendar_key,
  sum(business_to - business_from)::bigint as gross_seconds,
  coalesce(sum(business_to - business_from) filter (is_running), 0)::bigint as running_seconds,
  max(business_to) filter (is_running) as last_business,
  coalesce(max(to_second) filter (is_running), -1) = max(to_second) as runs_at_end,
  max(change_number) as last_change_number, min(change_number) as first_change_number
from pieces
group by run_key
