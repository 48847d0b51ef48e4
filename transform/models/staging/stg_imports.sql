-- grain: one row per import
select import_id, source_id, record_kind, file, sha256, coalesce(mapping, '') as mapping, row_kind, received_at, records, accepted,
  quarantined, inserted, unchanged, data_through
from ingest.imports
