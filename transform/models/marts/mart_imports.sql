-- grain: one row per audience x import
with imports as (from staging.stg_imports),
settings as (from reference.settings),
audience_sources as (from intermediate.int_audience_sources)
select audience_sources.audience_id, imports.import_id, imports.source_id, imports.file, imports.record_kind,
  strftime(timezone(settings.reporting_zone, timezone('UTC', imports.received_at)), '%Y-%m-%d %H:%M') as received_local,
  imports.records::integer as records, imports.accepted::integer as accepted, imports.inserted::integer as inserted,
  imports.unchanged::integer as unchanged, imports.quarantined::integer as quarantined, imports.mapping, imports.sha256
from imports
join audience_sources using (source_id)
cross join settings
