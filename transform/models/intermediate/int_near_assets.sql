-- grain: one row per asset x asset at most one hop away: itself, its parent, its children
with assets as (from staging.stg_assets),
named as (select distinct asset_id from intermediate.int_asset_ids),
known as (select asset_id from assets union from named)
select asset_id, asset_id as near_id from known
union
select asset_id, parent_id from assets where parent_id is not null
union
select parent_id, asset_id from assets where parent_id is not null
