-- grain: one row per incident: the leader of its signature, and its category where the leader is a catch-all
with incidents as (from intermediate.int_incidents),
titles as (from intermediate.int_titles),
signatures as (from intermediate.int_signatures),
leaders as (from intermediate.int_leaders)
select incidents.ticket_key, incidents.ticket_id, incidents.service, titles.signature, titles.masked, incidents.opened_second,
  leaders.leader, leaders.nearest, signatures.is_catch_all,
  case when signatures.is_catch_all then incidents.category else '' end as category
from incidents
join titles on titles.text = incidents.text and titles.is_coded = incidents.is_coded
join signatures on signatures.service = incidents.service and signatures.signature = titles.signature
  and signatures.is_coded = titles.is_coded
join leaders on leaders.service = incidents.service and leaders.signature = titles.signature and leaders.is_coded = titles.is_coded
