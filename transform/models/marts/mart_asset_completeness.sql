-- grain: one row per site x kind x attribute: assets not retired, and those in which it is filled
with assets as (from staging.stg_assets where coalesce(status, '') <> 'retired'),
filled as (
  select site_id, kind, unnest([
    {attribute: 'status', is_filled: status is not null}, {attribute: 'model', is_filled: model <> ''},
    {attribute: 'manufacturer', is_filled: manufacturer <> ''}, {attribute: 'serial_number', is_filled: has_serial_number},
    {attribute: 'site', is_filled: has_site}, {attribute: 'in_service_on', is_filled: in_service_on is not null},
    {attribute: 'warranty_ends_on', is_filled: warranty_ends_on is not null},
    {attribute: 'support_ends_on', is_filled: support_ends_on is not null}
  ], recursive := true)
  from assets
)
select site_id, kind, attribute, count(*)::integer as assets, (count(*) filter (is_filled))::integer as filled
from filled
group by all
