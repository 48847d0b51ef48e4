-- grain: one row per set of values that scopes look at x commitment in reach: the nearest one, or those that tie; null where there is none
with life_scopes as (from intermediate.int_life_scopes),
tickets as (from intermediate.int_tickets),
commitments as (from reference.commitments),
commitment_eras as (from reference.commitment_eras),
ancestors as (from reference.site_ancestors),
cuts as (
  select distinct life_scopes.clock, life_scopes.era, life_scopes.priority, life_scopes.assignment_group, life_scopes.provider,
    tickets.type, tickets.site_id, coalesce(tickets.service, '') as service, coalesce(tickets.population, '') as population
  from life_scopes
  join tickets using (ticket_key)
),
commitment_sites as (
  select commitments.commitment_key, ancestors.site_id, max(own.depth) as depth
  from commitments
  join ancestors on list_contains(commitments.scope_sites, ancestors.ancestor_id)
  join ancestors as own on own.site_id = ancestors.ancestor_id and own.ancestor_id = own.site_id
  group by all
),
matched as (
  select cuts.*, commitments.commitment_key,
    (scope_types is not null)::integer + (scope_priorities is not null)::integer + (scope_services is not null)::integer
      + (scope_groups is not null)::integer + (scope_sites is not null)::integer + (scope_providers is not null)::integer
      + (scope_populations is not null)::integer as keys,
    coalesce(commitment_sites.depth, 0) as depth
  from cuts
  join commitment_eras using (era)
  join commitments
    on commitments.commitment_key = commitment_eras.commitment_key and commitments.clock = cuts.clock
    and (scope_types is null or list_contains(scope_types, cuts.type))
    and (scope_priorities is null or list_contains(scope_priorities, cuts.priority))
    and (scope_services is null or list_contains(scope_services, cuts.service))
    and (scope_groups is null or list_contains(scope_groups, cuts.assignment_group))
    and (scope_providers is null or list_contains(scope_providers, cuts.provider))
    and (scope_populations is null or list_contains(scope_populations, cuts.population))
  left join commitment_sites
    on commitment_sites.commitment_key = commitments.commitment_key and commitment_sites.site_id = cuts.site_id
  where scope_sites is null or commitment_sites.site_id is not null
),
placed as (
  select matched.*,
    rank() over (partition by clock, era, priority, assignment_group, provider, type, site_id, service, population order by keys desc, depth desc) as place
  from matched
)
select cuts.*, placed.commitment_key,
  count(placed.commitment_key) over (
    partition by cuts.clock, cuts.era, cuts.priority, cuts.assignment_group, cuts.provider, cuts.type, cuts.site_id, cuts.service, cuts.population
  ) as ties
from cuts
left join placed
  on placed.place = 1 and placed.clock = cuts.clock and placed.era = cuts.era and placed.priority = cuts.priority
  and placed.assignment_group = cuts.assignment_group and placed.provider = cuts.provider and placed.type = cuts.type
  and placed.site_id = cuts.site_id and placed.service = cuts.service and placed.population = cuts.population
