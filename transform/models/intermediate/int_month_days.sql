-- grain: one row per UTC day: the month at its start and from `turns_second` on, so that the month of an instant is a hash join
with months as (from reference.months),
span as (select min(starts_second) // 86400 as first_day, max(ends_second) // 86400 as last_day from months),
days as (select unnest(range(first_day, last_day + 1)) as utc_day from span)
select days.utc_day, before.month::reference.id as month_before, after.month::reference.id as month_after,
  coalesce(after.starts_second, days.utc_day * 86400) as turns_second
from days
asof left join months as before on days.utc_day * 86400 >= before.starts_second
asof left join months as after on days.utc_day * 86400 + 86399 >= after.starts_second
