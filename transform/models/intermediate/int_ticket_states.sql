-- grain: one row per ticket x state, half-open [started_second, ended_second); the last one ends where the source's data ends
with changes as (from intermediate.int_ticket_changes),
tickets as (from intermediate.int_tickets),
acts as (
  select ticket_key, change_number, changed_second, status, hold_reason, priority, support_level,
    assignment_group::reference.party as assignment_group, provider::reference.party as provider,
    assignee <> '' as has_assignee, coalesce(is_reply, false) as is_reply, actor_kind in ('agent', 'provider') as is_by_person
  from changes
),
provider_ids as (
  select written.provider::reference.party as provider, provider_names.provider_id::reference.party as provider_id
  from (select distinct provider from changes) as written
  join reference.provider_names on provider_names.name = lower(written.provider)
),
group_providers as (
  select try_cast(assignment_group as reference.party) as assignment_group, provider_id::reference.party as provider_id
  from reference.group_providers
),
filled as (
  select ticket_key, change_number, changed_second, is_reply, is_by_person, coalesce(status <> 'new', false) as shows_not_new,
    last_value(status ignore nulls) over history as status,
    last_value(status ignore nulls) over before as previous_status,
    last_value(hold_reason ignore nulls) over history as hold_reason,
    last_value(priority ignore nulls) over history as priority,
    last_value(assignment_group ignore nulls) over history as assignment_group,
    last_value(has_assignee ignore nulls) over history as has_assignee,
    last_value(has_assignee ignore nulls) over before as had_assignee,
    last_value(provider ignore nulls) over history as provider,
    last_value(support_level ignore nulls) over history as support_level,
    lead(changed_second) over (partition by ticket_key order by change_number) as next_second
  from acts
  window history as (partition by ticket_key order by change_number rows between unbounded preceding and current row),
    before as (partition by ticket_key order by change_number rows between unbounded preceding and 1 preceding)
)
select ticket_key, change_number, changed_second as started_second,
  coalesce(next_second, greatest(through_second, changed_second)) as ended_second, next_second is null as is_last,
  filled.status, case when filled.status = 'on_hold' then filled.hold_reason else ''::reference.word end as hold_reason, filled.priority,
  filled.assignment_group, filled.support_level,
  coalesce(provider_ids.provider_id, nullif(filled.provider, ''::reference.party), group_providers.provider_id, ''::reference.party) as provider,
  filled.status not in ('resolved', 'closed', 'cancelled', 'unseen') as is_open,
  -- What began it: who did so (null where the source does not tell) and whether it was an act of response.
  filled.is_by_person, filled.is_reply, filled.shows_not_new, filled.previous_status = 'new' and filled.status <> 'new' as leaves_new,
  filled.has_assignee and not coalesce(filled.had_assignee, false) as takes_ownership
from filled
join tickets using (ticket_key)
left join provider_ids on provider_ids.provider = filled.provider
left join group_providers on group_providers.assignment_group = filled.assignment_group
