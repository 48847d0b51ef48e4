-- grain: one row per audience x family that has a page x week, named by its Monday in the reporting zone
with families as (from intermediate.int_audience_families),
occurrences as (from intermediate.int_audience_occurrences),
settings as (from reference.settings),
counted as (
  select occurrences.audience_id, families.family_id, started_second // 900 as quarter_hour, count(*) as occurrences, sum(tickets) as tickets
  from occurrences
  join families on families.audience_id = occurrences.audience_id and families.family_key = occurrences.family_key
  group by all
),
-- No zone changes its offset within a quarter of an hour: the zone is asked once for each.
weeks as (
  select quarter_hour,
    strftime(date_trunc('week', timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(quarter_hour * 900)))), '%Y-%m-%d') as week
  from (select distinct quarter_hour from counted)
  cross join settings
)
select counted.audience_id, counted.family_id, weeks.week,
  sum(counted.occurrences)::integer as occurrences, sum(counted.tickets)::integer as tickets
from counted
join weeks on weeks.quarter_hour = counted.quarter_hour
group by all
