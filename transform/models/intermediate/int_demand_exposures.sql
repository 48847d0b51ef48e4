-- grain: one row per audience x month x entity ('*' all) x measure: its denominator, and whether each site with tickets is under it
with headcounts as (from intermediate.int_headcounts),
months as (from intermediate.int_months),
ancestors as (from reference.site_ancestors),
audience_sites as (from reference.audience_sites),
tickets as (from intermediate.int_tickets),
places as (select distinct site_id from tickets),
denominators as (
  select audience_id, month, entity_id, measure, sum(amount::decimal(18, 4))::double as amount, list(node_id) as nodes
  from headcounts
  join (select month from months) using (month)
  group by all
),
members as (
  select audience_sites.audience_id, ancestors.ancestor_id as entity_id, places.site_id
  from places
  join ancestors on ancestors.site_id = places.site_id
  join audience_sites on audience_sites.site_id = ancestors.ancestor_id
  union all
  select audience_sites.audience_id, '*', places.site_id
  from places
  join audience_sites using (site_id)
)
select denominators.audience_id, denominators.month, denominators.entity_id, denominators.measure, denominators.amount,
  coalesce(list(members.site_id order by members.site_id) filter (is_under), []) as sites,
  coalesce(list(members.site_id order by members.site_id) filter (not is_under), []) as sites_left_out
from denominators
join (
  select members.*, denominators.month, denominators.measure,
    exists (
      from ancestors where ancestors.site_id = members.site_id and list_contains(denominators.nodes, ancestors.ancestor_id)
    ) as is_under
  from members
  join denominators using (audience_id, entity_id)
) as members using (audience_id, month, entity_id, measure)
group by all
