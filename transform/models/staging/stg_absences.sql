-- grain: one row per instance x kind of record x key that the last full export of its input no longer shows
with imports as (from staging.stg_imports),
presences as (from ingest.presences)
select presences.instance, presences.record_kind, presences.record_key, max(imports.import_rank) as import_rank,
  arg_max(imports.seen_at, imports.import_rank) as absent_at, arg_max(imports.source_id, imports.import_rank) as source_id
from presences
join imports using (import_id)
group by presences.instance, presences.record_kind, presences.record_key
having not arg_max(presences.is_present, imports.import_rank)
