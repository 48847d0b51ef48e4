-- grain: one row per family x site ('' where a person attached it) x problem that its incidents, or the last decision, name
with families as (from intermediate.int_incident_families),
listed as (from intermediate.int_family_list),
tickets as (from intermediate.int_tickets),
aliases as (from staging.stg_ticket_aliases),
links as (from staging.stg_links where kind = 'problem'),
problems as (from intermediate.int_tickets where type = 'problem'),
named as (
  select tickets.ticket_key, tickets.instance || '/' || coalesce(aliases.native_id, tickets.problem) as problem_id, tickets.problem as name
  from tickets
  left join aliases on aliases.instance = tickets.instance and aliases.alias = tickets.problem
  where tickets.problem is not null
  union
  select tickets.ticket_key, links.to_ticket_id, split_part(links.to_ticket_id, '/', -1)
  from links
  join tickets on tickets.ticket_id = links.from_ticket_id
),
attached as (
  select listed.family_key, min(problems.ticket_id) as ticket_id, listed.reference as name
  from listed
  left join problems on problems.number = listed.reference or problems.native_id = listed.reference
  where listed.decision = 'attach_problem'
  group by listed.family_key, listed.reference
),
linked as (
  select families.family_key, tickets.site_id, named.problem_id, min(named.name) as name
  from named
  join families on families.ticket_key = named.ticket_key
  join tickets on tickets.ticket_key = named.ticket_key
  group by families.family_key, tickets.site_id, named.problem_id
  union all
  select family_key, '', coalesce(ticket_id, name), name from attached
)
select linked.family_key, linked.site_id, linked.problem_id, coalesce(problems.number, problems.native_id, linked.name) as number,
  -- '' where the problem itself is not in the data.
  coalesce(problems.status, '') as status
from linked
semi join listed on listed.family_key = linked.family_key
left join problems on problems.ticket_id = linked.problem_id
