-- grain: one row per audience x family x closed problem that its incidents or a decision name, in the order of their closure: before and after
with fixes as (from intermediate.int_family_fixes),
verdicts as (from intermediate.int_fix_verdicts),
audiences as (from reference.audiences),
settings as (from reference.settings)
select fixes.audience_id, fixes.family_id,
  row_number() over (partition by fixes.audience_id, fixes.family_id order by fixes.closed_second, fixes.problem)::integer as fix_order,
  case when audiences.ticket_access then fixes.problem else '' end as problem, fixes.linked_incidents,
  strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(fixes.closed_second))), '%Y-%m-%d') as closed_date,
  fixes.before, fixes.before_days, fixes.after, fixes.after_days, verdicts.word, verdicts.ratio, verdicts.low, verdicts.high,
  fixes.since,
  coalesce(strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(fixes.last_second))), '%Y-%m-%d'), '') as last_date
from fixes
join verdicts on verdicts.audience_id = fixes.audience_id and verdicts.family_id = fixes.family_id and verdicts.problem = fixes.problem
join audiences on audiences.audience_id = fixes.audience_id
cross join settings
