-- grain: one row per source x field x value that no lookup, entity or canonical word is the home of
with unmapped as (from ingest.unmapped_values),
imports as (from staging.stg_imports),
observations as (from staging.stg_ticket_observations),
events as (from staging.stg_ticket_events),
headcounts as (from ingest.headcounts semi join imports using (import_id)),
site_names as (from reference.site_names),
homeless as (
  select imports.source_id, unmapped.field, unmapped.value, unmapped.records
  from unmapped
  join imports using (import_id)
  union all
  select source_id, 'site', unknown_site, count(distinct ticket_id) from observations where unknown_site is not null group by all
  union all
  select source_id, field, to_word, count(*) from events where to_word is not null and to_value is null group by all
  union all
  select source_id, 'entity', entity, count(*) from headcounts
  where not exists (from site_names where site_names.name = lower(headcounts.entity)) group by all
)
select source_id, field, value, sum(records)::integer as records
from homeless
group by source_id, field, value
