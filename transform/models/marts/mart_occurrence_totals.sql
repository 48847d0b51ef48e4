-- grain: one row per audience x site of its incidents, and `*` for all of them; what the shares of families are shares of
with sites as (from intermediate.int_occurrence_sites),
audience_sites as (from reference.audience_sites),
as_of as (from intermediate.int_as_of),
settings as (from reference.settings),
seen as (
  select audience_sites.audience_id, sites.site_id, sites.occurrence_key, sites.user_seconds,
    ((as_of.as_of_second - sites.started_second) // 86400)::integer as days_ago
  from sites
  join audience_sites on audience_sites.site_id = sites.site_id
  cross join as_of
)
select seen.audience_id, coalesce(seen.site_id, '*') as site_id,
  strftime(timezone(any_value(settings.reporting_zone), timezone('UTC', reference.to_instant(any_value(as_of.as_of_second) - 1))), '%Y-%m-%d')
    as last_date,
  (count(distinct seen.occurrence_key) filter (seen.days_ago < 90))::integer as occurrences_90_days,
  (coalesce(sum(seen.user_seconds) filter (seen.days_ago < 90), case when sum(seen.user_seconds) is not null then 0 end) / 3600.0)::double
    as user_hours_90_days
from seen
cross join as_of
cross join settings
group by grouping sets ((seen.audience_id, seen.site_id), (seen.audience_id))
