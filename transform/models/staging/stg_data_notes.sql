-- grain: one row per source x kind x field: what was read with a caveat, or set aside
with imports as (from staging.stg_imports),
supplied as (from ingest.supplied_fields),
missing as (from ingest.missing_columns),
observations as (from staging.stg_ticket_observations),
events as (from staging.stg_ticket_events),
links as (from staging.stg_links),
opened as (select source_id, ticket_id, max(opened_at) as opened_at, min(observed_at) as first_observed_at from observations group by all),
noted as (
  select source_id, 'local_time_twice' as kind, field, sum(ambiguous) as records from supplied join imports using (import_id) group by all
  union all
  select source_id, 'local_time_missing', field, sum(skipped) from supplied join imports using (import_id) group by all
  union all
  select source_id, 'unreadable_left_empty', field, sum(unreadable) from supplied join imports using (import_id) group by all
  union all
  select source_id, 'missing_column', field, count(distinct import_id) from missing join imports using (import_id) group by all
  union all
  select source_id, 'mirror', '', count(distinct from_ticket_id) from links where kind = 'mirror' group by all
  union all
  select source_id, 'observed_before_opening', '', count(*) from opened where first_observed_at < opened_at group by all
  union all
  select source_id, 'event_of_unknown_ticket', '', count(*) from events
  where not exists (from observations where observations.ticket_id = events.ticket_id) group by all
)
select source_id, kind, field, records::integer as records
from noted
where records > 0
