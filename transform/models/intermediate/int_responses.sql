-- grain: one row per ticket: the first response, by a person where the actor is known, else as the tool says
with tickets as (from intermediate.int_tickets),
changes as (from intermediate.int_ticket_changes),
states as (from intermediate.int_ticket_states),
spells as (from intermediate.int_ticket_spells where spell = 1),
stepped as (
  select ticket_key, change_number, started_second, status, assignee,
    lag(status) over (partition by ticket_key order by change_number) as previous_status,
    lag(assignee) over (partition by ticket_key order by change_number) as previous_assignee
  from states
),
acts as (
  select ticket_key, changed_second,
    actor_kind is not null as knows_actor,
    actor_kind in ('agent', 'provider') as is_person,
    coalesce(is_reply, false) as is_reply,
    stepped.previous_status = 'new' and stepped.status <> 'new' as leaves_new,
    stepped.assignee <> '' and coalesce(stepped.previous_assignee, '') = '' as takes_ownership,
    changes.status <> 'new' as is_seen_not_new
  from changes
  join stepped using (ticket_key, change_number)
  where change_number > 1
),
firsts as (
  select ticket_key, bool_or(knows_actor) as knows_actor,
    min(changed_second) filter (is_person and (is_reply or leaves_new or takes_ownership)) as person_second,
    min(changed_second) filter (leaves_new or takes_ownership or is_seen_not_new) as tool_second,
    min(changed_second) filter (leaves_new or takes_ownership) as taken_over_second
  from acts
  group by ticket_key
)
select tickets.ticket_key,
  -- No reply: stops at the first resolution.
  least(
    case when knows_actor then person_second else coalesce(tool_second, tickets.responded_field_second) end,
    spells.ended_second
  ) as responded_second,
  case when knows_actor then 'actor' else 'as_the_tool_says' end as response_basis,
  least(taken_over_second, spells.ended_second) as taken_over_second
from tickets
left join firsts using (ticket_key)
left join spells using (ticket_key)
