-- grain: one row per audience x month ('' the whole period) x site x type x priority ('*' all) x time
with settings as (from reference.settings),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'time_to_resolve'),
tickets as (
  from marts.fct_tickets
  where resolved_at is not null and not exists (from withheld where withheld.source_id = fct_tickets.source_id)
),
audience_sites as (from reference.audience_sites),
times as (
  select site_id, resolved_month, type, priority, unnest([
    {time: 'calendar', seconds: resolve_calendar_seconds}, {time: 'business', seconds: resolve_business_seconds}
  ]) as measure
  from tickets
)
select audience_sites.audience_id,
  case when grouping(resolved_month) = 1 then '' else resolved_month end as month,
  case when grouping(times.site_id) = 1 then '*' else times.site_id end as site_id,
  case when grouping(type) = 1 then '*' else type end as type,
  case when grouping(priority) = 1 then '*' else priority end as priority,
  measure.time as time, count(*)::integer as tickets,
  quantile_cont(measure.seconds, 0.5)::double as median_seconds,
  quantile_cont(measure.seconds, 0.9)::double as p90_seconds,
  sum(measure.seconds)::double / count(*) as mean_seconds
from times
join audience_sites on audience_sites.site_id = times.site_id
cross join settings
where measure.seconds >= 0 and (measure.time = 'calendar' or settings.has_calendars)
group by audience_sites.audience_id, measure.time, grouping sets (
  (), (resolved_month), (times.site_id), (resolved_month, times.site_id), (type), (resolved_month, type), (priority), (resolved_month, priority),
  (type, priority), (resolved_month, type, priority), (times.site_id, priority), (resolved_month, times.site_id, priority),
  (times.site_id, type), (resolved_month, times.site_id, type)
)
