-- grain: one row per entity x month: the denominators of the month; of several imports the last one that speaks of it
with imports as (from staging.stg_imports),
absences as (from staging.stg_absences),
headcounts as (
  select headcounts.*, imports.import_rank
  from ingest.headcounts
  join imports using (import_id)
  anti join absences on absences.record_kind = 'headcount' and absences.instance = headcounts.instance
    and absences.record_key = headcounts.entity || chr(31) || headcounts.month and absences.import_rank > imports.import_rank
),
site_names as (from reference.site_names)
select site_names.site_id as entity_id, headcounts.month, headcounts.users, headcounts.agents, headcounts.assets
from headcounts
join site_names on site_names.name = lower(headcounts.entity)
qualify row_number() over (
  partition by site_names.site_id, headcounts.month order by headcounts.import_rank desc, headcounts.record_number desc
) = 1
