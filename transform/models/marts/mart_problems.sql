-- grain: one row per audience x problem, in the order of their opening; its number and title where the audience sees tickets
with problems as (from intermediate.int_problems),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'problem_age'),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id,
  row_number() over (partition by audience_sites.audience_id order by problems.opened_second, problems.ticket_id)::integer as problem_order,
  case when audiences.ticket_access then problems.number else '' end as number,
  case when audiences.ticket_access then problems.title else '' end as title,
  problems.site_id, problems.service, problems.priority, problems.status, problems.is_open,
  strftime(problems.opened_on, '%Y-%m-%d') as opened_date, coalesce(strftime(problems.ended_on, '%Y-%m-%d'), '') as ended_date,
  problems.age_days::integer as age_days, coalesce(strftime(problems.root_cause_on, '%Y-%m-%d'), '') as root_cause_date,
  case when problems.root_cause_on is not null then greatest(problems.root_cause_on - problems.opened_on, 0) end::integer as root_cause_days,
  problems.incidents, problems.known_errors, problems.has_workaround
from problems
join audience_sites on audience_sites.site_id = problems.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
where not exists (from withheld where withheld.source_id = problems.source_id)
