-- grain: one row per audience x known error, in the order of their publication; its names where the audience sees tickets
with known_errors as (from staging.stg_known_errors),
problems as (from intermediate.int_problems),
causes as (from staging.stg_ticket_causes where kind = 'problem'),
incidents as (from intermediate.int_incidents),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
settings as (from reference.settings),
placed as (
  select known_errors.*, coalesce(problems.site_id, known_errors.site_id) as seen_at, coalesce(problems.service, '') as service,
    coalesce(problems.number, known_errors.problem) as problem_number, coalesce(problems.status, '') as problem_status
  from known_errors
  left join problems on problems.ticket_id = known_errors.problem_id
),
linked as (
  select known_errors.known_error_id, count(distinct incidents.ticket_key)::integer as incidents
  from known_errors
  join causes on causes.record_id = known_errors.problem_id
  join incidents on incidents.ticket_id = causes.ticket_id
  cross join settings
  where timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(incidents.opened_second)))::date >= known_errors.published_on
  group by known_errors.known_error_id
)
select audience_sites.audience_id,
  row_number() over (partition by audience_sites.audience_id order by placed.published_on nulls last, placed.known_error_id)::integer as known_error_order,
  case when audiences.ticket_access then placed.native_id else '' end as number,
  case when audiences.ticket_access then placed.title else '' end as title,
  case when audiences.ticket_access then placed.problem_number else '' end as problem,
  placed.seen_at as site_id, placed.service, placed.problem_status, coalesce(strftime(placed.published_on, '%Y-%m-%d'), '') as published_date,
  placed.has_workaround, placed.times_used::integer as times_used, coalesce(linked.incidents, 0) as incidents_since
from placed
join audience_sites on audience_sites.site_id = placed.seen_at
join audiences on audiences.audience_id = audience_sites.audience_id
left join linked on linked.known_error_id = placed.known_error_id
