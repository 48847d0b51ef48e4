-- grain: one row per audience x source x kind of doubt about its whole export
with warnings as (from intermediate.int_source_warnings),
audience_sources as (from intermediate.int_audience_sources)
select audience_sources.audience_id, source_id, kind, value, records::integer as records, of_records::integer as of_records, is_cut
from warnings
join audience_sources using (source_id)
