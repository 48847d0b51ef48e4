-- grain: one row per audience x family x closed problem that its incidents or a decision name: before and after
with fixes as (from intermediate.int_family_fixes),
verdicts as (from intermediate.int_fix_verdicts),
settings as (from reference.settings)
select fixes.audience_id, fixes.family_id, fixes.problem, fixes.linked_incidents,
  strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(fixes.closed_second))), '%Y-%m-%d') as closed_date,
  fixes.before, fixes.before_days, fixes.after, fixes.after_days, verdicts.word, verdicts.ratio, verdicts.low, verdicts.high
from fixes
join verdicts on verdicts.audience_id = fixes.audience_id and verdicts.family_id = fixes.family_id and verdicts.problem = fixes.problem
cross join settings
