-- grain: one row per audience x month x entity ('*' all): what came back, as it stood when the month ended, or the data before it
with families as (from intermediate.int_family_list where decision <> 'reject' and not is_catch_all),
occurrences as (from intermediate.int_audience_occurrences),
sites as (from intermediate.int_occurrence_sites),
tickets as (from intermediate.int_audience_incidents),
incidents as (from intermediate.int_incidents),
months as (from intermediate.int_months),
as_of as (from intermediate.int_as_of),
ancestors as (from reference.site_ancestors),
audience_sites as (from reference.audience_sites),
ends as (
  select months.month, (row_number() over (order by months.month))::usmallint as month_number,
    least(months.ends_second, as_of.as_of_second) as end_second
  from months
  cross join as_of
),
-- What began late enough is in the window of every month that ends after it was seen, until the window has passed it.
counted as (
  select occurrences.audience_id, occurrences.family_key, ends.month_number, count(*) as half_year,
    count(*) filter (occurrences.started_second > ends.end_second - 90 * 86400) as recent
  from occurrences
  join ends on occurrences.touched_second < ends.end_second and occurrences.started_second > ends.end_second - 180 * 86400
  group by occurrences.audience_id, occurrences.family_key, ends.month_number
  having half_year >= 2 and recent > 0
),
reported as (
  select tickets.audience_id, tickets.family_key, ends.month_number, count(*) as reports
  from tickets
  join ends on tickets.opened_second < ends.end_second and tickets.opened_second > ends.end_second - 90 * 86400
  group by tickets.audience_id, tickets.family_key, ends.month_number
  having reports >= 20
),
standing as (
  select counted.audience_id, counted.family_key, counted.month_number, counted.recent,
    counted.recent >= 5 or reported.reports is not null as is_working_list
  from counted
  semi join families on families.family_key = counted.family_key
  left join reported on reported.audience_id = counted.audience_id and reported.family_key = counted.family_key
    and reported.month_number = counted.month_number
),
placed as (
  select sites.family_key, sites.site_id, ends.month_number, count(*) as recent
  from sites
  join ends on sites.touched_second < ends.end_second and sites.started_second > ends.end_second - 90 * 86400
  group by sites.family_key, sites.site_id, ends.month_number
),
entities as (
  select placed.family_key, placed.month_number, ancestors.ancestor_id as entity_id, sum(placed.recent) as recent
  from placed
  join ancestors on ancestors.site_id = placed.site_id
  group by placed.family_key, placed.month_number, ancestors.ancestor_id
),
seen as (
  select standing.audience_id, standing.month_number, entities.entity_id, entities.recent, standing.is_working_list
  from standing
  join entities on entities.family_key = standing.family_key and entities.month_number = standing.month_number
  join audience_sites on audience_sites.audience_id = standing.audience_id and audience_sites.site_id = entities.entity_id
  union all
  select audience_id, month_number, '*', recent, is_working_list from standing
),
-- A source begins with its first incident.
sources as (
  select source_id, min(opened_second) as first_second, max(through_second) as through_second from incidents group by source_id
),
told as (select distinct site_id, source_id from incidents),
spans as (
  select audience_sites.audience_id, ancestors.ancestor_id as entity_id, sources.first_second, sources.through_second
  from audience_sites
  join ancestors on ancestors.ancestor_id = audience_sites.site_id
  join told on told.site_id = ancestors.site_id
  join sources using (source_id)
  union all
  select audience_sites.audience_id, '*', sources.first_second, sources.through_second
  from audience_sites
  join told on told.site_id = audience_sites.site_id
  join sources using (source_id)
),
covered as (
  select audience_id, entity_id, max(first_second) as first_second, min(through_second) as through_second
  from spans
  group by audience_id, entity_id
),
summed as (
  select audience_id, month_number, entity_id, sum(recent)::integer as occurrences_90_days, count(*)::integer as families,
    (count(*) filter (is_working_list))::integer as working_list
  from seen
  group by audience_id, month_number, entity_id
)
select summed.audience_id, ends.month, summed.entity_id, summed.occurrences_90_days, summed.families, summed.working_list,
  covered.first_second <= ends.end_second - 180 * 86400 and covered.through_second >= ends.end_second - 1 as has_full_window
from summed
join ends on ends.month_number = summed.month_number
join covered on covered.audience_id = summed.audience_id and covered.entity_id = summed.entity_id
