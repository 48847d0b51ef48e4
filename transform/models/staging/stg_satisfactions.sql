-- grain: one row per entity x month: what users said of the support; of several imports the last one that speaks of it
with imports as (from staging.stg_imports),
absences as (from staging.stg_absences),
satisfactions as (
  select satisfactions.*, imports.import_rank
  from ingest.satisfactions
  join imports using (import_id)
  anti join absences on absences.record_kind = 'satisfaction' and absences.instance = satisfactions.instance
    and absences.record_key = satisfactions.entity || chr(31) || satisfactions.month and absences.import_rank > imports.import_rank
),
site_names as (from reference.site_names)
select site_names.site_id as entity_id, satisfactions.month, satisfactions.sent, satisfactions.answers, satisfactions.score
from satisfactions
join site_names on site_names.name = lower(satisfactions.entity)
qualify row_number() over (
  partition by site_names.site_id, satisfactions.month order by satisfactions.import_rank desc, satisfactions.record_number desc
) = 1
