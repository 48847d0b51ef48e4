-- grain: one row per month in view: from the first ticket to the last month that some source has at least a day of
with months as (from reference.months),
tickets as (from intermediate.int_tickets),
span as (select min(opened_second) as first_second, max(through_second) as last_second from tickets)
select months.month, months.starts_second, months.ends_second
from span
join months on months.ends_second > span.first_second and months.starts_second + 86400 <= span.last_second
