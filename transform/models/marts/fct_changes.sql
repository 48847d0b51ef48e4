-- grain: one row per change
with changes as (from intermediate.int_changes),
collisions as (from intermediate.int_change_collisions),
violations as (from intermediate.int_freeze_violations),
followings as (from intermediate.int_change_followings),
excesses as (from intermediate.int_change_excesses),
months as (from reference.months),
collided as (
  select change_key, count(*)::integer as collisions
  from (select change_key from collisions union all select other_key from collisions)
  group by change_key
),
frozen as (
  select change_key, count(*) filter (not is_exempt) > 0 as is_freeze_violation, count(*) filter (is_exempt) > 0 as is_freeze_exempt
  from violations
  group by change_key
)
select changes.change_id, changes.change_key, changes.number, changes.source_id, changes.site_id, changes.service, changes.type, changes.risk,
  changes.status, changes.asset_id, changes.bundle, changes.close_code,
  reference.to_instant(changes.opened_second) as opened_at, reference.to_instant(changes.approved_second) as approved_at,
  reference.to_instant(changes.planned_start_second) as planned_start_at, reference.to_instant(changes.planned_end_second) as planned_end_at,
  reference.to_instant(changes.started_second) as started_at, reference.to_instant(changes.ended_second) as ended_at,
  reference.to_instant(changes.from_second) as window_starts_at, reference.to_instant(changes.to_second) as window_ends_at,
  changes.is_rejected, changes.is_cancelled, changes.is_implemented, changes.is_unauthorised,
  coalesce(changes.is_implemented and changes.close_code in ('successful', 'successful_with_issues'), false) as is_declared_success,
  coalesce(changes.is_implemented and changes.close_code in ('successful', 'successful_with_issues') and changes.linked_major = 0, false) as is_clean_success,
  changes.started_second - changes.opened_second as lead_seconds,
  changes.approved_second - changes.opened_second as approval_seconds,
  changes.started_second > changes.planned_start_second as is_late_start,
  changes.ended_second > changes.planned_end_second as is_late_end,
  coalesce(collided.collisions, 0)::integer as collisions,
  coalesce(frozen.is_freeze_violation, false) as is_freeze_violation, coalesce(frozen.is_freeze_exempt, false) as is_freeze_exempt,
  changes.linked, changes.linked_major, followings.observed as incidents_after, followings.observed_linked as incidents_after_linked,
  followings.control_incidents, followings.control_windows, excesses.expected as incidents_expected, excesses.p_value,
  excesses.adjusted_p_value, coalesce(excesses.is_flagged, false) as is_flagged,
  opened.month as opened_month,
  case when changes.is_implemented then implemented.month end as implemented_month,
  case when changes.is_rejected then rejected.month end as rejected_month
from changes
left join collided using (change_key)
left join frozen using (change_key)
left join followings using (change_key)
left join excesses using (change_key)
asof left join months as opened on changes.opened_second >= opened.starts_second
asof left join months as implemented on changes.implemented_second >= implemented.starts_second
asof left join months as rejected on changes.rejected_second >= rejected.starts_second
