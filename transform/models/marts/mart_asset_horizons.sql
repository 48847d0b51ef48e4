-- grain: one row per site x kind x model x warranty or support x horizon x month of the end ('' past, later or not known): assets in service
with assets as (from staging.stg_assets where coalesce(status, '') not in ('retired', 'lost') and retired_on is null),
sources as (from intermediate.int_sources),
settings as (from reference.settings),
ends as (
  select assets.site_id, assets.kind, assets.model,
    timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(sources.through_second)))::date as today,
    unnest([{what: 'warranty', ends_on: assets.warranty_ends_on}, {what: 'support', ends_on: assets.support_ends_on}], recursive := true)
  from assets
  join sources on sources.source_id = assets.source_id
  cross join settings
)
select site_id, kind, model, what,
  case when ends_on is null then 'unknown' when ends_on < today then 'expired' when ends_on <= today + interval 3 month then 'within_3'
    when ends_on <= today + interval 6 month then 'within_6' when ends_on <= today + interval 12 month then 'within_12' else 'later' end as horizon,
  case when ends_on >= today and ends_on < today + interval 24 month then strftime(ends_on, '%Y-%m') else '' end as month,
  count(*)::integer as assets
from ends
group by all
