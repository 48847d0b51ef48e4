-- grain: one row per ticket of whose commitments the tool speaks: whether it says that any is broken
with imports as (from staging.stg_imports),
slas as (select ticket_slas.*, imports.import_rank from ingest.ticket_slas join imports using (import_id)),
aliases as (from staging.stg_ticket_aliases),
-- The last import's word on a commitment is the one that counts.
latest as (
  select * from slas
  qualify row_number() over (partition by instance, native_id order by import_rank desc, record_number desc) = 1
)
select latest.instance || '/' || coalesce(aliases.native_id, latest.ticket) as ticket_id, bool_or(latest.has_breached) as has_breached
from latest
left join aliases on aliases.instance = latest.instance and aliases.alias = latest.ticket
where coalesce(lower(latest.stage), '') not in ('cancelled', 'canceled', 'annulé')
group by 1
