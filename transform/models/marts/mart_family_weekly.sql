-- grain: one row per audience x family that has a page x week, named by its Monday in the reporting zone
with families as (from intermediate.int_audience_families),
occurrences as (from intermediate.int_audience_occurrences),
settings as (from reference.settings),
-- No zone changes its offset within a quarter of an hour: the zone is asked once for each.
weeks as (
  select quarter_hour,
    strftime(date_trunc('week', timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(quarter_hour * 900)))), '%Y-%m-%d') as week
  from (select distinct started_second // 900 as quarter_hour from occurrences)
  cross join settings
),
counted as (
  select occurrences.audience_id, occurrences.family_key, weeks.week, count(*)::integer as occurrences, sum(occurrences.tickets)::integer as tickets
  from occurrences
  semi join families on families.audience_id = occurrences.audience_id and families.family_key = occurrences.family_key
  join weeks on weeks.quarter_hour = occurrences.started_second // 900
  group by all
)
select counted.audience_id, families.family_id, counted.week, counted.occurrences, counted.tickets
from counted
join families on families.audience_id = counted.audience_id and families.family_key = counted.family_key
