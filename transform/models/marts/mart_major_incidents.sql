-- grain: one row per audience x major incident, in the order of their start; one that is not over runs to where its source's data ends
with incidents as (from staging.stg_major_incidents),
sources as (from intermediate.int_sources),
sites as (from reference.sites),
settings as (from reference.settings),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
timed as (
  select incidents.*, reference.to_second(incidents.started_at) as started_second, reference.to_second(incidents.detected_at) as detected_second,
    reference.to_second(incidents.restored_at) as restored_second, sources.through_second
  from incidents
  join sources on sources.source_id = incidents.source_id
  where reference.to_second(incidents.started_at) <= sources.through_second
)
select audience_sites.audience_id,
  row_number() over (partition by audience_sites.audience_id order by timed.started_second, timed.major_incident_id)::integer as incident_order,
  timed.native_id as number, case when audiences.ticket_access then timed.ticket else '' end as ticket, timed.site_id, timed.services,
  strftime(timezone(settings.reporting_zone, timezone('UTC', timed.started_at)), '%Y-%m') as month,
  strftime(timezone(sites.zone, timezone('UTC', timed.started_at)), '%Y-%m-%d %H:%M') as started_local,
  coalesce(strftime(timezone(sites.zone, timezone('UTC', timed.detected_at)), '%Y-%m-%d %H:%M'), '') as detected_local,
  coalesce(strftime(timezone(sites.zone, timezone('UTC', timed.restored_at)), '%Y-%m-%d %H:%M'), '') as restored_local,
  (timed.detected_second - timed.started_second)::integer as detection_seconds,
  greatest(least(coalesce(timed.restored_second, timed.through_second), timed.through_second) - timed.started_second, 0)::integer as downtime_seconds,
  timed.restored_second is null as is_open, timed.users::integer as users, timed.cause, timed.actions
from timed
join sites on sites.site_id = timed.site_id
join audience_sites on audience_sites.site_id = timed.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
cross join settings
