-- grain: one row per month x site x service x type x risk: changes asked for and refused in it, and what was implemented in it
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'change_success'),
changes as (
  -- Of a source whose outcomes are withheld none is judged.
  select fct_changes.* replace (case when withheld.source_id is null then close_code end as close_code,
    is_declared_success and withheld.source_id is null as is_declared_success,
    is_clean_success and withheld.source_id is null as is_clean_success)
  from marts.fct_changes
  left join withheld on withheld.source_id = fct_changes.source_id
)
select month, site_id, service, type, risk, sum(opened)::integer as opened, sum(rejected)::integer as rejected,
  sum(implemented)::integer as implemented, sum(judged)::integer as judged, sum(declared)::integer as declared_successes,
  sum(clean)::integer as clean_successes, sum(with_issues)::integer as with_issues, sum(failed)::integer as failed,
  sum(rolled_back)::integer as rolled_back, sum(unauthorised)::integer as unauthorised, sum(start_known)::integer as starts_known,
  sum(late_start)::integer as late_starts, sum(end_known)::integer as ends_known, sum(late_end)::integer as late_ends,
  sum(colliding)::integer as colliding, sum(freeze_violation)::integer as freeze_violations, sum(freeze_exempt)::integer as freeze_exempts,
  sum(followed)::integer as followed, sum(flagged)::integer as flagged
from (
  select opened_month as month, site_id, service, type, risk, 1 as opened, 0 as rejected, 0 as implemented, 0 as judged, 0 as declared,
    0 as clean, 0 as with_issues, 0 as failed, 0 as rolled_back, 0 as unauthorised, 0 as start_known, 0 as late_start, 0 as end_known,
    0 as late_end, 0 as colliding, 0 as freeze_violation, 0 as freeze_exempt, 0 as followed, 0 as flagged
  from changes
  union all
  select rejected_month, site_id, service, type, risk, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  from changes
  where rejected_month is not null
  union all
  select implemented_month, site_id, service, type, risk, 0, 0, 1, (close_code is not null)::integer, is_declared_success::integer,
    is_clean_success::integer, (close_code = 'successful_with_issues')::integer, (close_code = 'unsuccessful')::integer,
    (close_code = 'rolled_back')::integer, is_unauthorised::integer, (is_late_start is not null)::integer, is_late_start::integer,
    (is_late_end is not null)::integer, is_late_end::integer, (collisions > 0)::integer, is_freeze_violation::integer,
    is_freeze_exempt::integer, (adjusted_p_value is not null)::integer, is_flagged::integer
  from changes
  where implemented_month is not null
)
group by month, site_id, service, type, risk
