-- grain: one row per ticket x spell: a stretch in which the ticket is open, from its opening or a reopening to its end
with states as (from intermediate.int_ticket_states),
tickets as (from intermediate.int_tickets),
dates as (from reference.calendar_dates),
sides as (
  select ticket_key, max(change_number) filter (is_open) as last_open_change, min(change_number) filter (not is_open) as first_ended_change,
    min(started_second) filter (is_open) as started_second, min(started_second) filter (not is_open) as ended_second,
    arg_min(status, change_number) filter (not is_open) as ended_status
  from states
  group by ticket_key
),
-- Most tickets end once; only those that go on after an end are followed turn by turn.
single as (from sides where last_open_change < coalesce(first_ended_change, last_open_change + 1)),
turned as (
  select ticket_key, change_number, started_second, status, is_open,
    lag(is_open) over (partition by ticket_key order by change_number) as was_open
  from states
  anti join single using (ticket_key)
),
turns as (
  select *, sum(is_open::integer) over (partition by ticket_key order by change_number) as spell
  from turned
  where was_open is null or was_open <> is_open
),
-- A ticket seen closed after it was seen resolved ends at the resolution: the turn is the first ended state.
paired as (
  select ticket_key, 1 as spell, started_second, ended_second, ended_status, true as is_last
  from single
  union all
  select ticket_key, spell::integer,
    min(started_second) filter (is_open), min(started_second) filter (not is_open), min(status) filter (not is_open),
    spell = max(spell) over (partition by ticket_key)
  from turns
  group by ticket_key, spell
),
judged as (
  select paired.*, tickets.resolved_from, tickets.history, tickets.status as ticket_status, tickets.resolved_field_second, tickets.closed_field_second,
    tickets.cancelled_field_second, tickets.through_second, tickets.calendar_key, tickets.zone, tickets.reopen_open_days, tickets.reopen_seconds
  from paired
  join tickets using (ticket_key)
),
settled as (
  select * exclude (ended_second), ended_second as turned_second,
    case
      when ended_status in ('cancelled', 'unseen') or not is_last or ended_second is null then ended_second
      when resolved_from = 'field' and coalesce(resolved_field_second, closed_field_second) between started_second and through_second
        then coalesce(resolved_field_second, closed_field_second)
      when ended_status = 'closed' and resolved_field_second between started_second and ended_second
        and not reference.is_same_instant(resolved_field_second, ended_second) then resolved_field_second
      else ended_second
    end as ended_second,
    case
      when ended_second is null then null
      when ended_status in ('cancelled', 'unseen') then ended_status
      when is_last and resolved_from = 'field' and resolved_field_second between started_second and through_second then 'field'
      when is_last and resolved_from = 'field' and closed_field_second between started_second and through_second then 'closure'
      when is_last and ended_status = 'closed' and resolved_field_second between started_second and ended_second then 'field'
      when history = 'none' and resolved_field_second is not null then 'field'
      when history = 'none' and coalesce(closed_field_second, cancelled_field_second) is null then 'unknown'
      when ended_status = 'closed' then 'closure'
      else 'history'
    end::reference.word as end_basis
  from judged
),
-- The window of a reopening ends with the n-th open date of the site after the date of the resolution.
windows as (
  select settled.*,
    case when ended_status in ('cancelled', 'unseen') then null
      when reopen_seconds is not null then ended_second + reopen_seconds
      else later.ends_second end as window_ends_second
  from settled
  left join dates as own on own.calendar_key = settled.calendar_key
    and own.local_date = case when settled.reopen_seconds is null
      then timezone(settled.zone, timezone('UTC', reference.to_instant(settled.ended_second)))::date end
  left join dates as later on later.calendar_key = settled.calendar_key and later.is_open
    and later.open_ordinal = own.open_ordinal + settled.reopen_open_days
),
chained as (
  select *,
    lag(window_ends_second) over (partition by ticket_key order by spell) as previous_window_ends_second,
    lead(started_second) over (partition by ticket_key order by spell) as reopened_second
  from windows
)
select ticket_key, spell, started_second, ended_second, turned_second, ended_status, end_basis, window_ends_second, reopened_second, is_last,
  (1 + sum(case when spell > 1 and started_second >= previous_window_ends_second then 1 else 0 end)
    over (partition by ticket_key order by spell))::integer as cycle
from chained
