-- grain: one row per month x site x type x priority x time x bucket: time to resolve of the tickets resolved in the month
with settings as (from reference.settings),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'time_to_resolve'),
tickets as (
  from marts.fct_tickets
  where resolved_at is not null and not exists (from withheld where withheld.source_id = fct_tickets.source_id)
),
times as (
  select resolved_month as month, site_id, type, priority, 'calendar' as time, resolve_calendar_seconds as seconds from tickets
  union all
  select resolved_month, site_id, type, priority, 'business', resolve_business_seconds from tickets, settings
  where settings.has_calendars
)
select month, site_id, type, priority, time, reference.duration_bucket(seconds) as bucket,
  count(*)::integer as tickets, sum(seconds)::bigint as sum_seconds
from times
where seconds >= 0
group by all
