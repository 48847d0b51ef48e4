-- grain: one row per audience x major incident of one of its sites: its sheet; words of a review that fewer than three reviews use are for audiences with access to tickets
with majors as (from staging.stg_major_incidents),
outages as (from intermediate.int_major_services),
tickets as (from intermediate.int_tickets),
numbers as (select distinct ticket_id, number, native_id from tickets),
causes as (from staging.stg_ticket_causes),
changes as (from intermediate.int_changes),
months as (from reference.months),
settings as (from reference.settings),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
spans as (
  select major_id, string_agg(service, '|' order by service) as services, any_value(started_second) as started_second,
    any_value(detected_second) as detected_second, any_value(restored_second) as restored_second,
    any_value(ended_second) as ended_second, any_value(is_open) as is_open
  from outages
  group by major_id
),
children as (
  select majors.major_id, tickets.ticket_id, tickets.site_id
  from majors
  join tickets on tickets.ticket_id = majors.ticket_id
  union
  select majors.major_id, children.ticket_id, children.site_id
  from majors
  join tickets as parents on parents.ticket_id = majors.ticket_id
  join tickets as children on children.instance = parents.instance and children.parent in (parents.native_id, parents.number)
),
reached as (
  select children.major_id, audience_sites.audience_id, count(*)::integer as tickets,
    string_agg(distinct children.site_id, '|' order by children.site_id) as sites
  from children
  join audience_sites using (site_id)
  group by all
),
named as (
  select distinct children.major_id, causes.kind,
    coalesce(numbers.number, changes.number, substr(causes.record_id, strpos(causes.record_id, '/') + 1)) as name
  from children
  join causes using (ticket_id)
  left join numbers on causes.kind = 'problem' and numbers.ticket_id = causes.record_id
  left join changes on causes.kind = 'caused_by' and changes.change_id = causes.record_id
),
linked as (
  select major_id, coalesce(string_agg(name, ', ' order by name) filter (kind = 'problem'), '') as problems,
    coalesce(string_agg(name, ', ' order by name) filter (kind = 'caused_by'), '') as changes
  from named
  group by major_id
),
used as (
  select major_id, count(*) over (partition by cause) >= 3 as is_common_cause, count(*) over (partition by actions) >= 3 as are_common_actions
  from majors
)
select audience_sites.audience_id, majors.major_id, majors.native_id as number, months.month, majors.site_id, spans.services,
  case when audiences.ticket_access then coalesce(numbers.number, majors.ticket) else '' end as ticket,
  reference.local_text(majors.started_at, settings.reporting_zone) as started_local,
  coalesce(reference.local_text(majors.detected_at, settings.reporting_zone), '') as detected_local,
  coalesce(reference.local_text(majors.restored_at, settings.reporting_zone), '') as restored_local,
  (spans.detected_second - spans.started_second)::double as detection_seconds,
  (spans.ended_second - spans.started_second)::double as down_seconds,
  ((spans.ended_second - spans.started_second) * majors.users)::double as user_seconds,
  spans.is_open, majors.users::double as users, coalesce(reached.tickets, 0)::integer as tickets, coalesce(reached.sites, '') as sites,
  case when audiences.ticket_access or used.is_common_cause then majors.cause else '' end as cause,
  case when audiences.ticket_access or used.are_common_actions then majors.actions else '' end as actions,
  not audiences.ticket_access and (majors.cause <> '' and not used.is_common_cause or majors.actions <> '' and not used.are_common_actions) as is_cut,
  case when audiences.ticket_access then coalesce(linked.problems, '') else '' end as problems,
  case when audiences.ticket_access then coalesce(linked.changes, '') else '' end as changes
from majors
join spans using (major_id)
join used using (major_id)
cross join settings
join audience_sites using (site_id)
join audiences using (audience_id)
left join numbers on numbers.ticket_id = majors.ticket_id
left join reached on reached.major_id = majors.major_id and reached.audience_id = audience_sites.audience_id
left join linked on linked.major_id = majors.major_id
asof left join months on spans.started_second >= months.starts_second
