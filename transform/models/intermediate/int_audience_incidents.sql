-- grain: one row per audience x incident of a family of two tickets or more
with incidents as (from intermediate.int_incidents),
families as (from intermediate.int_incident_families),
listed as (from intermediate.int_family_list),
occurrences as (from intermediate.int_incident_occurrences),
audience_sites as (from reference.audience_sites),
as_of as (from intermediate.int_as_of)
select audience_sites.audience_id, families.family_key, occurrences.occurrence_key, families.title_key,
  incidents.site_id, incidents.asset_id, incidents.opened_second,
  ((as_of.as_of_second - incidents.opened_second) // 86400)::integer as days_ago
from families
join listed on listed.family_key = families.family_key
join incidents on incidents.ticket_key = families.ticket_key
join occurrences on occurrences.ticket_key = families.ticket_key
join audience_sites on audience_sites.site_id = incidents.site_id
cross join as_of
