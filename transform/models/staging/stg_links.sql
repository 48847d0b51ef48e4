-- grain: one row per declared link; ids are canonical where they are known
with imports as (from staging.stg_imports),
links as (from ingest.links semi join imports using (import_id)),
aliases as (from staging.stg_ticket_aliases)
select distinct links.source_id, links.kind,
  links.instance || '/' || coalesce(from_alias.native_id, links.from_id) as from_ticket_id,
  coalesce(links.to_instance, links.instance) || '/' || coalesce(to_alias.native_id, links.to_id) as to_ticket_id
from links
left join aliases as from_alias on from_alias.instance = links.instance and from_alias.alias = links.from_id
left join aliases as to_alias on to_alias.instance = coalesce(links.to_instance, links.instance) and to_alias.alias = links.to_id
