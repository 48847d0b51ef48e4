-- grain: one row per major incident, as last told; its services by their ids where the configuration knows them, split by |
with imports as (from staging.stg_imports),
major_incidents as (from ingest.major_incidents),
aliases as (from staging.stg_ticket_aliases),
sources as (from reference.sources),
site_names as (from reference.site_names),
service_names as (from reference.service_names),
latest as (
  select major_incidents.*
  from major_incidents
  join imports using (import_id)
  qualify row_number() over (
    partition by major_incidents.instance, major_incidents.native_id
    order by coalesce(major_incidents.observed_at, imports.data_through) desc nulls last, major_incidents.source_sequence desc nulls last,
      imports.import_rank desc, major_incidents.record_number desc
  ) = 1
),
written as (
  select instance, native_id, trim(unnest(regexp_split_to_array(services, '[,;|]'))) as service
  from latest
  where services is not null
),
named as (
  select written.instance, written.native_id,
    string_agg(distinct coalesce(service_names.service_id, written.service), '|' order by coalesce(service_names.service_id, written.service)) as services
  from written
  left join service_names on service_names.name = lower(written.service)
  where written.service <> ''
  group by written.instance, written.native_id
)
select latest.instance || '/' || latest.native_id as major_incident_id, latest.native_id, latest.source_id, coalesce(latest.ticket, '') as ticket,
  coalesce(site_names.site_id, case when latest.site is null then sources.site_id end, '') as site_id, coalesce(named.services, '') as services,
  latest.started_at, latest.detected_at, latest.restored_at, latest.users, coalesce(latest.cause, '') as cause, coalesce(latest.actions, '') as actions
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.site)
left join named on named.instance = latest.instance and named.native_id = latest.native_id
