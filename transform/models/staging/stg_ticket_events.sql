-- grain: one row per native event of a ticket
with imports as (from staging.stg_imports),
events as (select ticket_events.*, imports.import_rank from ingest.ticket_events join imports using (import_id) where field <> 'other'),
aliases as (from staging.stg_ticket_aliases),
named as (
  select events.* replace (coalesce(aliases.native_id, events.native_id) as native_id)
  from events
  left join aliases on aliases.instance = events.instance and aliases.alias = events.native_id
),
-- What several imports say of one instant and field is as the last one says.
replaced as (
  select instance, native_id, occurred_at, source_sequence, field, max(import_rank) as last_import_rank
  from named
  group by all
  having min(import_rank) < max(import_rank)
),
identified as (
  select named.*
  from named
  left join replaced on replaced.instance = named.instance and replaced.native_id = named.native_id and replaced.occurred_at = named.occurred_at
    and replaced.field = named.field and replaced.source_sequence is not distinct from named.source_sequence
  where replaced.last_import_rank is null or named.import_rank = replaced.last_import_rank
),
doubled as (
  select import_id, import_rank, record_number, instance, native_id, source_sequence, occurred_at, fold_seconds,
    coalesce(occurred_at < max(occurred_at) over (
      partition by instance, native_id order by source_sequence, import_rank, record_number
      rows between unbounded preceding and 1 preceding
    ), false) as is_reversed
  from identified
  where (instance, native_id) in (select (instance, native_id) from identified where fold_seconds is not null)
),
-- As for observations: the later reading of a doubled hour from the first reversal on.
later as (
  select import_id, record_number, fold_seconds as later_by
  from doubled
  qualify fold_seconds is not null and bool_or(is_reversed and fold_seconds is not null) over (
    partition by instance, native_id, occurred_at::date order by source_sequence, import_rank, record_number
  )
),
settled as (
  select identified.* replace (occurred_at + to_seconds(coalesce(later_by, 0)) as occurred_at)
  from identified
  left join later on later.import_id = identified.import_id and later.record_number = identified.record_number
)
select instance || '/' || native_id as ticket_id, instance, native_id, source_id, import_id, import_rank, record_number,
  occurred_at,
  source_sequence, field,
  case when field = 'status' and not list_contains(['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed', 'cancelled'], from_value) then null
    when field = 'priority' and not list_contains(['P1', 'P2', 'P3', 'P4', 'P5'], from_value) then null
    else from_value end as from_value,
  case when field = 'status' and not list_contains(['new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed', 'cancelled'], to_value) then null
    when field = 'priority' and not list_contains(['P1', 'P2', 'P3', 'P4', 'P5'], to_value) then null
    else to_value end as to_value,
  case when field in ('status', 'priority') then to_value end as to_word,
  actor_kind, is_public, hold_reason, assignment_group, support_level, provider
from settled
