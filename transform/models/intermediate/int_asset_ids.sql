-- grain: one row per instance x asset as its records name it: the asset of the register, of another instance where only one has it
with assets as (from staging.stg_assets),
tickets as (select distinct instance, asset from intermediate.int_tickets where asset is not null),
changes as (select distinct instance, asset from staging.stg_changes where asset is not null),
named as (from tickets union from changes),
elsewhere as (
  select native_id, min(asset_id) as asset_id from assets group by native_id having count(*) = 1
)
select named.instance, named.asset, coalesce(own.asset_id, elsewhere.asset_id, named.instance || '/' || named.asset) as asset_id,
  coalesce(own.asset_id, elsewhere.asset_id) is not null as is_known
from named
left join assets as own on own.instance = named.instance and own.native_id = named.asset
left join elsewhere on elsewhere.native_id = named.asset
