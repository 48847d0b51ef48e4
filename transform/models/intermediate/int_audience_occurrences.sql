-- grain: one row per audience x occurrence of a family of two tickets or more, as far as the audience sees its sites
with sites as (from intermediate.int_occurrence_sites),
families as (from intermediate.int_family_list),
audience_sites as (from reference.audience_sites),
as_of as (from intermediate.int_as_of)
select audience_sites.audience_id, sites.family_key, sites.occurrence_key, any_value(sites.started_second) as started_second,
  min(sites.touched_second) as touched_second,
  sum(sites.tickets)::integer as tickets, sum(sites.requesters)::integer as requesters, sum(sites.user_seconds)::bigint as user_seconds,
  ((any_value(as_of.as_of_second) - any_value(sites.started_second)) // 86400)::integer as days_ago
from sites
semi join families on families.family_key = sites.family_key
join audience_sites on audience_sites.site_id = sites.site_id
cross join as_of
group by audience_sites.audience_id, sites.family_key, sites.occurrence_key
