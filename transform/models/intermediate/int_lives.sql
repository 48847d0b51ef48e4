-- grain: one row per ticket x clock x reopening window that its contracts have x cycle x stint: what a commitment can time, from its start to its stop
with commitments as (from reference.commitments),
site_eras as (from intermediate.int_site_eras),
tickets as (from intermediate.int_tickets),
cycles as (from intermediate.int_cycles),
spells as (from intermediate.int_ticket_spells where spell = 1),
responses as (from intermediate.int_responses),
stints as (from intermediate.int_stints),
clocks as (select distinct clock, window_key from commitments),
restorations as (
  select cycles.*,
    -- Restored before the last reopening says nothing of the service after it.
    case when tickets.restored_field_second between cycles.last_started_second and coalesce(cycles.ended_second, tickets.through_second)
      then tickets.restored_field_second end as restored_second
  from cycles
  join tickets using (ticket_key)
  semi join (from clocks where clock = 'restoration') as timed on timed.window_key = cycles.window_key
),
lives as (
  select ticket_key, 'resolution'::reference.word as clock, window_key, cycle, 1 as stint, started_second, ended_second as stopped_second,
    first_ended_second as first_stopped_second, turned_second, ended_status as stop_kind, end_basis as stop_basis,
    ended_status in ('cancelled', 'unseen') as is_cancelled, window_ends_second, reopenings, coalesce(ended_second is not null and ended_spells_seconds = 0, false) as is_instant
  from cycles
  semi join (from clocks where clock = 'resolution') as timed using (window_key)
  union all by name
  select ticket_key, 'restoration'::reference.word as clock, window_key, cycle, 1 as stint, started_second, coalesce(restored_second, ended_second) as stopped_second,
    case when reopenings = 0 then coalesce(restored_second, ended_second) else first_ended_second end as first_stopped_second, turned_second,
    case when restored_second is null then ended_status else 'restored'::reference.word end as stop_kind,
    case when restored_second is not null then 'restored'::reference.word when ended_second is null or end_basis = 'unknown' then end_basis
      else 'resolution'::reference.word end as stop_basis,
    restored_second is null and ended_status in ('cancelled', 'unseen') as is_cancelled,
    -- Restored but not resolved: it may yet be reopened, so its window has not even begun.
    case when ended_second is null then 9000000000000 else window_ends_second end as window_ends_second, reopenings,
    coalesce(ended_spells_seconds, 0) - coalesce(ended_second - last_started_second, 0) + coalesce(restored_second, ended_second) - last_started_second = 0 as is_instant
  from restorations
  union all by name
  select ticket_key, 'response'::reference.word as clock, 0::utinyint as window_key, 1 as cycle, 1 as stint, tickets.opened_second as started_second,
    responses.responded_second as stopped_second, responses.responded_second as first_stopped_second, spells.turned_second,
    'response'::reference.word as stop_kind, responses.response_basis as stop_basis,
    false as is_cancelled,
    0 as window_ends_second, 0 as reopenings, false as is_instant
  from tickets
  join responses using (ticket_key)
  left join spells using (ticket_key)
  where 'response' in (select clock from clocks)
  union all by name
  select stints.ticket_key, stints.clock, stints.window_key, stints.cycle, stints.stint, stints.started_second, stints.stopped_second,
    stints.first_stopped_second, cycles.turned_second,
    case when stints.is_last then cycles.ended_status else 'handover'::reference.word end as stop_kind,
    case when stints.is_last then cycles.end_basis else 'history'::reference.word end as stop_basis,
    stints.is_last and cycles.ended_status in ('cancelled', 'unseen') as is_cancelled,
    case when stints.is_last then cycles.window_ends_second else 0 end as window_ends_second, stints.reopenings,
    false as is_instant
  from stints
  join cycles using (ticket_key, window_key, cycle)
),
-- Held apart, so that eras are looked up by site before their instants are compared.
placed as materialized (
  select lives.*, tickets.through_second, tickets.site_id
  from lives
  join tickets using (ticket_key)
)
select placed.ticket_key, placed.clock, placed.window_key, placed.cycle, placed.stint::integer as stint, placed.started_second, placed.stopped_second,
  placed.first_stopped_second, placed.turned_second, placed.stop_kind, placed.stop_basis, placed.is_cancelled, placed.window_ends_second,
  placed.reopenings, coalesce(placed.is_instant, false) as is_instant, placed.through_second, site_eras.era
from placed
-- The versions valid on the local date of the start hold for life.
join site_eras on site_eras.site_id = placed.site_id
  and placed.started_second >= site_eras.starts_second and placed.started_second < site_eras.ends_second
