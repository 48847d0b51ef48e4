-- grain: one row per audience x change that stands in the way of another x that other, in the site-local time of the first
with collisions as (from intermediate.int_change_collisions),
changes as (from intermediate.int_changes),
months as (from reference.months),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id, ones.change_id, others.change_id as other_change_id, ones.number, others.number as other_number,
  ones.site_id, ones.service, ones.type, others.type as other_type, ones.asset_id, others.asset_id as other_asset_id, months.month,
  strftime(timezone(ones.zone, timezone('UTC', reference.to_instant(collisions.from_second))), '%Y-%m-%d %H:%M') as from_local,
  strftime(timezone(ones.zone, timezone('UTC', reference.to_instant(collisions.to_second))), '%Y-%m-%d %H:%M') as to_local
from collisions
join changes as ones on ones.change_key = collisions.change_key
join changes as others on others.change_key = collisions.other_key
join audience_sites on audience_sites.site_id = ones.site_id
semi join audience_sites as seen on seen.audience_id = audience_sites.audience_id and seen.site_id = others.site_id
asof left join months on collisions.from_second >= months.starts_second
