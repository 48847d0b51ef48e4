-- grain: one row per site x kind x model x age in whole years: days in service over the last 24 months, and incidents in them
with assets as (from staging.stg_assets where model <> '' and coalesce(status, 'in_use') in ('in_use', 'in_repair', 'retired')),
incidents as (from intermediate.int_asset_incidents),
sources as (from intermediate.int_sources),
begun as (select source_id, min(opened_second) as first_second from intermediate.int_tickets group by source_id),
served as (
  select assets.asset_id, assets.site_id, assets.kind, assets.model, assets.in_service_on,
    greatest(assets.in_service_on, reference.to_instant(begun.first_second)::date,
      (reference.to_instant(sources.through_second)::date - interval 24 month)::date) as from_day,
    least(assets.retired_on + 1, reference.to_instant(sources.through_second)::date) as to_day
  from assets
  join sources on sources.source_id = assets.source_id
  join begun on begun.source_id = assets.source_id
  -- Nobody knows for how long a retired asset without a date was there.
  where assets.in_service_on is not null and (assets.status is distinct from 'retired' or assets.retired_on is not null)
),
aged as (
  select served.*, unnest(range(date_sub('year', in_service_on, from_day), date_sub('year', in_service_on, to_day - 1) + 1)) as age
  from served
  where to_day > from_day
),
exposed as (
  select asset_id, site_id, kind, model, age::integer as age, greatest(from_day, (in_service_on + to_years(age::integer))::date) as from_day,
    least(to_day, (in_service_on + to_years(age::integer + 1))::date) as to_day
  from aged
),
failed as (
  select exposed.asset_id, exposed.age, count(*) as incidents
  from exposed
  join incidents on incidents.asset_id = exposed.asset_id and incidents.opened_on >= exposed.from_day and incidents.opened_on < exposed.to_day
  group by exposed.asset_id, exposed.age
)
select exposed.site_id, exposed.kind, exposed.model, exposed.age, count(*)::integer as assets,
  sum(exposed.to_day - exposed.from_day)::integer as days, coalesce(sum(failed.incidents), 0)::integer as incidents
from exposed
left join failed on failed.asset_id = exposed.asset_id and failed.age = exposed.age
group by exposed.site_id, exposed.kind, exposed.model, exposed.age
