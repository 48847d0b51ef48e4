-- grain: one row per entitlement, as last told; an entity that the configuration does not know is ''
with imports as (from staging.stg_imports),
entitlements as (from ingest.entitlements),
sources as (from reference.sources),
site_names as (from reference.site_names),
latest as (
  select entitlements.*
  from entitlements
  join imports using (import_id)
  qualify row_number() over (
    partition by entitlements.instance, entitlements.native_id
    order by coalesce(entitlements.observed_at, imports.data_through) desc nulls last, entitlements.source_sequence desc nulls last,
      imports.import_rank desc, entitlements.record_number desc
  ) = 1
)
select latest.instance || '/' || latest.native_id as entitlement_id, latest.source_id, latest.product,
  coalesce(site_names.site_id, case when latest.entity is null then sources.site_id end, '') as entity_id,
  latest.metric, latest.quantity, latest.starts_on, latest.ends_on
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.entity)
