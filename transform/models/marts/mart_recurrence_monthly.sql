-- grain: one row per audience x month x entity ('*' all): what came back, as it stood when the month ended, or the data before it
with families as (from intermediate.int_family_list where decision <> 'reject' and not is_catch_all),
occurrences as (from intermediate.int_audience_occurrences),
incidents as (from intermediate.int_audience_incidents),
months as (from intermediate.int_months),
as_of as (from intermediate.int_as_of),
ancestors as (from reference.site_ancestors),
audience_sites as (from reference.audience_sites),
ends as (
  select months.month, least(months.ends_second, as_of.as_of_second) as end_second
  from months
  cross join as_of
),
seen as (
  select incidents.audience_id, ends.month, incidents.family_key, incidents.occurrence_key, incidents.site_id,
    occurrences.started_second > ends.end_second - 90 * 86400 as is_recent,
    occurrences.started_second > ends.end_second - 180 * 86400 as is_half_year,
    count(*) filter (incidents.opened_second > ends.end_second - 90 * 86400) as recent_tickets
  from incidents
  join occurrences on occurrences.audience_id = incidents.audience_id and occurrences.family_key = incidents.family_key
    and occurrences.occurrence_key = incidents.occurrence_key
  join ends on incidents.opened_second < ends.end_second and incidents.opened_second > ends.end_second - 180 * 86400
  semi join families on families.family_key = incidents.family_key
  group by all
),
standing as (
  select audience_id, month, family_key,
    count(distinct occurrence_key) filter (is_recent) >= 5 or sum(recent_tickets) >= 20 as is_working_list
  from seen
  group by audience_id, month, family_key
  having count(distinct occurrence_key) filter (is_half_year) >= 2
),
-- An occurrence counts at each site that it touches, and once for everything.
placed as (
  select seen.audience_id, seen.month, seen.family_key, ancestors.ancestor_id as entity_id, seen.occurrence_key, seen.site_id
  from seen
  join ancestors on ancestors.site_id = seen.site_id
  join audience_sites on audience_sites.audience_id = seen.audience_id and audience_sites.site_id = ancestors.ancestor_id
  where seen.is_recent
  union all
  select audience_id, month, family_key, '*', occurrence_key, ''
  from seen
  where is_recent
)
select placed.audience_id, placed.month, placed.entity_id,
  count(distinct (placed.occurrence_key, placed.site_id))::integer as occurrences_90_days,
  count(distinct placed.family_key)::integer as families,
  (count(distinct placed.family_key) filter (standing.is_working_list))::integer as working_list
from placed
join standing using (audience_id, month, family_key)
group by placed.audience_id, placed.month, placed.entity_id
