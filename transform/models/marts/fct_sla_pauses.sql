-- grain: one row per clock x reason for which it stood still ('' where none was given): business seconds
with runs as (from intermediate.int_clock_runs where is_own),
pieces as (from intermediate.int_clock_pieces where not is_running),
states as (from intermediate.int_ticket_states),
commitments as (from reference.commitments),
tickets as (from intermediate.int_tickets)
select runs.clock_key, tickets.ticket_id, tickets.site_id, commitments.commitment_id, states.status, states.hold_reason,
  sum(pieces.business_to - pieces.business_from)::bigint as paused_business_seconds
from pieces
join runs using (run_key)
join states on states.ticket_key = runs.ticket_key and states.change_number = pieces.change_number
join commitments on commitments.commitment_key = runs.commitment_key
join tickets on tickets.ticket_key = runs.ticket_key
group by all
