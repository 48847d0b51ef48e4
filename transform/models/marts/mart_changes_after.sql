-- grain: one row per change followed by incidents near in time, or with incidents linked to it
with changes as (from marts.fct_changes),
sites as (from reference.sites)
select changes.number, changes.change_id, changes.implemented_month as month, changes.site_id, changes.service, changes.type, changes.asset_id,
  strftime(timezone(sites.zone, timezone('UTC', changes.ended_at)), '%Y-%m-%d %H:%M') as ended_local,
  changes.incidents_after, changes.incidents_expected, changes.control_windows, changes.p_value, changes.adjusted_p_value,
  changes.is_flagged, changes.linked, changes.incidents_after_linked
from changes
join sites using (site_id)
where changes.implemented_month is not null and (coalesce(changes.incidents_after, 0) >= 3 or changes.linked > 0)
