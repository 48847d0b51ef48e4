-- grain: one row per import that counts: the last reading of its bytes by its mapping file
select import_id, source_id, record_kind, file, sha256, coalesce(mapping, '') as mapping, row_kind, received_at, records, accepted,
  quarantined, inserted, unchanged, data_through
from ingest.imports
qualify import_id = max(import_id) over (partition by source_id, sha256, mapping_file)
