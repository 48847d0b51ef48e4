-- grain: one row per entity x month: the loaded cost of its support; of several imports the last one that speaks of it
with imports as (from staging.stg_imports),
absences as (from staging.stg_absences),
costs as (
  select costs.*, imports.import_rank
  from ingest.costs
  join imports using (import_id)
  anti join absences on absences.record_kind = 'cost' and absences.instance = costs.instance
    and absences.record_key = costs.entity || chr(31) || costs.month and absences.import_rank > imports.import_rank
),
site_names as (from reference.site_names)
select site_names.site_id as entity_id, costs.month, costs.amount
from costs
join site_names on site_names.name = lower(costs.entity)
qualify row_number() over (
  partition by site_names.site_id, costs.month order by costs.import_rank desc, costs.record_number desc
) = 1
