-- grain: one row per ticket x change, in order; null means unchanged, '' cleared. The first row of a ticket is its opening.
with tickets as (from intermediate.int_tickets),
observations as (from staging.stg_ticket_observations),
events as (from staging.stg_ticket_events),
-- Changes of one instant without a sequence are chained by their values: what nothing follows comes last.
tied as (
  select events.import_id, events.record_number, events.ticket_id, events.occurred_at, events.field, events.from_value, events.to_value
  from events
  join (
    select ticket_id, occurred_at, field from events
    where source_sequence is null and field <> 'comment'
    group by all having count(*) > 1
  ) as instants using (ticket_id, occurred_at, field)
  where events.source_sequence is null
),
chained as (
  select tied.import_id, tied.record_number,
    bool_or(coalesce(others.to_value, '') = coalesce(tied.from_value, '') and others.record_number <> tied.record_number)::integer
      - bool_or(coalesce(others.from_value, '') = coalesce(tied.to_value, '') and others.record_number <> tied.record_number)::integer as link
  from tied
  join tied as others using (ticket_id, occurred_at, field)
  group by tied.import_id, tied.record_number
),
observed as (
  select ticket_key, greatest(reference.to_second(observed_at), opened_second) as changed_second, 1 as rank,
    coalesce(observations.source_sequence, 0) as sequence, 0 as link, observations.import_rank, observations.record_number,
    observations.status, coalesce(observations.hold_reason, '') as hold_reason, observations.priority,
    coalesce(observations.assignment_group, '') as assignment_group, coalesce(observations.assignee, '') as assignee,
    observations.support_level::integer as support_level, coalesce(observations.provider, '') as provider, null::varchar as actor_kind, null::boolean as is_reply
  from observations
  join tickets using (ticket_id)
  where tickets.history = 'observations'
),
native as (
  select ticket_key, greatest(reference.to_second(occurred_at), opened_second) as changed_second, 1 as rank,
    coalesce(events.source_sequence, 0) as sequence, coalesce(chained.link, 0) as link, events.import_rank, events.record_number,
    case when field = 'status' then to_value end as status,
    case when field = 'hold_reason' then coalesce(to_value, '') when field = 'status' and to_value <> 'on_hold' then ''
      else events.hold_reason end as hold_reason,
    case when field = 'priority' then to_value end as priority,
    case when field = 'assignment_group' then coalesce(to_value, '') else events.assignment_group end as assignment_group,
    case when field = 'assignee' then coalesce(to_value, '') end as assignee,
    case when field = 'support_level' then try_cast(to_value as integer) else events.support_level::integer end as support_level,
    case when field = 'provider' then coalesce(to_value, '') else events.provider end as provider,
    actor_kind, field = 'comment' and coalesce(is_public, true) as is_reply
  from events
  join tickets using (ticket_id)
  left join chained on chained.import_id = events.import_id and chained.record_number = events.record_number
  where tickets.history = 'events'
),
statuses as (select ticket_key, changed_second, status from observed union all select ticket_key, changed_second, status from native),
told as (
  select ticket_key, bool_or(status = 'resolved') as has_resolved, bool_or(status = 'closed') as has_closed,
    bool_or(status = 'cancelled') as has_cancelled
  from statuses
  group by ticket_key
),
open_seen as (
  select ticket_id, max(observed_at) filter (status not in ('resolved', 'closed', 'cancelled')) as open_seen_at
  from observations
  group by ticket_id
),
-- With no instant of its own an end lies after the last export that shows the ticket open, and is known from the next one on.
ended_seen as (
  select observations.ticket_id, reference.to_second(min(observations.observed_at)) as ended_seen_second
  from observations
  join open_seen using (ticket_id)
  where observations.status in ('resolved', 'closed', 'cancelled')
    and (open_seen.open_seen_at is null or observations.observed_at > open_seen.open_seen_at)
  group by observations.ticket_id
),
-- What the history does not tell is taken from the fields of the last observation.
fields as (
  select ticket_key, unnest([
    {second: case when not coalesce(has_resolved, false) then resolved_field_second end, rank: 2, status: 'resolved'},
    {second: case when not coalesce(has_closed, false) then closed_field_second end, rank: 3, status: 'closed'},
    {second: case when not coalesce(has_cancelled, false) then cancelled_field_second end, rank: 3, status: 'cancelled'},
    {second: case when tickets.history = 'none' and tickets.status in ('resolved', 'closed', 'cancelled')
        and coalesce(resolved_field_second, closed_field_second, cancelled_field_second) is null
      then coalesce(ended_seen_second, observed_second) end, rank: 4, status: tickets.status},
    {second: unseen_second, rank: 5, status: 'unseen'}
  ]) as change, opened_second, tickets.status as last_status
  from tickets
  left join told using (ticket_key)
  left join ended_seen using (ticket_id)
),
-- A date cut to the minute does not come before what the history tells of that minute, and says nothing of a ticket cancelled in it.
dated as (
  select fields.ticket_key, fields.opened_second, fields.change.rank as rank, fields.change.status as status,
    greatest(fields.change.second, max(statuses.changed_second)) as second
  from fields
  left join statuses on statuses.ticket_key = fields.ticket_key and statuses.status is not null
    and reference.is_same_instant(fields.change.second, statuses.changed_second)
    and (fields.last_status in ('resolved', 'closed', 'cancelled') or statuses.status in ('resolved', 'closed'))
  where fields.change.second is not null
  group by fields.ticket_key, fields.opened_second, fields.change
  having not coalesce(bool_or(statuses.status = 'cancelled') and fields.change.second % 60 = 0, false)
),
first_values as (
  select ticket_key,
    arg_min(coalesce(status, ''), (changed_second, sequence, record_number)) as status,
    arg_min(coalesce(priority, ''), (changed_second, sequence, record_number)) as priority,
    arg_min(coalesce(assignment_group, ''), (changed_second, sequence, record_number)) as assignment_group,
    arg_min(coalesce(assignee, ''), (changed_second, sequence, record_number)) as assignee,
    arg_min(provider, (changed_second, sequence, record_number)) as provider,
    arg_min(support_level, (changed_second, sequence, record_number)) filter (support_level is not null) as support_level
  from observed
  group by ticket_key
),
ordered_events as (
  select events.*, (occurred_at, coalesce(source_sequence, 0), coalesce(chained.link, 0), events.record_number) as place
  from events
  left join chained on chained.import_id = events.import_id and chained.record_number = events.record_number
),
first_events as (
  select ticket_id,
    arg_min(coalesce(from_value, ''), place) filter (field = 'status') as status,
    arg_min(coalesce(from_value, ''), place) filter (field = 'priority') as priority,
    arg_min(coalesce(from_value, ''), place) filter (field = 'assignment_group') as assignment_group,
    arg_min(coalesce(from_value, ''), place) filter (field = 'assignee') as assignee,
    arg_min(coalesce(from_value, ''), place) filter (field = 'provider') as provider,
    arg_min(try_cast(from_value as integer), place) filter (field = 'support_level') as support_level,
    bool_or(field = 'support_level' or support_level is not null) as tells_levels
  from ordered_events
  group by ticket_id
),
-- Where groups of the provider that the field names have held the ticket, the history of groups tells when it was theirs.
staffed as (
  select distinct events.ticket_id
  from (select ticket_id, unnest([from_value, to_value]) as held_by from events where field = 'assignment_group') as events
  join reference.group_providers on group_providers.assignment_group = events.held_by
  join reference.provider_names using (provider_id)
  join tickets on tickets.ticket_id = events.ticket_id and lower(tickets.provider) = provider_names.name
),
-- Until its first observation a ticket has the values it was first seen with, but it does not begin ended or waiting.
openings as (
  select tickets.ticket_key, opened_second as changed_second, 0 as rank, 0 as sequence, 0 as link, 0 as import_rank, 0 as record_number,
    case when coalesce(first_values.status, first_events.status) in ('assigned', 'in_progress')
      then coalesce(first_values.status, first_events.status) else 'new' end as status,
    '' as hold_reason,
    nullif(case tickets.history when 'observations' then first_values.priority
      when 'events' then coalesce(first_events.priority, tickets.priority) else tickets.priority end, '') as priority,
    case tickets.history when 'observations' then first_values.assignment_group
      when 'events' then coalesce(first_events.assignment_group, tickets.assignment_group, '') else coalesce(tickets.assignment_group, '') end as assignment_group,
    case tickets.history when 'observations' then first_values.assignee
      when 'events' then coalesce(first_events.assignee, tickets.assignee, '') else coalesce(tickets.assignee, '') end as assignee,
    case tickets.history when 'observations' then first_values.provider
      when 'events' then coalesce(first_events.provider, case when staffed.ticket_id is null then tickets.provider end, '') else coalesce(tickets.provider, '') end as provider,
    case when tickets.history = 'observations' then first_values.support_level
      when coalesce(first_events.tells_levels, false) then first_events.support_level else tickets.support_level end::integer as support_level,
    null::varchar as actor_kind, false as is_reply
  from tickets
  left join first_values using (ticket_key)
  left join first_events using (ticket_id)
  left join staffed using (ticket_id)
),
changes as (
  from openings
  union all by name from observed
  union all by name from native
  union all by name
  select ticket_key, greatest(second, opened_second) as changed_second, rank, 0 as sequence, 0 as link, 0 as import_rank,
    0 as record_number, status, '' as hold_reason
  from dated
)
select changes.* replace (
    changes.status::reference.word as status, changes.priority::reference.word as priority,
    case when hold_reason is not null then coalesce(try_cast(hold_reason as reference.word), 'other') end as hold_reason
  ),
  (row_number() over (
    partition by ticket_key order by changed_second, rank, sequence, link, import_rank, record_number
  ))::integer as change_number
from changes
join tickets using (ticket_key)
where changed_second <= through_second
