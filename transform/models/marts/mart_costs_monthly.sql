-- grain: one row per month x site: loaded cost of the support, and the incidents and requests resolved under it; where an entity and those below it both tell one, those below hold
with costs as (from staging.stg_costs),
ancestors as (from reference.site_ancestors),
months as (select distinct month from intermediate.int_months),
flow as (select month, site_id, sum(resolved) as resolved from marts.mart_flow_monthly where type in ('incident', 'request') group by all)
select costs.month, costs.entity_id as site_id, costs.amount::double as cost, coalesce(sum(flow.resolved), 0)::integer as resolved
from costs
join months using (month)
join ancestors on ancestors.ancestor_id = costs.entity_id
left join flow on flow.month = costs.month and flow.site_id = ancestors.site_id
where not exists (
  from ancestors as under
  join costs as below on below.entity_id = under.site_id and below.month = costs.month
  where under.ancestor_id = costs.entity_id and under.site_id <> costs.entity_id
)
group by costs.month, costs.entity_id, costs.amount
