-- grain: one row per ticket: where the demand came from: people, automatic (monitoring) or duplicate (declared, of a counted ticket)
with tickets as (from intermediate.int_tickets),
links as (from staging.stg_links where kind = 'duplicate'),
declared as (
  select ticket_id as from_id, duplicate_of_id as to_id from tickets where duplicate_of_id is not null
  union
  select from_ticket_id, to_ticket_id from links
),
counted as (
  select declared.from_id, declared.to_id, (repeats.opened_second, repeats.ticket_key) > (originals.opened_second, originals.ticket_key) as is_later
  from declared
  join tickets as repeats on repeats.ticket_id = declared.from_id
  join tickets as originals on originals.ticket_id = declared.to_id
  where declared.from_id <> declared.to_id
),
-- Of two that each call the other their original, the first one opened stays.
duplicates as (
  select distinct counted.from_id as ticket_id
  from counted
  left join counted as mutual on mutual.from_id = counted.to_id and mutual.to_id = counted.from_id
  where mutual.from_id is null or counted.is_later
)
select tickets.ticket_key,
  case when duplicates.ticket_id is not null then 'duplicate' when tickets.channel = 'monitoring' then 'automatic' else 'people' end as origin
from tickets
left join duplicates using (ticket_id)
