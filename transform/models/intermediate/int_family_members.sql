-- grain: one row per service x leader x category of a catch-all x signature: a member of a family, with its earliest ticket
with incidents as (from intermediate.int_incident_signatures),
signatures as (from intermediate.int_signatures),
leaders as (from intermediate.int_leaders),
members as (
  -- Ticket keys are in the order of ticket ids.
  select signature_key, category, count(*)::integer as tickets, min((opened_second, ticket_key)) as first
  from incidents
  group by signature_key, category
)
select leaders.service, leaders.leader, members.category, leaders.signature, signatures.signature_key, leaders.nearest,
  signatures.is_catch_all, members.tickets, (members.first[1])::double as first_second, (members.first[2])::integer as first_ticket_key
from members
join signatures on signatures.signature_key = members.signature_key
join leaders on leaders.service = signatures.service and leaders.signature = signatures.signature
  and leaders.is_coded = signatures.is_coded
