-- grain: one row per incident that names an asset: neither cancelled nor a child or duplicate of another
with asset_ids as (from intermediate.int_asset_ids),
tickets as (from intermediate.int_tickets where type = 'incident' and asset is not null),
spells as (from intermediate.int_ticket_spells where is_last),
origins as (from intermediate.int_ticket_origins),
roots as (from intermediate.int_incident_roots)
select tickets.ticket_id, asset_ids.asset_id, asset_ids.is_known, tickets.site_id, tickets.opened_second,
  -- Local seconds keep weekday and hour through the clock change.
  timezone(tickets.zone, timezone('UTC', reference.to_instant(tickets.opened_second)))::date as opened_on,
  reference.to_second(timezone(tickets.zone, timezone('UTC', reference.to_instant(tickets.opened_second)))) as local_second
from tickets
join asset_ids on asset_ids.instance = tickets.instance and asset_ids.asset = tickets.asset
join spells on spells.ticket_key = tickets.ticket_key
join origins on origins.ticket_key = tickets.ticket_key
left join roots on roots.ticket_key = tickets.ticket_key
where spells.ended_status is distinct from 'cancelled' and origins.origin <> 'duplicate'
  and coalesce(roots.root_key, tickets.ticket_key) = tickets.ticket_key
