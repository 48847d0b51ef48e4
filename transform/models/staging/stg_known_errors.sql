-- grain: one row per known error, as last told
with imports as (from staging.stg_imports),
known_errors as (from ingest.known_errors),
aliases as (from staging.stg_ticket_aliases),
sources as (from reference.sources),
latest as (
  select known_errors.*
  from known_errors
  join imports using (import_id)
  qualify row_number() over (
    partition by known_errors.instance, known_errors.native_id
    order by coalesce(known_errors.observed_at, imports.data_through) desc nulls last, known_errors.source_sequence desc nulls last,
      imports.import_rank desc, known_errors.record_number desc
  ) = 1
)
select latest.instance || '/' || latest.native_id as known_error_id, latest.native_id, latest.source_id,
  coalesce(sources.site_id, '') as site_id, coalesce(latest.problem, '') as problem,
  latest.instance || '/' || coalesce(aliases.native_id, nullif(trim(latest.problem), '')) as problem_id, latest.title,
  coalesce(trim(latest.workaround), '') <> '' as has_workaround, latest.published_on, latest.times_used
from latest
left join sources using (source_id)
left join aliases on aliases.instance = latest.instance and aliases.alias = trim(latest.problem)
