-- grain: one row per audience x source x file x column x reason
with quarantine as (from staging.stg_quarantine),
audience_sources as (from intermediate.int_audience_sources)
select audience_sources.audience_id, quarantine.source_id, quarantine.file, quarantine.column_name, quarantine.reason,
  count(distinct (import_id, record_number))::integer as records, min(quarantine.line)::integer as first_line
from quarantine
join audience_sources using (source_id)
group by all
