-- grain: one row per audience x month x entity ('*' all) x measure x node: a declared headcount that counts for the entity
with headcounts as (from staging.stg_headcounts),
audience_sites as (from reference.audience_sites where site_id <> ''),
ancestors as (from reference.site_ancestors),
tickets as (from intermediate.int_tickets),
measures as (
  select entity_id, month, unnest([
    {measure: 'users', amount: users::double}, {measure: 'agents', amount: agents::double}
  ], recursive := true)
  from headcounts
),
-- A headcount counts where tickets of its entity, or of one below it, are in the data.
served as (
  select measures.*
  from measures
  where amount > 0 and exists (
    from ancestors join tickets using (site_id) where ancestors.ancestor_id = measures.entity_id
  )
),
reached as (
  select audience_sites.audience_id, audience_sites.site_id as entity_id, ancestors.site_id as node_id
  from audience_sites
  join ancestors on ancestors.ancestor_id = audience_sites.site_id
  union all
  select audience_id, '*', site_id from audience_sites
),
candidates as (
  select reached.audience_id, served.month, reached.entity_id, served.measure, reached.node_id, served.amount
  from reached
  join served on served.entity_id = reached.node_id
)
-- A headcount holds for all that is below its entity: of two on one branch the upper one counts.
select candidates.*
from candidates
where not exists (
  from candidates as uppers
  join ancestors on ancestors.ancestor_id = uppers.node_id
  where uppers.audience_id = candidates.audience_id and uppers.month = candidates.month
    and uppers.entity_id = candidates.entity_id and uppers.measure = candidates.measure
    and ancestors.site_id = candidates.node_id and uppers.node_id <> candidates.node_id
)
