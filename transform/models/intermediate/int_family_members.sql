-- grain: one row per service x leader x category of a catch-all x signature: a member of a family, with its earliest ticket
with incidents as (from intermediate.int_incident_signatures)
select service, leader, category, signature, max(nearest) as nearest, count(*)::integer as tickets,
  min(opened_second)::double as first_second, (min((opened_second, ticket_id)))[2] as first_ticket_id
from incidents
group by service, leader, category, signature
