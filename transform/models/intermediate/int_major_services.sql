-- grain: one row per major incident x service that was down ('' where none is named): its outage, half-open, to where the source's data ends when it is not over
with majors as (from staging.stg_major_incidents),
sources as (from intermediate.int_sources),
service_names as (from reference.service_names),
tickets as (from intermediate.int_tickets),
written as (
  select majors.major_id, majors.source_id, majors.site_id, majors.users,
    reference.to_second(majors.started_at) as started_second, reference.to_second(majors.detected_at) as detected_second,
    reference.to_second(majors.restored_at) as restored_second,
    -- A review that names no service speaks of its ticket's.
    unnest(string_split_regex(coalesce(nullif(majors.services, ''), tickets.service, ''), '\s*[;,\n]\s*')) as word
  from majors
  left join tickets on tickets.ticket_id = majors.ticket_id
  where majors.started_at is not null
)
select distinct written.major_id, written.source_id, written.site_id, coalesce(service_names.service_id, trim(written.word)) as service,
  written.users, written.started_second, written.detected_second, written.restored_second,
  greatest(written.started_second, coalesce(written.restored_second, sources.through_second)) as ended_second,
  written.restored_second is null as is_open
from written
join sources using (source_id)
left join service_names on service_names.name = lower(trim(written.word))
where written.started_second < sources.through_second
