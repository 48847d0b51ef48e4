-- grain: one row per audience x month x entity ('*' all) x type ('*' all): tickets that people opened per 100 users, where users are known
with exposures as (from intermediate.int_demand_exposures where measure = 'users'),
demand as (from marts.mart_demand_monthly where dimension = 'all' and origin = 'people'),
intervals as (from reference.poisson_intervals),
types as (select unnest(['*', 'incident', 'request']) as type),
counted as (
  select exposures.audience_id, exposures.month, exposures.entity_id, types.type, exposures.amount as users,
    coalesce(sum(demand.opened) filter (list_contains(exposures.sites, demand.site_id)), 0)::bigint as opened,
    coalesce(sum(demand.opened) filter (list_contains(exposures.sites_left_out, demand.site_id)), 0)::integer as opened_left_out,
    any_value(len(exposures.sites))::integer as sites, any_value(len(exposures.sites_left_out))::integer as sites_left_out
  from exposures
  cross join types
  left join demand on demand.audience_id = exposures.audience_id and demand.month = exposures.month and (types.type = '*' or demand.type = types.type)
    and (list_contains(exposures.sites, demand.site_id) or list_contains(exposures.sites_left_out, demand.site_id))
  group by all
),
-- Exact Poisson below 10 (Garwood 1936), Byar's approximation from 10 on (Breslow and Day 1987); z = 1.959964.
bounded as (
  select counted.*,
    case when opened >= 10 then opened * (1 - 1 / (9 * opened) - 1.959964 / (3 * sqrt(opened))) ** 3 else intervals.low end as low_count,
    case when opened >= 10 then (opened + 1) * (1 - 1 / (9 * (opened + 1)) + 1.959964 / (3 * sqrt(opened + 1))) ** 3
      else intervals.high end as high_count
  from counted
  left join intervals on intervals.count = counted.opened
)
select audience_id, month, entity_id, type, opened::integer as opened, users::integer as users,
  100 * opened / users as rate, 100 * low_count / users as low, 100 * high_count / users as high,
  sites, sites_left_out, opened_left_out
from bounded
