-- grain: one row per source with tickets x field of its changes, assets, licences and problems: records that can be used; none of a kind is 0 of 0
with tickets as (from intermediate.int_tickets),
changes as (from intermediate.int_changes),
assets as (from staging.stg_assets),
entitlements as (from staging.stg_entitlements),
known_errors as (from staging.stg_known_errors),
sources as (select distinct source_id from tickets),
filled as (
  select source_id, unnest([
    {field: 'change', kind: 'changes', usable: count(*), total: count(*)},
    {field: 'change_outcome', kind: 'changes', usable: count(*) filter (is_implemented and close_code is not null),
      total: count(*) filter (is_implemented)},
    {field: 'change_start', kind: 'changes', usable: count(started_second) filter (is_implemented), total: count(*) filter (is_implemented)},
    {field: 'change_end', kind: 'changes', usable: count(ended_second) filter (is_implemented), total: count(*) filter (is_implemented)},
    {field: 'change_asset', kind: 'changes', usable: count(asset_id), total: count(*)}
  ], recursive := true)
  from changes
  group by source_id
  union all
  select source_id, unnest([
    {field: 'asset', kind: 'assets', usable: count(*), total: count(*)},
    {field: 'asset_model', kind: 'assets', usable: count(*) filter (model <> ''), total: count(*)},
    {field: 'asset_in_service', kind: 'assets', usable: count(in_service_on), total: count(*)},
    {field: 'asset_horizon', kind: 'assets', usable: count(*) filter (warranty_ends_on is not null or support_ends_on is not null), total: count(*)}
  ], recursive := true)
  from assets
  group by source_id
  union all
  select source_id, 'entitlement', 'entitlements', count(*), count(*) from entitlements group by source_id
  union all
  select source_id, 'known_error', 'known_errors', count(*), count(*) from known_errors group by source_id
  union all
  select source_id, 'problem', 'problems', count(status), count(*) from tickets where type = 'problem' group by source_id
  union all
  select source_id, 'incident_asset', 'incidents', count(asset), count(*) from tickets where type = 'incident' group by source_id
),
wanted as (
  select unnest([
    {field: 'change', kind: 'changes'}, {field: 'change_outcome', kind: 'changes'}, {field: 'change_start', kind: 'changes'},
    {field: 'change_end', kind: 'changes'}, {field: 'change_asset', kind: 'changes'}, {field: 'asset', kind: 'assets'},
    {field: 'asset_model', kind: 'assets'}, {field: 'asset_in_service', kind: 'assets'}, {field: 'asset_horizon', kind: 'assets'},
    {field: 'entitlement', kind: 'entitlements'}, {field: 'incident_asset', kind: 'incidents'},
    {field: 'problem', kind: 'problems'}, {field: 'known_error', kind: 'known_errors'}
  ], recursive := true)
)
select sources.source_id, wanted.field, wanted.kind, coalesce(filled.usable, 0)::bigint as usable, coalesce(filled.total, 0)::bigint as total
from sources
cross join wanted
left join filled on filled.source_id = sources.source_id and filled.field = wanted.field
