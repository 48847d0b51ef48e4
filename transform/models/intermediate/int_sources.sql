-- grain: one row per source: how far its data reaches (declared, or the latest plausible instant in it, never beyond the receipt)
with sources as (from reference.sources),
imports as (from staging.stg_imports),
reached as (
  select source_id, max(data_through) as latest_through, max(received_at) as received_at
  from imports
  group by source_id
)
select source_id, tool, instance, zone, site_id, reopen_open_days, reopen_seconds, resolved_from,
  reference.to_second(least(coalesce(declared_through, latest_through), received_at)) as through_second,
  case when declared_through is null then 'latest_instant' else 'declared' end as through_basis
from sources
join reached using (source_id)
