-- grain: one row per month x site: incidents opened, with an asset, with one that a register knows
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'known_asset'),
tickets as (
  from marts.fct_tickets
  where type = 'incident' and cancelled_at is null and not exists (from withheld where withheld.source_id = fct_tickets.source_id)
),
named as (from intermediate.int_tickets where asset is not null),
asset_ids as (from intermediate.int_asset_ids)
select tickets.opened_month as month, tickets.site_id, count(*)::integer as incidents, count(named.asset)::integer as with_asset,
  (count(*) filter (asset_ids.is_known))::integer as with_known_asset
from tickets
left join named on named.ticket_key = tickets.ticket_key
left join asset_ids on asset_ids.instance = named.instance and asset_ids.asset = named.asset
group by tickets.opened_month, tickets.site_id
