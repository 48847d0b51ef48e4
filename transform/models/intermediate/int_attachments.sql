-- grain: one row per life x commitment that it is or was in reach of; null where no commitment covers it
with life_scopes as (from intermediate.int_life_scopes),
scopes as (from intermediate.int_scopes),
commitments as (from reference.commitments),
-- What no commitment covers is told once, by the lives of one window.
firsts as (select clock, min(window_key) as window_key from commitments group by clock),
tickets as (from intermediate.int_tickets),
found as (
  select life_scopes.ticket_key, life_scopes.clock, life_scopes.window_key, life_scopes.cycle, life_scopes.stint, scopes.commitment_key,
    scopes.ties, life_scopes.is_final, life_scopes.left_second
  from life_scopes
  join tickets using (ticket_key)
  join scopes
    on scopes.clock = life_scopes.clock and scopes.era = life_scopes.era and scopes.priority = life_scopes.priority
    and scopes.assignment_group = life_scopes.assignment_group and scopes.provider = life_scopes.provider and scopes.type = tickets.type
    and scopes.site_id = tickets.site_id and scopes.service = coalesce(tickets.service, '')
    and scopes.population = coalesce(tickets.population, '')
  join firsts on firsts.clock = life_scopes.clock
  left join commitments on commitments.commitment_key = scopes.commitment_key
  where life_scopes.window_key = coalesce(commitments.window_key, firsts.window_key)
)
select ticket_key, clock, window_key, cycle, stint, commitment_key, max(ties) as ties, bool_or(is_final) as is_final, max(left_second) as left_second
from found
group by ticket_key, clock, window_key, cycle, stint, commitment_key
