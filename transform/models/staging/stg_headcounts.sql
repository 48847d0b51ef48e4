-- grain: one row per entity x month: the denominators of the month; of several imports the last one that speaks of it
with imports as (from staging.stg_imports),
headcounts as (from ingest.headcounts semi join imports using (import_id)),
site_names as (from reference.site_names)
select site_names.site_id as entity_id, headcounts.month, headcounts.users, headcounts.agents, headcounts.assets
from headcounts
join site_names on site_names.name = lower(headcounts.entity)
qualify row_number() over (
  partition by site_names.site_id, headcounts.month order by headcounts.import_id desc, headcounts.record_number desc
) = 1
