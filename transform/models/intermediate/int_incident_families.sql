-- grain: one row per incident: its family, merged as persons decided
with incidents as (from intermediate.int_incident_signatures),
families as (from intermediate.int_families),
merges as (from reference.family_merges),
numbered as (
  select families.service, families.leader, families.category, coalesce(merges.into_family_id, families.own_family_id) as family_id,
    dense_rank() over (order by coalesce(merges.into_family_id, families.own_family_id))::integer as family_key
  from families
  left join merges on merges.family_id = families.own_family_id
)
select incidents.ticket_key, incidents.ticket_id, incidents.service, incidents.signature, incidents.masked, incidents.category,
  incidents.is_catch_all, numbered.leader, numbered.family_id, numbered.family_key
from incidents
join numbered on numbered.service = incidents.service and numbered.leader = incidents.leader and numbered.category = incidents.category
