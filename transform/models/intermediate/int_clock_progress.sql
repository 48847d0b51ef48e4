-- grain: one row per run of int_run_ends x calendar x piece: business seconds of the piece and of all running pieces before it, in that calendar
with ends as (from intermediate.int_run_ends),
pieces as (from intermediate.int_clock_pieces semi join ends using (run_key)),
days as (from reference.calendar_days),
used as (select distinct run_key, calendar_key from pieces),
crossed as (
  select pieces.* exclude (calendar_key, business_from, business_to), used.calendar_key, pieces.calendar_key = used.calendar_key as is_in_force
  from pieces
  join used using (run_key)
),
measured as (
  select crossed.*, reference.business_at(opens, crossed.from_second) as business_from,
    reference.business_at(closes, crossed.to_second) as business_to
  from crossed
  join days as opens on opens.day_key = reference.day_key(crossed.calendar_key, crossed.from_second)
  join days as closes on closes.day_key = reference.day_key(crossed.calendar_key, crossed.to_second)
),
turned as (
  select *, case when is_running then business_to - business_from else 0 end as seconds,
    lag(priority) over (partition by run_key, calendar_key order by change_number) is distinct from priority as is_new_priority
  from measured
)
select turned.*,
  (coalesce(sum(turned.seconds) over before, 0))::bigint - ends.estimated_pause_seconds as elapsed_before,
  sum(is_new_priority::integer) over (partition by run_key, calendar_key order by change_number) as era
from turned
join ends using (run_key)
window before as (partition by run_key, calendar_key order by change_number rows between unbounded preceding and 1 preceding)
