-- grain: one row per run of int_run_ends x calendar x piece: business seconds of the piece and of all running pieces before it, in that calendar
with ends as (from intermediate.int_run_ends),
pieces as (from intermediate.int_clock_pieces),
days as (from reference.calendar_days),
own as (
  select pieces.run_key, pieces.change_number, pieces.calendar_key, true as is_in_force, pieces.target_key, pieces.from_second, pieces.to_second,
    pieces.is_running, pieces.business_from, pieces.business_to, ends.is_across_calendars, ends.estimated_pause_seconds
  from pieces
  join ends using (run_key)
),
-- Where priorities have calendars of their own, every piece is counted in each of them.
used as (select distinct run_key, calendar_key from own where is_across_calendars),
others as (
  select own.* replace (
      used.calendar_key as calendar_key, false as is_in_force,
      reference.business_at(opens, own.from_second) as business_from, reference.business_at(closes, own.to_second) as business_to
    )
  from own
  join used on used.run_key = own.run_key and used.calendar_key <> own.calendar_key
  join days as opens on opens.day_key = reference.day_key(used.calendar_key, own.from_second)
  join days as closes on closes.day_key = reference.day_key(used.calendar_key, own.to_second)
),
timed as (
  select *, case when is_running then business_to - business_from else 0 end as seconds
  from (from own union all from others)
)
select run_key, change_number, calendar_key, is_in_force, target_key, from_second, is_running, business_from, business_to, seconds,
  coalesce(sum(seconds) over before, 0)::bigint - estimated_pause_seconds as elapsed_before
from timed
window before as (partition by run_key, calendar_key order by change_number rows between unbounded preceding and 1 preceding)
