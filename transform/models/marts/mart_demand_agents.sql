-- grain: one row per audience x month x entity ('*' all): tickets opened per support agent, where agents are known and three or more
with exposures as (from intermediate.int_demand_exposures where measure = 'agents' and amount >= 3),
demand as (from marts.mart_demand_monthly where dimension = 'all' and origin <> 'duplicate'),
counted as (
  select exposures.audience_id, exposures.month, exposures.entity_id, exposures.amount as agents,
    coalesce(sum(demand.opened) filter (list_contains(exposures.sites, demand.site_id)), 0)::integer as opened,
    coalesce(sum(demand.opened) filter (list_contains(exposures.sites_left_out, demand.site_id)), 0)::integer as opened_left_out,
    any_value(len(exposures.sites))::integer as sites, any_value(len(exposures.sites_left_out))::integer as sites_left_out
  from exposures
  left join demand on demand.audience_id = exposures.audience_id and demand.month = exposures.month
    and (list_contains(exposures.sites, demand.site_id) or list_contains(exposures.sites_left_out, demand.site_id))
  group by all
)
select audience_id, month, entity_id, opened, agents, opened / agents as per_agent, sites, sites_left_out, opened_left_out
from counted
