-- grain: one row per ticket x month at whose end (or where the data ends) it is open, of the sources whose backlog is said
with spells as (from intermediate.int_ticket_spells),
tickets as (from intermediate.int_tickets),
-- Of changes in one second the last one holds.
states as (from intermediate.int_ticket_states where ended_second > started_second or is_last),
month_ends as (from intermediate.int_month_ends),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'backlog'),
standing as (
  select month_ends.month, month_ends.counted_second, tickets.ticket_key, tickets.opened_second
  from spells
  join tickets using (ticket_key)
  join month_ends on month_ends.source_id = tickets.source_id
    and spells.started_second < month_ends.counted_second
    and (spells.ended_second is null or spells.ended_second >= month_ends.counted_second)
  where not exists (from withheld where withheld.source_id = tickets.source_id)
)
select standing.month, standing.ticket_key, coalesce(states.status, '') = 'on_hold' as is_on_hold,
  case when states.status = 'on_hold' then coalesce(states.hold_reason, '') else '' end as hold_reason,
  (standing.counted_second - standing.opened_second) // 86400 as age_days
from standing
asof left join states on states.ticket_key = standing.ticket_key and standing.counted_second > states.started_second
