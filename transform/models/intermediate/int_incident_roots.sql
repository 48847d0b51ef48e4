-- grain: one row per incident that is a child or declared duplicate of another: the one at the top
with recursive incidents as (from intermediate.int_incidents),
aliases as (from staging.stg_ticket_aliases),
declared_links as (from staging.stg_links where kind in ('parent', 'duplicate')),
fields as (
  select ticket_key, instance, unnest([{rank: 1, target: duplicate_of}, {rank: 2, target: parent}]) as link
  from incidents
  where duplicate_of is not null or parent is not null
),
named as (
  select fields.ticket_key, link.rank as rank, fields.instance || '/' || coalesce(aliases.native_id, link.target) as to_ticket_id
  from fields
  left join aliases on aliases.instance = fields.instance and aliases.alias = link.target
  where link.target is not null
  union all
  select incidents.ticket_key, 3, declared_links.to_ticket_id
  from declared_links
  join incidents on incidents.ticket_id = declared_links.from_ticket_id
),
links as (
  select named.ticket_key, arg_min(above.ticket_key, (named.rank, above.ticket_key)) as above_key
  from named
  join incidents as above on above.ticket_id = named.to_ticket_id
  where above.ticket_key <> named.ticket_key
  group by named.ticket_key
),
climbs as (
  select ticket_key, above_key as root_key, 1 as depth from links
  union all
  select climbs.ticket_key, links.above_key, depth + 1
  from climbs
  join links on links.ticket_key = climbs.root_key
  where depth < 16
)
-- Tickets that point at each other in a circle meet in the first of it.
select ticket_key, case when max(depth) < 16 then arg_max(root_key, depth) else least(min(root_key), ticket_key) end as root_key
from climbs
group by ticket_key
