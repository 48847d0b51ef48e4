-- grain: one row per breached clock: the stage in which it ran longest until its breach, by who could have moved the ticket on
with runs as (from intermediate.int_clock_runs where is_own),
states as (from intermediate.int_ticket_states),
results as (from intermediate.int_run_results where is_own and breached_second is not null),
pieces as (from intermediate.int_clock_pieces where is_running),
days as (from reference.calendar_days),
cut as (
  select results.clock_key, pieces.change_number, pieces.from_second, pieces.calendar_key, pieces.business_from,
    pieces.business_to, pieces.to_second, least(pieces.to_second, results.breached_second) as until_second,
    case when pieces.custody <> 'internal' then pieces.custody when states.status = 'on_hold' then 'on_hold'::reference.word
      when states.status = 'new' then 'new'::reference.word else 'internal'::reference.word end as stage
  from results
  join pieces on pieces.run_key = results.run_key and pieces.from_second < results.breached_second
  join runs on runs.run_key = results.run_key
  join states on states.ticket_key = runs.ticket_key and states.change_number = pieces.change_number
),
timed as (
  select clock_key, stage, min(change_number) as first_change_number,
    sum(case when until_second = to_second then business_to else reference.business_at(days, until_second) end - business_from)::bigint as seconds
  from cut
  join days on days.day_key = reference.day_key(cut.calendar_key, cut.until_second)
  group by clock_key, stage
)
select clock_key, arg_max(stage, (seconds, -first_change_number)) as lost_stage
from timed
group by clock_key
