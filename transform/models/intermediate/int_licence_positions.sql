-- grain: one row per product x entity: rights valid on the day the data reaches, and what is used of them
with entitlements as (from staging.stg_entitlements),
consumptions as (from staging.stg_consumptions),
sources as (from intermediate.int_sources),
settings as (from reference.settings),
days as (
  select sources.source_id, sources.through_second,
    timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(sources.through_second)))::date as today
  from sources
  cross join settings
),
held as (
  select entitlements.product, entitlements.entity_id,
    coalesce(sum(entitlements.quantity) filter (is_valid), 0)::integer as entitled,
    coalesce(sum(entitlements.quantity) filter (not is_valid), 0)::integer as not_valid,
    min(entitlements.ends_on) filter (is_valid) as next_end,
    min(entitlements.metric) as metric, count(*) filter (entitlements.metric is null or entitlements.metric = 'other') > 0 as is_unclear,
    max(entitlements.metric) as last_metric
  from (
    select entitlements.*, coalesce(starts_on <= today, true) and coalesce(ends_on >= today, true) as is_valid
    from entitlements
    join days using (source_id)
  ) as entitlements
  group by entitlements.product, entitlements.entity_id
),
used as (
  select consumptions.product, consumptions.entity_id, sum(consumptions.quantity)::integer as used,
    coalesce(sum(consumptions.quantity) filter (reference.to_second(consumptions.last_used_at) < days.through_second - 90 * 86400), 0)::integer as idle,
    coalesce(sum(consumptions.quantity) filter (consumptions.last_used_at is null), 0)::integer as last_use_unknown,
    min(consumptions.metric) as metric, max(consumptions.metric) as last_metric,
    count(*) filter (consumptions.metric is null or consumptions.metric = 'other') > 0 as is_unclear
  from consumptions
  join days using (source_id)
  group by consumptions.product, consumptions.entity_id
)
select coalesce(held.product, used.product) as product, coalesce(held.entity_id, used.entity_id) as entity_id,
  coalesce(held.metric, used.metric, '') as metric, coalesce(held.entitled, 0) as entitled, coalesce(held.not_valid, 0) as not_valid,
  held.next_end, used.used, used.idle, used.last_use_unknown,
  case when coalesce(held.is_unclear, false) or coalesce(used.is_unclear, false) then 'unknown_metric'
    when held.metric <> held.last_metric or used.metric <> used.last_metric or held.metric <> used.metric then 'several_metrics'
    when used.product is null then 'no_consumption' else '' end as reason
from held
full join used on used.product = held.product and used.entity_id = held.entity_id
