-- grain: one row per audience x family that has a page x week, named by its Monday in the reporting zone
with families as (from intermediate.int_audience_families),
occurrences as (from intermediate.int_audience_occurrences),
settings as (from reference.settings)
select families.audience_id, families.family_id,
  strftime(date_trunc('week', timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(occurrences.started_second)))), '%Y-%m-%d')
    as week,
  count(*)::integer as occurrences, sum(occurrences.tickets)::integer as tickets
from occurrences
join families on families.audience_id = occurrences.audience_id and families.family_key = occurrences.family_key
cross join settings
group by all
