-- grain: one row per incident that may recur: with a title or a coded symptom, not cancelled, its source fit to tell
with tickets as (from intermediate.int_tickets),
spells as (from intermediate.int_ticket_spells where is_last),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'occurrences')
select tickets.ticket_key, tickets.ticket_id, tickets.instance, tickets.source_id,
  coalesce(tickets.service, '') as service, tickets.site_id, tickets.instance || '/' || nullif(trim(tickets.asset), '') as asset_id, tickets.requester,
  coalesce(tickets.category, '') as category,
  coalesce(tickets.title, tickets.symptom) as text, tickets.title is null as is_coded,
  tickets.parent, tickets.duplicate_of, tickets.opened_second, tickets.through_second,
  least(coalesce(spells.ended_second, tickets.through_second), tickets.through_second) as ended_second
from tickets
left join spells using (ticket_key)
left join withheld on withheld.source_id = tickets.source_id
where tickets.type = 'incident' and coalesce(tickets.title, tickets.symptom) is not null and withheld.source_id is null
  and (spells.ended_status is distinct from 'cancelled' or tickets.duplicate_of is not null)
