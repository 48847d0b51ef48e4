-- grain: one row per declared link; ids are canonical where they are known
with imports as (from staging.stg_imports),
absences as (from staging.stg_absences),
links as (
  select links.*
  from ingest.links
  join imports using (import_id)
  anti join absences on absences.record_kind = 'link' and absences.instance = links.instance
    and absences.record_key = concat_ws(chr(31), links.from_id, links.to_id, links.kind) and absences.import_rank > imports.import_rank
),
aliases as (from staging.stg_ticket_aliases)
select distinct links.source_id, links.kind,
  links.instance || '/' || coalesce(from_alias.native_id, links.from_id) as from_ticket_id,
  coalesce(links.to_instance, links.instance) || '/' || coalesce(to_alias.native_id, links.to_id) as to_ticket_id
from links
left join aliases as from_alias on from_alias.instance = links.instance and from_alias.alias = links.from_id
left join aliases as to_alias on to_alias.instance = coalesce(links.to_instance, links.instance) and to_alias.alias = links.to_id
