-- grain: one row per month x site x weekday (1 Monday) x hour x is_closed, local to the site: the slots that occurred in it
with tickets as (from intermediate.int_tickets),
months as (from intermediate.int_months),
sites as (from reference.sites),
offsets as (from reference.zone_offsets),
closed as (from intermediate.int_closed_dates),
began as (select source_id, min(opened_second) as first_second, max(through_second) as through_second from tickets group by source_id),
-- A site is covered from the first ticket of its first source to where its last one reaches.
covered as (
  select tickets.site_id, min(began.first_second) as first_second, max(began.through_second) as through_second
  from (select distinct site_id, source_id from tickets) as tickets
  join began using (source_id)
  group by tickets.site_id
),
spans as (
  select covered.*, sites.calendar_key, offsets.offset_seconds,
    greatest(offsets.from_second, covered.first_second // 3600 * 3600 - 3600) as from_second,
    least(offsets.to_second, covered.through_second + 3600) as to_second
  from covered
  join sites using (site_id)
  join offsets on offsets.zone = sites.zone and offsets.from_second <= covered.through_second and offsets.to_second > covered.first_second
),
pieces as (
  select site_id, calendar_key, first_second, through_second, from_second, to_second, offset_seconds,
    unnest(range((from_second + offset_seconds) // 3600, (to_second + offset_seconds - 1) // 3600 + 1)) as local_hour
  from spans
),
-- A doubled hour is one slot in two pieces; one that the clock skips is in none.
slots as (
  select site_id, calendar_key, local_hour,
    min(greatest(local_hour * 3600 - offset_seconds, from_second)) as starts_second,
    max(least((local_hour + 1) * 3600 - offset_seconds, to_second)) as ends_second
  from pieces
  group by site_id, calendar_key, local_hour, first_second, through_second
  having ends_second > first_second and ends_second <= through_second + 1
)
select months.month, slots.site_id, ((local_hour // 24 + 3) % 7 + 1)::integer as weekday, (local_hour % 24)::integer as hour,
  closed.local_day is not null as is_closed, count(*)::integer as slots
from slots
join months on slots.starts_second >= months.starts_second and slots.starts_second < months.ends_second
left join closed on closed.calendar_key = slots.calendar_key and closed.local_day = local_hour // 24
group by all
