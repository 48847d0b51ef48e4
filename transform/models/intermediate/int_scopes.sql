-- grain: one row per ticket x commitment version whose scope its latest values match
with tickets as (from intermediate.int_tickets),
commitments as (from reference.commitments),
ancestors as (from reference.site_ancestors),
cuts as (select distinct type, priority, site_id, service, assignment_group from tickets),
commitment_sites as (
  select commitments.commitment_key, ancestors.site_id, max(own.depth) as depth
  from commitments
  join ancestors on list_contains(commitments.scope_sites, ancestors.ancestor_id)
  join ancestors as own on own.site_id = ancestors.ancestor_id and own.ancestor_id = own.site_id
  group by all
),
matched as (
  select cuts.*, commitments.commitment_key, commitments.commitment_id, commitments.clock, commitments.valid_from, commitments.valid_to,
    (scope_types is not null)::integer + (scope_priorities is not null)::integer + (scope_services is not null)::integer
      + (scope_groups is not null)::integer + (scope_sites is not null)::integer as keys,
    coalesce(commitment_sites.depth, 0) as depth
  from cuts
  join commitments
    on (scope_types is null or list_contains(scope_types, cuts.type))
    and (scope_priorities is null or list_contains(scope_priorities, cuts.priority))
    and (scope_services is null or list_contains(scope_services, cuts.service))
    and (scope_groups is null or list_contains(scope_groups, cuts.assignment_group))
  left join commitment_sites
    on commitment_sites.commitment_key = commitments.commitment_key and commitment_sites.site_id = cuts.site_id
  where scope_sites is null or commitment_sites.site_id is not null
)
select tickets.ticket_key, matched.commitment_key, matched.commitment_id, matched.clock, matched.valid_from, matched.valid_to,
  matched.keys, matched.depth
from tickets
join matched
  on matched.type = tickets.type and matched.site_id = tickets.site_id
  and matched.priority is not distinct from tickets.priority and matched.service is not distinct from tickets.service
  and matched.assignment_group is not distinct from tickets.assignment_group
