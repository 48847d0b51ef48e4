-- grain: one row per breached clock: the first running instant at which the time of the priority in force exceeds its target
with progress as (from intermediate.int_clock_progress),
segments as (from reference.calendar_segments),
crossings as (
  select * from progress
  where is_in_force and is_running and elapsed_before + seconds > target_seconds
  qualify row_number() over (partition by clock_key order by change_number, from_second) = 1
),
aimed as (
  select clock_key, calendar_key, from_second, priority, target_seconds, elapsed_before > target_seconds as is_immediate,
    business_from + target_seconds - elapsed_before as business_aim
  from crossings
)
select aimed.clock_key, aimed.priority, aimed.target_seconds, aimed.is_immediate,
  case when is_immediate then aimed.from_second
    else segments.from_second + aimed.business_aim - segments.business_before end as breached_second
from aimed
asof left join segments on segments.calendar_key = aimed.calendar_key and aimed.business_aim >= segments.business_before
