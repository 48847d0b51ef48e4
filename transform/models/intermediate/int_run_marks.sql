-- grain: one row per run that has any: the instants (UTC seconds) at which it is due and breached under each policy
with aims as (from intermediate.int_run_aims),
segments as (from reference.calendar_segments),
placed as (
  -- A target is reached at the end of its last second, and exceeded where the next one begins.
  select aims.*, aims.aim - case when mark = 'due' then 1 else 0 end as key
  from aims
),
told as (
  select placed.run_key, placed.mark, placed.second is not null as is_immediate,
    coalesce(placed.second, case when placed.aim - segments.business_before <= segments.to_second - segments.from_second
      then segments.from_second + placed.aim - segments.business_before end) as second
  from placed
  asof left join segments on segments.calendar_key = placed.calendar_key and placed.key >= segments.business_before
)
select run_key,
  max(second) filter (mark = 'due') as due_second,
  max(second) filter (mark = 'in_force') as in_force_second,
  max(second) filter (mark = 'final') as final_second,
  max(second) filter (mark = 'original') as original_second,
  max(second) filter (mark = 'proportional') as proportional_second,
  max(second) filter (mark = 'restart') as restart_second,
  coalesce(bool_or(is_immediate), false) as is_immediate
from told
group by run_key
