-- grain: one row per ticket x reopening window (0 that of the source, else one that contracts set) x cycle: the spells that count as one, a reopening within the window included
with spells as (from intermediate.int_ticket_spells),
tickets as (from intermediate.int_tickets),
dates as (from reference.calendar_dates),
windows as (from reference.reopen_windows),
others as (
  select windows.window_key, spells.*, windows.open_days, windows.seconds, tickets.calendar_key,
    case when windows.seconds is null then timezone(tickets.zone, timezone('UTC', reference.to_instant(spells.ended_second)))::date end as ended_date
  from spells
  join tickets using (ticket_key)
  cross join windows
),
-- The window of a reopening ends with the n-th open date of the site after the date of the resolution.
windowed as (
  select others.* replace (
      case when others.ended_status in ('cancelled', 'unseen') then null
        when others.seconds is not null then others.ended_second + others.seconds
        else later.ends_second end as window_ends_second
    )
  from others
  left join dates as own on own.calendar_key = others.calendar_key and own.local_date = others.ended_date
  left join dates as later on later.calendar_key = others.calendar_key and later.is_open
    and later.open_ordinal = own.open_ordinal + others.open_days
),
chained as (
  select *, lag(window_ends_second) over (partition by ticket_key, window_key order by spell) as previous_window_ends_second
  from windowed
),
counted as (
  select 0::utinyint as window_key, * from spells
  union all by name
  select * exclude (previous_window_ends_second, open_days, seconds, calendar_key, ended_date) replace (
      (1 + sum(case when spell > 1 and started_second >= previous_window_ends_second then 1 else 0 end)
        over (partition by ticket_key, window_key order by spell))::integer as cycle
    )
  from chained
)
select ticket_key, window_key, cycle,
  sum(ended_second - started_second)::bigint as ended_spells_seconds, min(started_second) as started_second,
  max(started_second) as last_started_second,
  arg_max_null(ended_second, spell) as ended_second,
  arg_min_null(ended_second, spell) as first_ended_second,
  arg_max_null(turned_second, spell) as turned_second,
  arg_max(coalesce(ended_status, ''::reference.word), spell) as ended_status,
  arg_max(coalesce(end_basis, ''::reference.word), spell) as end_basis,
  arg_max(coalesce(window_ends_second, 0), spell) as window_ends_second,
  count(*) - 1 as reopenings
from counted
group by ticket_key, window_key, cycle
