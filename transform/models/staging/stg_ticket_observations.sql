-- grain: one row per ticket x observation; a later import replaces what it says of the same instant and sequence
with tickets as (from ingest.tickets),
imports as (from staging.stg_imports),
aliases as (from staging.stg_ticket_aliases),
sources as (from reference.sources),
site_names as (from reference.site_names),
service_names as (from reference.service_names),
identified as (
  select tickets.* replace (coalesce(aliases.native_id, tickets.native_id) as native_id),
    coalesce(tickets.observed_at, tickets.updated_at, imports.seen_at) as seen_at,
    imports.import_rank, imports.row_kind = 'history' as is_history
  from tickets
  join imports using (import_id)
  left join aliases on aliases.instance = tickets.instance and aliases.alias = tickets.native_id
),
-- A key that several imports speak of keeps the rows of the last one.
replaced as (
  select instance, native_id, seen_at, source_sequence, max(import_rank) as last_import_rank
  from identified
  group by all
  having min(import_rank) < max(import_rank)
),
-- In a doubled hour the earlier reading is taken unless that reverses the order of the source; from the first reversal on, the later one.
doubled as (
  select import_id, import_rank, record_number, instance, native_id, source_sequence, seen_at, fold_seconds,
    coalesce(seen_at < max(seen_at) over (
      partition by instance, native_id order by source_sequence, import_rank, record_number
      rows between unbounded preceding and 1 preceding
    ), false) as is_reversed
  from identified
  where (instance, native_id) in (select (instance, native_id) from identified where fold_seconds is not null)
),
later as (
  select import_id, record_number, fold_seconds as later_by
  from doubled
  qualify fold_seconds is not null and bool_or(is_reversed and fold_seconds is not null) over (
    partition by instance, native_id, seen_at::date order by source_sequence, import_rank, record_number
  )
),
settled as (
  select identified.*, identified.seen_at + to_seconds(coalesce(later_by, 0)) as observed_second_at
  from identified
  left join replaced on replaced.instance = identified.instance and replaced.native_id = identified.native_id
    and replaced.seen_at = identified.seen_at and replaced.source_sequence is not distinct from identified.source_sequence
  left join later on later.import_id = identified.import_id and later.record_number = identified.record_number
  where replaced.last_import_rank is null or identified.import_rank = replaced.last_import_rank
)
select settled.instance || '/' || settled.native_id as ticket_id, settled.instance, settled.native_id, settled.number,
  settled.source_id, settled.import_id, settled.import_rank, settled.record_number, settled.is_history,
  settled.observed_second_at as observed_at, settled.source_sequence,
  coalesce(settled.type, 'incident') as type, settled.title, settled.status, settled.status_raw, settled.hold_reason,
  settled.priority, settled.category, settled.subcategory, settled.symptom,
  coalesce(service_names.service_id, settled.service) as service, settled.channel,
  coalesce(site_names.site_id, case when settled.site is null then sources.site_id end, '') as site_id,
  case when site_names.site_id is null then settled.site end as unknown_site,
  settled.requester, settled.assignee, settled.assignment_group, settled.support_level, settled.provider,
  settled.opened_at, settled.reported_at, settled.responded_at, settled.restored_at, settled.resolved_at, settled.closed_at, settled.cancelled_at, settled.updated_at,
  settled.due_at,
  settled.reopen_count, settled.reassignment_count, settled.made_sla, settled.paused_seconds,
  settled.opened_by_agent, settled.first_contact,
  settled.asset, settled.parent, settled.problem, settled.duplicate_of,
  settled.catalogue_item, settled.requester_population,
  settled.instance || '/' || coalesce(originals.native_id, settled.duplicate_of) as duplicate_of_id
from settled
left join sources using (source_id)
left join aliases as originals on originals.instance = settled.instance and originals.alias = settled.duplicate_of
left join site_names on site_names.name = lower(settled.site)
left join service_names on service_names.name = lower(settled.service)
