-- grain: one row per occurrence x site of its tickets, which touched it then
with incidents as (from intermediate.int_incidents),
occurrences as (from intermediate.int_incident_occurrences),
families as (from intermediate.int_incident_families),
-- One person waits once, however many tickets; `*` is a person that nobody can tell from another.
waits as (
  select occurrences.occurrence_key, incidents.site_id,
    case when incidents.requester = '*' then '*' || incidents.ticket_key else incidents.requester end as person,
    count(*) as tickets, min(incidents.opened_second) as started_second, max(incidents.ended_second) as ended_second
  from incidents
  join occurrences using (ticket_key)
  group by all
),
sited as (
  select occurrence_key, site_id, sum(tickets)::integer as tickets, count(person)::integer as requesters,
    sum(case when person is not null then greatest(ended_second - started_second, 0) end)::bigint as user_seconds,
    min(started_second) as started_second
  from waits
  group by all
)
select sited.occurrence_key, firsts.ticket_id as occurrence_id, families.family_key, sited.site_id,
  sited.tickets, sited.requesters, sited.user_seconds, sited.started_second as touched_second,
  min(sited.started_second) over (partition by sited.occurrence_key) as started_second
from sited
join families on families.ticket_key = sited.occurrence_key
join incidents as firsts on firsts.ticket_key = sited.occurrence_key
