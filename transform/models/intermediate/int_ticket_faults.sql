-- grain: one row per ticket x fault of its data that a clock cannot be computed over: from which instant on it matters
with tickets as (from intermediate.int_tickets),
events as (from staging.stg_ticket_events),
observations as (from staging.stg_ticket_observations),
states as (from intermediate.int_ticket_states),
ended as (select ticket_key, bool_or(not is_open) as was_ended, bool_or(is_last and is_open) as ends_open from states group by ticket_key),
found as (
  select ticket_key, 'resolved_before_opened' as reason, opened_second as second
  from tickets
  where least(resolved_field_second, closed_field_second, cancelled_field_second, restored_field_second) < opened_second
  union all
  select tickets.ticket_key, 'resolved_before_opened', tickets.opened_second
  from events
  join tickets using (ticket_id)
  where events.field = 'status' and list_contains(['resolved', 'closed', 'cancelled'], events.to_value)
    and reference.to_second(events.occurred_at) < tickets.opened_second
  union all
  select tickets.ticket_key, 'unknown_status', reference.to_second(events.occurred_at)
  from events
  join tickets using (ticket_id)
  where events.field = 'status' and events.to_word is not null and events.to_value is null
  union all
  select tickets.ticket_key, 'unknown_status', reference.to_second(observations.observed_at)
  from observations
  join tickets using (ticket_id)
  where observations.status is null and observations.status_raw is not null
  union all
  -- The tool shows it ended, its history goes on after an end.
  select ticket_key, 'events_after_closure', opened_second
  from tickets
  join ended using (ticket_key)
  where list_contains(['closed', 'cancelled'], tickets.status) and was_ended and ends_open
)
select ticket_key, reason, min(second) as second
from found
group by ticket_key, reason
