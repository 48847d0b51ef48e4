-- grain: one row per audience x family alive in the last 30 weeks x week (1 to 30, the last one 30): occurrences, and open days that were observed
with occurrences as (from intermediate.int_audience_occurrences where days_ago between 0 and 209),
families as (from intermediate.int_family_list),
incidents as (from intermediate.int_incidents),
sources as (from intermediate.int_sources),
sites as (from reference.sites),
dates as (from reference.calendar_dates),
as_of as (from intermediate.int_as_of),
begun as (select source_id, min(opened_second) as first_second from intermediate.int_tickets group by source_id),
placed as (
  select occurrences.audience_id, occurrences.family_key, incidents.source_id, incidents.site_id,
    30 - occurrences.days_ago // 7 as week
  from occurrences
  join incidents on incidents.ticket_key = occurrences.occurrence_key
),
-- The middle of each of the 210 days counted back from where the data reaches.
days as (
  select places.source_id, places.site_id, sites.calendar_key, 30 - unnest(range(210)) // 7 as week,
    timezone(sites.zone, timezone('UTC', reference.to_instant(as_of.as_of_second - unnest(range(210)) * 86400 - 43200)))::date as local_date,
    as_of.as_of_second - unnest(range(210)) * 86400 - 43200 as middle_second
  from (select distinct source_id, site_id from placed) as places
  join sites on sites.site_id = places.site_id
  cross join as_of
),
open_days as (
  select days.source_id, days.site_id, days.week, count(*) as open_days
  from days
  join dates on dates.calendar_key = days.calendar_key and dates.local_date = days.local_date and dates.is_open
  join sources on sources.source_id = days.source_id and days.middle_second <= sources.through_second
  join begun on begun.source_id = days.source_id and days.middle_second >= begun.first_second
  group by days.source_id, days.site_id, days.week
),
shares as (
  select audience_id, family_key, source_id, site_id, count(*) as occurrences,
    sum(count(*)) over (partition by audience_id, family_key) as all_occurrences
  from placed
  group by audience_id, family_key, source_id, site_id
),
exposed as (
  select shares.audience_id, shares.family_key, open_days.week,
    sum(shares.occurrences * open_days.open_days)::double / any_value(shares.all_occurrences)::double as exposure
  from shares
  join open_days on open_days.source_id = shares.source_id and open_days.site_id = shares.site_id
  group by shares.audience_id, shares.family_key, open_days.week
),
counted as (select audience_id, family_key, week, count(*) as occurrences from placed group by audience_id, family_key, week),
alive as (select distinct audience_id, family_key from placed)
select alive.audience_id, families.family_id, weeks.week::integer as week, coalesce(counted.occurrences, 0)::integer as occurrences,
  coalesce(exposed.exposure, 0)::double as exposure
from alive
join families on families.family_key = alive.family_key
cross join (select unnest(range(1, 31)) as week) as weeks
left join counted on counted.audience_id = alive.audience_id and counted.family_key = alive.family_key and counted.week = weeks.week
left join exposed on exposed.audience_id = alive.audience_id and exposed.family_key = alive.family_key and exposed.week = weeks.week
