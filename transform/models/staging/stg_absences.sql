-- grain: one row per instance x kind of record x key that is gone: a topic says so, or the last full export of its input no longer shows it
with imports as (from staging.stg_imports),
presences as (from ingest.presences),
deletions as (from ingest.deletions),
tickets as (from ingest.tickets),
unseen as (
  select presences.instance, presences.record_kind, presences.record_key, max(imports.import_rank) as import_rank,
    arg_max(imports.seen_at, imports.import_rank) as absent_at, arg_max(imports.source_id, imports.import_rank) as source_id,
    false as is_deleted
  from presences
  join imports using (import_id)
  group by presences.instance, presences.record_kind, presences.record_key
  having not arg_max(presences.is_present, imports.import_rank)
),
-- A table that was emptied held every ticket that its topic had told of.
emptied as (
  select distinct deletions.* replace (tickets.native_id as native_id)
  from deletions
  join tickets using (import_id)
  where deletions.native_id is null and deletions.record_kind = 'ticket'
),
deleted as (
  select instance, record_kind, native_id as record_key, max(import_rank) as import_rank, max(deleted_at) as absent_at,
    arg_max(told.source_id, (deleted_at, import_rank)) as source_id, true as is_deleted
  from (from deletions where native_id is not null union all from emptied) as told
  join imports using (import_id, instance, record_kind)
  where deleted_at is not null
  group by instance, record_kind, native_id
)
select instance, record_kind, record_key, import_rank, absent_at, source_id, is_deleted
from (from unseen union all from deleted)
qualify row_number() over (partition by instance, record_kind, record_key order by is_deleted desc) = 1
