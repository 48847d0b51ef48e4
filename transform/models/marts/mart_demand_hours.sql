-- grain: one row per month of opening x site x type x origin x weekday (1 Monday) x hour x is_closed, both local to the site
with tickets as (from marts.fct_tickets where type <> 'problem'),
sites as (from reference.sites),
offsets as (from reference.zone_offsets),
closed as (from intermediate.int_closed_dates),
local as (
  select tickets.opened_month as month, tickets.site_id, tickets.type, tickets.origin, sites.calendar_key,
    reference.to_second(tickets.opened_at) + offsets.offset_seconds as local_second
  from tickets
  join sites using (site_id)
  asof join offsets on offsets.zone = sites.zone and reference.to_second(tickets.opened_at) >= offsets.from_second
)
select local.month, local.site_id, local.type, local.origin,
  ((local_second // 86400 + 3) % 7 + 1)::integer as weekday, (local_second % 86400 // 3600)::integer as hour,
  closed.local_day is not null as is_closed, count(*)::integer as opened
from local
left join closed on closed.calendar_key = local.calendar_key and closed.local_day = local_second // 86400
group by all
