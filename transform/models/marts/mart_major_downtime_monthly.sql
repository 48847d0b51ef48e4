-- grain: one row per month x site x service: major incidents that began in it, hours the service was down (overlapping outages once) and user-hours lost
with outages as (from intermediate.int_major_services),
months as (from reference.months),
cut as (
  select months.month, outages.site_id, outages.service, outages.major_id, outages.users,
    greatest(outages.started_second, months.starts_second) as from_second, least(outages.ended_second, months.ends_second) as to_second,
    outages.started_second >= months.starts_second as is_begun
  from outages
  join months on months.starts_second < greatest(outages.ended_second, outages.started_second + 1) and months.ends_second > outages.started_second
),
-- The part of an outage that no earlier one of the service and site covers.
covered as (
  select *, greatest(from_second, coalesce(max(to_second) over (
    partition by month, site_id, service order by from_second, to_second, major_id rows between unbounded preceding and 1 preceding
  ), from_second)) as fresh_second
  from cut
)
select month, site_id, service, count(*) filter (is_begun)::integer as majors,
  sum(greatest(to_second - fresh_second, 0))::bigint as down_seconds,
  sum((to_second - from_second) * users)::bigint as user_seconds, (count(*) filter (users is null))::integer as without_users
from covered
group by month, site_id, service
