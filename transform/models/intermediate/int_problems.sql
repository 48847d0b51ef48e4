-- grain: one row per problem: its dates in the reporting zone, when its root cause was known, what is known of it
with tickets as (from intermediate.int_tickets where type = 'problem'),
spells as (from intermediate.int_ticket_spells where is_last),
known_errors as (from staging.stg_known_errors),
causes as (from staging.stg_ticket_causes where kind = 'problem'),
incidents as (from intermediate.int_incidents),
settings as (from reference.settings),
published as (
  select problem_id, min(published_on) as published_on, count(*)::integer as known_errors, bool_or(has_workaround) as has_workaround
  from known_errors
  where problem_id is not null
  group by problem_id
),
linked as (
  select causes.record_id as problem_id, count(distinct incidents.ticket_key)::integer as incidents
  from causes
  join incidents on incidents.ticket_id = causes.ticket_id
  group by causes.record_id
),
dated as (
  select tickets.ticket_key, tickets.ticket_id, coalesce(tickets.number, tickets.native_id) as number, tickets.source_id,
    coalesce(tickets.title, '') as title, tickets.site_id, coalesce(tickets.service, '') as service, coalesce(tickets.priority::varchar, '') as priority,
    tickets.opened_second, spells.ended_second, tickets.through_second,
    spells.ended_second is null as is_open, spells.ended_second is not null and spells.ended_status in ('resolved', 'closed') as is_solved,
    coalesce(tickets.status::varchar, '') as status,
    timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(tickets.opened_second)))::date as opened_on,
    timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(spells.ended_second)))::date as ended_on
  from tickets
  left join spells on spells.ticket_key = tickets.ticket_key
  cross join settings
)
select dated.*, (coalesce(dated.ended_second, dated.through_second) - dated.opened_second) // 86400 as age_days,
  -- A workaround is published once the cause is understood; a problem solved with none was understood when it was solved.
  case when published.published_on < coalesce(case when is_solved then ended_on end, 'infinity'::date) then published.published_on
    when is_solved then ended_on end as root_cause_on,
  coalesce(linked.incidents, 0) as incidents, coalesce(published.known_errors, 0) as known_errors,
  coalesce(published.has_workaround, false) as has_workaround
from dated
left join published on published.problem_id = dated.ticket_id
left join linked on linked.problem_id = dated.ticket_id
