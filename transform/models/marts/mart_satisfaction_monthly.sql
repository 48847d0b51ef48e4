-- grain: one row per audience x month x site: surveys sent, answers and the sum of their scores; where an entity and those below it both answer, those below count
with satisfactions as (from staging.stg_satisfactions),
ancestors as (from reference.site_ancestors where ancestor_id <> site_id),
months as (select distinct month from intermediate.int_months),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id, satisfactions.month, satisfactions.entity_id as site_id, satisfactions.sent, satisfactions.answers,
  -- Of fewer than three answers no score is told to those who do not see tickets.
  case when audiences.ticket_access or satisfactions.answers >= 3 then (satisfactions.score * satisfactions.answers)::double end as score_sum,
  case when (audiences.ticket_access or satisfactions.answers >= 3) and satisfactions.score is not null then satisfactions.answers else 0 end as scored
from satisfactions
join months using (month)
join audience_sites on audience_sites.site_id = satisfactions.entity_id
join audiences using (audience_id)
where not exists (
  from ancestors
  join satisfactions as below on below.entity_id = ancestors.site_id and below.month = satisfactions.month
  where ancestors.ancestor_id = satisfactions.entity_id
)
