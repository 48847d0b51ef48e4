-- grain: one row per audience x entity ('*' all) x type ('*' all) x complete month since the entity's first: tickets that people opened
with tickets as (from intermediate.int_tickets where type <> 'problem'),
origins as (from intermediate.int_ticket_origins where origin = 'people'),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'demand_forecast'),
months as (from intermediate.int_months),
sources as (from intermediate.int_sources),
imports as (from staging.stg_imports),
audience_sources as (
  from intermediate.int_audience_sources
  where source_id in (select source_id from imports where list_contains(['ticket', 'ticket_event'], record_kind))
),
ancestors as (from reference.site_ancestors),
audience_sites as (from reference.audience_sites),
complete as (
  select audience_id, month, starts_second
  from audience_sources
  join sources using (source_id)
  cross join months
  group by all
  having bool_and(through_second >= ends_second - 1)
),
asked as (
  select tickets.site_id, tickets.type, tickets.opened_second, months.month
  from tickets
  join origins using (ticket_key)
  join months on tickets.opened_second >= months.starts_second and tickets.opened_second < months.ends_second
  where source_id not in (select source_id from withheld)
),
counted as (
  select site_id, type, month, count(*) as opened, min(opened_second) as first_second
  from asked
  group by all
),
places as (select distinct site_id from counted),
members as (
  select audience_sites.audience_id, ancestors.ancestor_id as entity_id, places.site_id
  from places
  join ancestors on ancestors.site_id = places.site_id
  join audience_sites on audience_sites.site_id = ancestors.ancestor_id
  union all
  select audience_sites.audience_id, '*', places.site_id
  from places
  join audience_sites using (site_id)
),
opened as (
  select audience_id, entity_id, coalesce(type, '*') as type, month, sum(opened)::integer as opened
  from members
  join counted using (site_id)
  group by audience_id, entity_id, month, grouping sets ((), (type))
),
series as (
  select distinct audience_id, entity_id, opened.type, first_second
  from opened
  join (
    select audience_id, entity_id, min(first_second) as first_second
    from members
    join counted using (site_id)
    group by all
  ) using (audience_id, entity_id)
)
-- The first month counts where the first ticket came in its first three days; after it a month without tickets is one of none.
select series.audience_id, series.entity_id, series.type, complete.month, coalesce(opened.opened, 0)::integer as opened
from series
join complete on complete.audience_id = series.audience_id and complete.starts_second + 3 * 86400 > series.first_second
left join opened on opened.audience_id = series.audience_id and opened.entity_id = series.entity_id and opened.type = series.type
  and opened.month = complete.month
