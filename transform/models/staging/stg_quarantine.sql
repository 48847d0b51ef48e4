-- grain: one row per fault of a record that was not taken
with quarantine as (from ingest.quarantine),
imports as (from staging.stg_imports)
select imports.source_id, imports.file, quarantine.import_id, quarantine.record_number, quarantine.line,
  coalesce(quarantine.column_name, '') as column_name, quarantine.reason
from quarantine
join imports using (import_id)
