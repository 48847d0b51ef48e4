-- grain: one row per clock x calendar x piece: business seconds of the piece and of all running pieces before it, in that calendar
with pieces as (from intermediate.int_clock_pieces),
days as (from reference.calendar_days),
used as (select distinct clock_key, calendar_key from pieces where calendar_key is not null),
crossed as (
  select pieces.clock_key, used.calendar_key, pieces.change_number, pieces.from_second, pieces.to_second, pieces.is_running,
    pieces.status, pieces.hold_reason, pieces.priority, pieces.target_seconds,
    pieces.calendar_key is not distinct from used.calendar_key as is_in_force
  from pieces
  join used using (clock_key)
),
measured as (
  select crossed.*, reference.business_at(opens, crossed.from_second) as business_from,
    reference.business_at(closes, crossed.to_second) as business_to
  from crossed
  join days as opens on opens.day_key = reference.day_key(crossed.calendar_key, crossed.from_second)
  join days as closes on closes.day_key = reference.day_key(crossed.calendar_key, crossed.to_second)
)
select *, business_to - business_from as seconds,
  (coalesce(sum(case when is_running then business_to - business_from else 0 end) over (
    partition by clock_key, calendar_key order by change_number, from_second rows between unbounded preceding and 1 preceding
  ), 0))::bigint as elapsed_before
from measured
