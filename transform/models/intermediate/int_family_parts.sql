-- grain: one row per signature x category of a catch-all: its family, merged as persons decided
with members as (from intermediate.int_family_members),
families as (from intermediate.int_families),
merges as (from reference.family_merges)
select members.signature_key, members.category, members.service, members.leader, members.is_catch_all, members.tickets,
  coalesce(merges.into_family_id, families.own_family_id) as family_id,
  dense_rank() over (order by coalesce(merges.into_family_id, families.own_family_id))::integer as family_key
from members
join families on families.service = members.service and families.leader = members.leader and families.category = members.category
left join merges on merges.family_id = families.own_family_id
