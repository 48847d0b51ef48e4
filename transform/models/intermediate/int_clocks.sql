-- grain: one row per ticket x commitment x cycle x stint; per clock the most specific commitment valid at the start
with scopes as (from intermediate.int_scopes),
cycles as (from intermediate.int_cycles),
spells as (from intermediate.int_ticket_spells where spell = 1),
tickets as (from intermediate.int_tickets),
responses as (from intermediate.int_responses),
commitments as (from reference.commitments),
candidates as (
  select scopes.*, cycles.cycle, cycles.started_second as cycle_started_second, cycles.ended_second as cycle_ended_second,
    cycles.ended_status, cycles.end_basis, cycles.window_ends_second, cycles.reopenings,
    rank() over (partition by ticket_key, clock, cycle order by keys desc, depth desc) as place
  from scopes
  join cycles using (ticket_key)
  join tickets using (ticket_key)
  where (clock <> 'response' or cycles.cycle = 1)
    and timezone(tickets.zone, timezone('UTC', reference.to_instant(cycles.started_second)))::date
      between coalesce(valid_from, date '0001-01-01') and coalesce(valid_to, date '9999-12-31')
),
chosen as (
  select candidates.*, count(*) over (partition by ticket_key, clock, cycle) as ties
  from candidates
  where place = 1
)
select (row_number() over (order by chosen.ticket_key, chosen.commitment_key, chosen.cycle))::integer as clock_key,
  chosen.ticket_key, chosen.commitment_key, chosen.commitment_id, chosen.clock, chosen.cycle, 1 as stint, chosen.ties,
  chosen.cycle_started_second as started_second,
  case chosen.clock when 'response' then responses.responded_second else chosen.cycle_ended_second end as stopped_second,
  case chosen.clock when 'response' then 'response' when 'resolution' then chosen.ended_status end as stop_kind,
  case chosen.clock when 'response' then responses.response_basis else chosen.end_basis end as stop_basis,
  case chosen.clock when 'response' then spells.ended_status in ('cancelled', 'unseen') and spells.ended_second <= coalesce(responses.responded_second, spells.ended_second)
    else chosen.ended_status in ('cancelled', 'unseen') end as is_cancelled,
  case chosen.clock when 'response' then 0 else chosen.window_ends_second end as window_ends_second,
  case when chosen.clock = 'response' then 0 else chosen.reopenings end as reopenings,
  greatest(coalesce(responses.taken_over_second, tickets.through_second), tickets.opened_second + commitments.triage_delay_seconds)
    as triage_ends_second,
  tickets.through_second
from chosen
join tickets using (ticket_key)
join commitments using (commitment_key)
left join responses using (ticket_key)
left join spells using (ticket_key)
