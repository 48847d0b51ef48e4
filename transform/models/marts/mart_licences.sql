-- grain: one row per product x entity that holds or uses it: the licence position; without a reason it is computable
with positions as (from intermediate.int_licence_positions)
select product, entity_id as site_id, metric, entitled, not_valid, coalesce(strftime(next_end, '%Y-%m-%d'), '') as next_end_on, reason,
  case when reason = '' then used end as used,
  case when reason = '' then greatest(used - entitled, 0) end as overuse,
  case when reason = '' then greatest(entitled - used, 0) end as unused,
  case when reason = '' then idle end as idle_90_days,
  case when reason = '' then last_use_unknown end as last_use_unknown
from positions
