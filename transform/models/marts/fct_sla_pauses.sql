-- grain: one row per clock x reason for which it stood still ('' where none was given): business seconds
with runs as (from intermediate.int_clock_runs where is_own),
pieces as (from intermediate.int_clock_pieces where not is_running),
clocks as (from intermediate.int_clocks),
tickets as (from intermediate.int_tickets)
select clocks.clock_key, tickets.ticket_id, tickets.site_id, clocks.commitment_id, pieces.status, pieces.hold_reason,
  sum(pieces.business_to - pieces.business_from)::bigint as paused_business_seconds
from pieces
join runs using (run_key)
join clocks using (clock_key)
join tickets on tickets.ticket_key = clocks.ticket_key
group by all
