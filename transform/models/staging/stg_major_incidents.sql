-- grain: one row per major incident, as last told; its ticket is canonical where one is known, in its own instance before others
with imports as (from staging.stg_imports),
majors as (from ingest.major_incidents),
absences as (from staging.stg_absences where record_kind = 'major_incident'),
sources as (from reference.sources),
site_names as (from reference.site_names),
observations as (from staging.stg_ticket_observations),
latest as (
  select majors.*
  from majors
  join imports using (import_id)
  anti join absences on absences.instance = majors.instance and absences.record_key = majors.native_id
    and absences.import_rank > imports.import_rank
  qualify row_number() over (
    partition by majors.instance, majors.native_id
    order by coalesce(majors.observed_at, imports.data_through) desc nulls last, majors.source_sequence desc nulls last,
      imports.import_rank desc, majors.record_number desc
  ) = 1
),
names as (
  select distinct instance, ticket_id, unnest([native_id, number, ticket_id]) as name
  from observations
),
named as (
  select latest.instance || '/' || latest.native_id as major_id, names.ticket_id
  from latest
  join names on names.name = latest.ticket
  qualify row_number() over (
    partition by latest.instance, latest.native_id order by names.instance <> latest.instance, names.ticket_id
  ) = 1
)
select latest.instance || '/' || latest.native_id as major_id, latest.native_id, latest.source_id, named.ticket_id,
  coalesce(latest.ticket, '') as ticket,
  coalesce(site_names.site_id, case when latest.site is null then sources.site_id end, '') as site_id,
  coalesce(latest.services, '') as services, latest.started_at, latest.detected_at, latest.restored_at, latest.users,
  coalesce(latest.cause, '') as cause, coalesce(latest.actions, '') as actions
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.site)
left join named on named.major_id = latest.instance || '/' || latest.native_id
