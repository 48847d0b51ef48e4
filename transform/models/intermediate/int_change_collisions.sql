-- grain: one row per two changes whose windows overlap on an asset or its direct parent or child, outside one bundle
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'change_collisions'),
changes as (
  from intermediate.int_changes
  where asset_id is not null and to_second > from_second
    and not exists (from withheld where withheld.source_id = int_changes.source_id)
),
near as (from intermediate.int_near_assets)
select one.change_key, other.change_key as other_key, greatest(one.from_second, other.from_second) as from_second,
  least(one.to_second, other.to_second) as to_second
from changes as one
join near on near.asset_id = one.asset_id
join changes as other on other.asset_id = near.near_id and other.change_key > one.change_key
  and other.from_second < one.to_second and one.from_second < other.to_second
where one.bundle is null or one.bundle is distinct from other.bundle
