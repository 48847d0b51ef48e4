-- grain: one row per import that counts: the last reading of its bytes by its mapping file, in the order in which they replace each other
select import_id, import_rank, source_id, instance, record_kind, file, sha256, coalesce(mapping, '') as mapping, row_kind, received_at, records, accepted,
  quarantined, inserted, unchanged, data_through, exported_at, seen_at, is_full
from ingest.standing_imports
