-- grain: one row per occurrence of an incident, with its impact
with sites as (from intermediate.int_occurrence_sites),
families as (select distinct family_key, family_id from intermediate.int_family_parts),
incidents as (from intermediate.int_incidents),
summed as (
  select occurrence_key, any_value(family_key) as family_key, any_value(started_second) as started_second,
    sum(tickets)::integer as tickets, count(*)::integer as sites, sum(requesters)::integer as requesters,
    sum(user_seconds)::bigint as user_seconds
  from sites
  group by occurrence_key
)
select incidents.ticket_id as occurrence_id, families.family_id, incidents.source_id, incidents.service, incidents.site_id,
  incidents.asset_id, reference.to_instant(summed.started_second) as started_at,
  summed.tickets, summed.sites, summed.requesters, summed.user_seconds
from summed
join incidents on incidents.ticket_key = summed.occurrence_key
join families on families.family_key = summed.family_key
