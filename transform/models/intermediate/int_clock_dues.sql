-- grain: one row per clock: where the target of the priority in force at the end is (or would be) reached
with progress as (from intermediate.int_clock_progress),
pieces as (from intermediate.int_clock_pieces),
segments as (from reference.calendar_segments),
last_pieces as (
  select * from pieces qualify row_number() over (partition by clock_key order by change_number desc, from_second desc) = 1
),
own as (
  select progress.*, last_pieces.target_seconds as aim_seconds, last_pieces.is_running as runs_at_end
  from progress
  join last_pieces on last_pieces.clock_key = progress.clock_key and last_pieces.calendar_key = progress.calendar_key
),
totals as (
  select clock_key, calendar_key, any_value(aim_seconds) as aim_seconds, bool_or(runs_at_end) as runs_at_end,
    sum(seconds)::bigint as gross_seconds, coalesce(sum(seconds) filter (is_running), 0)::bigint as elapsed_seconds,
    arg_max(business_to, (change_number, from_second)) filter (is_running) as last_business
  from own
  group by clock_key, calendar_key
),
reached as (
  select clock_key, business_from + aim_seconds - elapsed_before as business_aim
  from own
  where is_running and elapsed_before < aim_seconds and elapsed_before + seconds >= aim_seconds
),
aimed as (
  select totals.*,
    coalesce(reached.business_aim, case when runs_at_end then last_business + aim_seconds - elapsed_seconds end) as business_aim
  from totals
  left join reached using (clock_key)
)
select aimed.clock_key, aimed.calendar_key, aimed.gross_seconds, aimed.elapsed_seconds,
  case when aimed.business_aim - segments.business_before <= segments.to_second - segments.from_second
    then segments.from_second + aimed.business_aim - segments.business_before end as due_second
from aimed
asof left join segments on segments.calendar_key = aimed.calendar_key and aimed.business_aim > segments.business_before
