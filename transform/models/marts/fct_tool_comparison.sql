-- grain: one row per ticket that a resolution commitment judges x what the tool says of it too (verdict, due date, pauses): both sides, and the likely reason where they differ
with fields as (
  select ticket_id, due_field_second, paused_seconds
  from intermediate.int_tickets
  where due_field_second is not null or paused_seconds is not null or made_sla is not null
),
clocks as (
  -- The tool has one word for a ticket: it stands beside our last cycle.
  select * from marts.fct_sla
  semi join fields using (ticket_id)
  where clock = 'resolution' and not is_duplicate
  qualify row_number() over (partition by ticket_id order by is_detached, cycle desc, commitment_id) = 1
),
tickets as (from marts.fct_tickets),
runs as (select run_key, clock_key, ticket_key from intermediate.int_clock_runs semi join clocks using (clock_key) where is_own),
pieces as (from intermediate.int_clock_pieces where is_running),
states as (from intermediate.int_ticket_states where status = 'on_hold'),
-- What was on hold while the contract let the clock run.
held as (
  select runs.clock_key, sum(pieces.business_to - pieces.business_from)::bigint as held_seconds
  from runs
  join states using (ticket_key)
  join pieces on pieces.run_key = runs.run_key and pieces.change_number = states.change_number
  group by runs.clock_key
),
sides as (
  select clocks.* exclude (reason), tickets.resolved_at, tickets.on_hold_seconds, fields.due_field_second, fields.paused_seconds as tool_paused_seconds,
    tickets.history <> 'none' as tells_pauses, coalesce(held.held_seconds, 0) as held_seconds,
    clocks.verdict = 'breached' as is_breached, reference.to_second(clocks.due_at) as due_second, reference.to_second(clocks.started_at) as started_second,
    reference.to_second(clocks.stopped_at) - reference.to_second(clocks.started_at) as wall_seconds,
    (clocks.final_breach_at is not null) <> is_breached or (clocks.original_breach_at is not null) <> is_breached
      or (clocks.restart_breach_at is not null) <> is_breached or (clocks.in_force_breach_at is not null) <> is_breached as turns_by_priority,
    clocks.is_first_breached <> is_breached or clocks.is_continuous_breached <> is_breached or clocks.is_cumulative_breached <> is_breached as turns_by_reopening
  from clocks
  join tickets using (ticket_id)
  join fields using (ticket_id)
  left join held using (clock_key)
),
compared as (
  select sides.*, unnest([
    {kind: 'verdict', ours: case when verdict in ('met', 'provisional', 'breached') and stopped_at is not null then is_breached::bigint end, tools: (not made_sla)::bigint},
    {kind: 'due', ours: due_second, tools: due_field_second},
    {kind: 'pauses', ours: case when tells_pauses then on_hold_seconds end, tools: tool_paused_seconds}
  ], recursive := true)
  from sides
),
judged as (
  select *,
    case
      when ours is null then ''
      when kind = 'verdict' and ours = tools then ''
      when kind <> 'verdict' and abs(ours - tools) < 60 then ''
      when kind = 'verdict' and is_cancelled then 'cancelled'
      when kind = 'verdict' and abs(elapsed_business_seconds - target_seconds) < 60 then 'minute'
      when kind = 'verdict' and turns_by_priority then 'priority'
      when kind = 'verdict' and (turns_by_reopening or cycle > 1) then 'reopening'
      when kind = 'verdict' and tools = 1 and gross_business_seconds > target_seconds then 'pauses'
      when kind = 'verdict' and tools = 0 and elapsed_business_seconds - held_seconds <= target_seconds then 'pauses'
      when kind = 'verdict' and abs(elapsed_business_seconds - target_seconds) <= 86400 and tools = 1 and wall_seconds > target_seconds then 'calendar'
      when kind = 'verdict' and tools = 0 and due_field_second is not null and due_field_second > due_second then 'target'
      when kind = 'due' and abs(started_second + target_seconds - tools) < 60 then 'calendar'
      when kind = 'due' and is_breached is not null and turns_by_priority then 'priority'
      when kind = 'due' and abs(abs(ours - tools) - on_hold_seconds) < 60 and on_hold_seconds > 0 then 'pauses'
      when kind = 'due' and reopenings > 0 then 'reopening'
      when kind = 'due' and abs(ours - tools) % 86400 < 60 then 'calendar'
      when kind = 'pauses' and abs(paused_business_seconds - tools) < 60 then 'business_pauses'
      when kind = 'pauses' and reopenings > 0 then 'reopening'
      when kind = 'pauses' and is_open then 'open'
      else 'unknown'
    end as reason
  from compared
  where tools is not null
)
select clock_key, ticket_id, coalesce(number, ticket_id) as ticket, source_id, site_id, type, priority, commitment_id, stopped_month as month, kind,
  case when ours is null then 'not_judged' when reason = '' then 'agrees'
    when kind = 'verdict' and tools = 1 then 'tool_late' when kind = 'verdict' then 'tool_met'
    when tools > ours then 'tool_more' else 'tool_less' end as outcome,
  reason, verdict, ours, tools
from judged
