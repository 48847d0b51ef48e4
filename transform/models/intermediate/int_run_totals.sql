-- grain: one row per run: business seconds in the calendar of each piece's own priority, and in whose hands; whether one priority holds throughout
with pieces as (from intermediate.int_clock_pieces),
site_targets as (from intermediate.int_site_targets),
summed as (
  select run_key, min(target_key) as target_key, min(target_key) <> max(target_key) as is_mixed, min(calendar_key) <> max(calendar_key) as is_across_calendars,
    sum(business_to - business_from)::bigint as gross_seconds,
    coalesce(sum(business_to - business_from) filter (is_running), 0)::bigint as running_seconds,
    coalesce(sum(business_to - business_from) filter (custody = 'requester'), 0)::bigint as requester_seconds,
    coalesce(sum(business_to - business_from) filter (custody = 'provider'), 0)::bigint as provider_seconds,
    max(business_to) filter (is_running) as last_business,
    coalesce(max(to_second) filter (is_running), -1) = max(to_second) as runs_at_end,
    max(change_number) as last_change_number, arg_max(target_key, change_number) as last_target_key, arg_min(target_key, change_number) as first_target_key
  from pieces
  group by run_key
)
select summed.*, site_targets.target_seconds, site_targets.limit_seconds, site_targets.calendar_key
from summed
join site_targets using (target_key)
