-- grain: one row per audience x family x closed problem that its incidents or a decision name: occurrences and days before and after the closure
with occurrences as (from intermediate.int_audience_occurrences),
families as (from intermediate.int_family_list),
members as (from intermediate.int_incident_families),
causes as (from staging.stg_ticket_causes where kind = 'problem'),
incidents as (from intermediate.int_incidents),
problems as (from intermediate.int_tickets where type = 'problem'),
spells as (from intermediate.int_ticket_spells where is_last and ended_status in ('resolved', 'closed')),
as_of as (from intermediate.int_as_of),
begun as (select min(opened_second) as first_second from intermediate.int_tickets),
named as (
  select members.family_key, problems.ticket_key as problem_key, count(*) as incidents
  from causes
  join problems on problems.ticket_id = causes.record_id
  join incidents on incidents.ticket_id = causes.ticket_id
  join members on members.ticket_key = incidents.ticket_key
  group by all
  union all
  select families.family_key, problems.ticket_key, 0
  from families
  join problems on families.decision in ('open_problem', 'attach_problem') and families.reference in (problems.number, problems.native_id)
),
closed as (
  select named.family_key, named.problem_key, sum(named.incidents)::integer as incidents,
    any_value(coalesce(problems.closed_field_second, spells.ended_second)) as closed_second
  from named
  join problems on problems.ticket_key = named.problem_key
  join spells on spells.ticket_key = named.problem_key
  group by named.family_key, named.problem_key
)
select occurrences.audience_id, families.family_id, any_value(coalesce(problems.number, problems.native_id)) as problem,
  any_value(closed.closed_second) as closed_second, any_value(closed.incidents) as linked_incidents,
  (count(*) filter (occurrences.started_second >= closed.closed_second - 365 * 86400
    and occurrences.started_second < closed.closed_second - 28 * 86400))::integer as before,
  any_value(greatest(closed.closed_second - 28 * 86400 - greatest(closed.closed_second - 365 * 86400, begun.first_second), 0) // 86400)::integer
    as before_days,
  (count(*) filter (occurrences.started_second >= closed.closed_second
    and occurrences.started_second < closed.closed_second + 90 * 86400))::integer as after,
  any_value(greatest(least(closed.closed_second + 90 * 86400, as_of.as_of_second) - closed.closed_second, 0) // 86400)::integer as after_days,
  (count(*) filter (occurrences.started_second >= closed.closed_second))::integer as since,
  max(occurrences.started_second) filter (occurrences.started_second >= closed.closed_second) as last_second
from closed
join families on families.family_key = closed.family_key
join problems on problems.ticket_key = closed.problem_key
join occurrences on occurrences.family_key = closed.family_key
cross join as_of
cross join begun
group by occurrences.audience_id, families.family_id, closed.problem_key
