-- grain: one row per change with a window that ends in the last 35 days of the data or later, in site-local time
with changes as (from marts.fct_changes where window_starts_at is not null and window_ends_at is not null),
sites as (from reference.sites),
as_of as (from intermediate.int_as_of)
select changes.number, changes.change_id, changes.site_id, changes.service, changes.type, changes.risk, changes.asset_id, changes.status,
  coalesce(changes.bundle, '') as bundle, changes.is_implemented,
  strftime(timezone(sites.zone, timezone('UTC', changes.window_starts_at)), '%Y-%m-%d %H:%M') as starts_local,
  strftime(timezone(sites.zone, timezone('UTC', changes.window_ends_at)), '%Y-%m-%d %H:%M') as ends_local,
  changes.collisions, changes.is_freeze_violation, changes.is_freeze_exempt
from changes
join sites using (site_id)
cross join as_of
where changes.window_ends_at >= reference.to_instant(as_of.as_of_second - 35 * 86400)
