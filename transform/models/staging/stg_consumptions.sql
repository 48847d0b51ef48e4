-- grain: one row per use of a licensed product, as last told; an entity that the configuration does not know is ''
with imports as (from staging.stg_imports),
consumptions as (from ingest.consumptions),
sources as (from reference.sources),
site_names as (from reference.site_names),
latest as (
  select consumptions.*
  from consumptions
  join imports using (import_id)
  qualify row_number() over (
    partition by consumptions.instance, consumptions.native_id
    order by coalesce(consumptions.observed_at, imports.data_through) desc nulls last, consumptions.source_sequence desc nulls last,
      imports.import_rank desc, consumptions.record_number desc
  ) = 1
)
select latest.instance || '/' || latest.native_id as consumption_id, latest.source_id, latest.product,
  coalesce(site_names.site_id, case when latest.entity is null then sources.site_id end, '') as entity_id,
  latest.metric, latest.quantity, latest.last_used_at
from latest
left join sources using (source_id)
left join site_names on site_names.name = lower(latest.entity)
