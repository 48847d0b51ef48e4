-- grain: one row per ticket x reopening window x cycle x clock (ola, provider) x stint: a stretch in the hands of one group or provider
with commitments as (from reference.commitments),
cycles as (from intermediate.int_cycles),
-- Of changes in one second the last one holds.
states as (from intermediate.int_ticket_states where ended_second > started_second),
tickets as (from intermediate.int_tickets),
clocks as (select distinct clock, window_key from commitments where clock in ('ola', 'provider')),
held as (
  select states.ticket_key, cycles.window_key, cycles.cycle, clocks.clock, states.change_number,
    case clocks.clock when 'ola' then states.assignment_group else states.provider end as holder,
    greatest(states.started_second, cycles.started_second) as from_second,
    least(states.ended_second, coalesce(cycles.ended_second, states.ended_second)) as to_second
  from states
  cross join clocks
  join cycles on cycles.ticket_key = states.ticket_key and cycles.window_key = clocks.window_key
    and states.started_second < coalesce(cycles.ended_second, states.ended_second) and states.ended_second > cycles.started_second
  where states.is_open or states.started_second >= cycles.turned_second
),
turned as (
  select *,
    lag(holder) over line is distinct from holder as is_turn,
    coalesce(from_second > lag(to_second) over line, false) as is_after_gap,
    lead(change_number) over line is null as is_last
  from held
  window line as (partition by ticket_key, window_key, cycle, clock order by change_number)
),
counted as (
  select *, sum(is_turn::integer) over (partition by ticket_key, window_key, cycle, clock order by change_number) as run
  from turned
),
stints as (
  select ticket_key, window_key, cycle, clock, run, any_value(holder) as holder, min(from_second) as started_second, max(to_second) as ended_second,
    min(to_second) filter (next_is_gap) as first_ended_second,
    (count(*) filter (is_after_gap and not is_turn))::integer as reopenings, bool_or(is_last) as is_last
  from (select *, coalesce(lead(is_after_gap and not is_turn) over (partition by ticket_key, window_key, cycle, clock order by change_number), false) as next_is_gap from counted)
  group by ticket_key, window_key, cycle, clock, run
)
select stints.ticket_key, stints.clock, stints.window_key, stints.cycle,
  (row_number() over (partition by stints.ticket_key, stints.window_key, stints.clock, stints.cycle order by stints.run))::integer as stint,
  stints.holder, stints.started_second,
  case when stints.is_last then cycles.ended_second else stints.ended_second end as stopped_second,
  coalesce(stints.first_ended_second, case when stints.is_last then cycles.ended_second else stints.ended_second end) as first_stopped_second,
  stints.reopenings, stints.is_last
from stints
join cycles using (ticket_key, window_key, cycle)
where stints.holder <> ''
