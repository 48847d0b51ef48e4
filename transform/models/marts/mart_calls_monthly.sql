-- grain: one row per month x site: calls offered and answered, and the time waited for an answer; where an entity and those below it both count, those below hold
with calls as (from staging.stg_calls),
ancestors as (from reference.site_ancestors where ancestor_id <> site_id),
months as (select distinct month from intermediate.int_months)
select calls.month, calls.entity_id as site_id, calls.offered, calls.answered, calls.abandoned,
  (calls.mean_wait_seconds * calls.answered)::double as wait_seconds,
  case when calls.mean_wait_seconds is null then 0 else calls.answered end as waits
from calls
join months using (month)
where not exists (
  from ancestors
  join calls as below on below.entity_id = ancestors.site_id and below.month = calls.month
  where ancestors.ancestor_id = calls.entity_id
)
