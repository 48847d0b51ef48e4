-- grain: one row per entity x month: calls to the service desk; of several imports the last one that speaks of it
with imports as (from staging.stg_imports),
absences as (from staging.stg_absences),
calls as (
  select calls.*, imports.import_rank
  from ingest.calls
  join imports using (import_id)
  anti join absences on absences.record_kind = 'call' and absences.instance = calls.instance
    and absences.record_key = calls.entity || chr(31) || calls.month and absences.import_rank > imports.import_rank
),
site_names as (from reference.site_names)
select site_names.site_id as entity_id, calls.month, calls.offered, calls.answered, calls.abandoned, calls.mean_wait_seconds
from calls
join site_names on site_names.name = lower(calls.entity)
qualify row_number() over (
  partition by site_names.site_id, calls.month order by calls.import_rank desc, calls.record_number desc
) = 1
