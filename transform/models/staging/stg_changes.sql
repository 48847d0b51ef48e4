-- grain: one row per change, as last told
with imports as (from staging.stg_imports),
changes as (from ingest.changes),
sources as (from reference.sources),
site_names as (from reference.site_names),
service_names as (from reference.service_names),
latest as (
  select changes.*
  from changes
  join imports using (import_id)
  qualify row_number() over (
    partition by changes.instance, changes.native_id
    order by coalesce(changes.observed_at, imports.data_through) desc nulls last, changes.source_sequence desc nulls last,
      imports.import_rank desc, changes.record_number desc
  ) = 1
)
select latest.instance || '/' || latest.native_id as change_id, latest.instance, latest.native_id,
  coalesce(latest.number, latest.native_id) as number, latest.source_id, coalesce(latest.type, '') as type, latest.status,
  coalesce(latest.risk, '') as risk, coalesce(service_names.service_id, latest.service, '') as service,
  coalesce(site_names.site_id, case when latest.site is null then sources.site_id end, '') as site_id,
  nullif(trim(latest.asset), '') as asset, latest.opened_at, latest.approved_at, latest.rejected_at,
  latest.planned_start_at, latest.planned_end_at, latest.actual_start_at, latest.actual_end_at, latest.closed_at,
  latest.close_code, latest.is_unauthorised, nullif(trim(latest.bundle), '') as bundle
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.site)
left join service_names on service_names.name = lower(latest.service)
