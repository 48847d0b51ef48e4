-- grain: one row per audience x month in view, with the sources that reach its end
with months as (from intermediate.int_months),
sources as (from intermediate.int_sources),
imports as (from staging.stg_imports),
-- A source of headcounts or names alone has no month to complete.
audience_sources as (
  from intermediate.int_audience_sources
  where source_id in (select source_id from imports where list_contains(['ticket', 'ticket_event'], record_kind))
)
select audience_sources.audience_id, months.month,
  count(*)::integer as sources_total,
  (count(*) filter (sources.through_second >= months.ends_second - 1))::integer as sources_complete,
  bool_and(sources.through_second >= months.ends_second - 1) as is_complete
from audience_sources
join sources using (source_id)
cross join months
group by audience_sources.audience_id, months.month
