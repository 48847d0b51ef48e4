-- grain: one row per occurrence of an incident, with its impact
with sites as (from intermediate.int_occurrence_sites),
families as (select distinct family_key, family_id from intermediate.int_family_parts),
incidents as (from intermediate.int_incidents)
select sites.occurrence_id, any_value(families.family_id) as family_id, incidents.source_id, incidents.service, incidents.site_id,
  incidents.instance || '/' || incidents.asset as asset_id,
  reference.to_instant(any_value(sites.started_second)) as started_at,
  sum(sites.tickets)::integer as tickets, count(*)::integer as sites, sum(sites.requesters)::integer as requesters,
  sum(sites.user_seconds)::bigint as user_seconds
from sites
join incidents on incidents.ticket_key = sites.occurrence_key
join families on families.family_key = sites.family_key
group by sites.occurrence_key, sites.occurrence_id, incidents.source_id, incidents.service, incidents.site_id,
  incidents.instance, incidents.asset
