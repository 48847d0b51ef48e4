-- grain: one row per ticket: the first response, by a person where the actor is known, else as the tool says
with tickets as (from intermediate.int_tickets),
states as (from intermediate.int_ticket_states),
spells as (from intermediate.int_ticket_spells where spell = 1),
firsts as (
  select ticket_key, bool_or(is_by_person is not null) as knows_actor,
    min(started_second) filter (is_by_person and is_reply) as reply_second,
    min(started_second) filter (is_by_person and takes_ownership) as ownership_second,
    min(started_second) filter (is_by_person and leaves_new) as status_second,
    min(started_second) filter (takes_ownership) as tool_ownership_second,
    min(started_second) filter (leaves_new or shows_not_new) as tool_status_second,
    -- Assigning by a rule of the tool is not taking over.
    min(started_second) filter ((leaves_new or takes_ownership) and is_by_person is distinct from false) as taken_over_second
  from states
  where change_number > 1
  group by ticket_key
),
told as (
  select tickets.ticket_key, coalesce(knows_actor, false) as is_actor_known, spells.ended_second, spells.ended_status, firsts.taken_over_second,
    case when knows_actor then reply_second
      when tool_ownership_second is null and tool_status_second is null then tickets.responded_field_second end as reply_second,
    case when knows_actor then ownership_second else tool_ownership_second end as ownership_second,
    case when knows_actor then status_second else tool_status_second end as status_second
  from tickets
  left join firsts using (ticket_key)
  left join spells using (ticket_key)
)
select ticket_key, reply_second, ownership_second, status_second,
  -- No reply: stops at the first resolution.
  ended_second as fallback_second, coalesce(ended_status, ''::reference.word) as fallback_status,
  least(reply_second, ownership_second, status_second, ended_second) as responded_second,
  case when is_actor_known then 'actor' else 'as_the_tool_says' end::reference.word as response_basis,
  least(taken_over_second, ended_second) as taken_over_second
from told
