-- grain: one row per asset, as last told
with imports as (from staging.stg_imports),
assets as (from ingest.assets),
sources as (from reference.sources),
site_names as (from reference.site_names),
latest as (
  select assets.*
  from assets
  join imports using (import_id)
  qualify row_number() over (
    partition by assets.instance, assets.native_id
    order by coalesce(assets.observed_at, imports.data_through) desc nulls last, assets.source_sequence desc nulls last,
      imports.import_rank desc, assets.record_number desc
  ) = 1
)
select latest.instance || '/' || latest.native_id as asset_id, latest.instance, latest.native_id, latest.source_id,
  coalesce(latest.kind, '') as kind, latest.status, coalesce(latest.manufacturer, '') as manufacturer,
  coalesce(latest.model, '') as model, latest.serial_number is not null as has_serial_number,
  latest.site is not null as has_site, latest.instance || '/' || nullif(trim(latest.parent), '') as parent_id,
  coalesce(site_names.site_id, case when latest.site is null then sources.site_id end, '') as site_id,
  latest.purchased_on, latest.in_service_on, latest.warranty_ends_on, latest.support_ends_on, latest.retired_on, latest.observed_at
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.site)
