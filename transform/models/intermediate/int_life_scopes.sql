-- grain: one row per life x set of values that scopes look at: where it has them, and whether it ends with them
with lives as (from intermediate.int_lives),
tickets as (from intermediate.int_tickets),
states as (from intermediate.int_ticket_states),
ranges as (from intermediate.int_ticket_ranges),
responses as (from intermediate.int_responses),
dimensions as (from reference.scope_dimensions),
steady as (
  select lives.ticket_key, lives.clock, lives.window_key, lives.cycle, lives.stint, lives.era,
    case when uses_priority then greatest_priority else ''::reference.word end as priority,
    greatest_group as assignment_group, greatest_provider as provider, lives.stopped_second as left_second, true as is_final
  from lives
  join ranges using (ticket_key)
  cross join dimensions
  where not ranges.changes_scope
),
-- What changes before the ticket is taken over holds from the start.
settled as (
  select ticket_key, max(responses.taken_over_second) as taken_over_second,
    arg_max(coalesce(states.priority, ''::reference.word), change_number) as priority, arg_max(states.assignment_group, change_number) as assignment_group,
    arg_max(states.provider, change_number) as provider
  from states
  join ranges using (ticket_key)
  join responses using (ticket_key)
  where ranges.changes_scope and states.started_second <= coalesce(responses.taken_over_second, 9000000000000)
  group by ticket_key
),
seen as (
  select lives.ticket_key, lives.clock, lives.window_key, lives.cycle, lives.stint, lives.era, states.change_number,
    least(states.ended_second, coalesce(lives.stopped_second, states.ended_second)) as to_second,
    states.started_second < coalesce(settled.taken_over_second, 9000000000000) as is_triaged,
    lives.clock in ('ola', 'provider') as is_stint,
    case when not uses_priority then ''::reference.word when is_triaged then settled.priority else coalesce(states.priority, ''::reference.word) end as priority,
    case when not uses_group then ''::reference.party when is_triaged and not is_stint then settled.assignment_group else states.assignment_group end as assignment_group,
    case when not uses_provider then ''::reference.party when is_triaged and not is_stint then settled.provider else states.provider end as provider
  from lives
  join settled using (ticket_key)
  join states on states.ticket_key = lives.ticket_key
    and (states.started_second < coalesce(lives.stopped_second, states.ended_second) and states.ended_second > lives.started_second
        and states.ended_second > states.started_second
      or lives.started_second = coalesce(lives.stopped_second, states.started_second) and states.started_second <= lives.started_second
        and (states.ended_second > lives.started_second or states.is_last))
  cross join dimensions
),
changing as (
  select ticket_key, clock, window_key, cycle, stint, era, priority, assignment_group, provider, max(to_second) as left_second,
    max(change_number) as last_change_number
  from seen
  group by all
)
select * from steady
union all by name
select ticket_key, clock, window_key, cycle, stint, era, priority, assignment_group, provider, left_second,
  last_change_number = max(last_change_number) over (partition by ticket_key, clock, window_key, cycle, stint) as is_final
from changing
