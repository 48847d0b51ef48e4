-- grain: one row per month x site x service x type x priority x hold reason ('' not said): tickets on hold at its end
with backlog as (from intermediate.int_backlog where is_on_hold),
tickets as (from intermediate.int_tickets)
select backlog.month, tickets.site_id, coalesce(tickets.service, '') as service, tickets.type,
  coalesce(tickets.priority, '') as priority, backlog.hold_reason, count(*)::integer as on_hold_end
from backlog
join tickets using (ticket_key)
group by all
