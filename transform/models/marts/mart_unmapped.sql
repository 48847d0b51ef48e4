-- grain: one row per audience x source x field x value with no home, by volume
with unmapped as (from staging.stg_unmapped_values),
audience_sources as (from intermediate.int_audience_sources)
select audience_sources.audience_id, unmapped.source_id, unmapped.field, unmapped.value, unmapped.records
from unmapped
join audience_sources using (source_id)
