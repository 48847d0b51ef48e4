-- grain: one row per ticket x kind (problem, caused_by) x record that it is put down to, as last told
with observations as (from staging.stg_ticket_observations),
tickets as (from ingest.tickets),
aliases as (from staging.stg_ticket_aliases),
changes as (from staging.stg_changes),
links as (from staging.stg_links where kind in ('problem', 'caused_by')),
latest as (
  select ticket_id, instance, import_id, record_number
  from observations
  qualify row_number() over (
    partition by ticket_id order by observed_at desc, source_sequence desc nulls last, import_rank desc, record_number desc
  ) = 1
),
told as (
  select latest.ticket_id, latest.instance, unnest([
    {kind: 'problem', target: tickets.problem}, {kind: 'caused_by', target: tickets.caused_by}
  ], recursive := true)
  from latest
  join tickets on tickets.import_id = latest.import_id and tickets.record_number = latest.record_number
  where tickets.problem is not null or tickets.caused_by is not null
),
numbers as (
  select instance, number as alias, min(native_id) as native_id from changes group by all having count(distinct native_id) = 1
)
select told.ticket_id, told.kind,
  told.instance || '/' || coalesce(case told.kind when 'problem' then aliases.native_id else numbers.native_id end, told.target) as record_id
from told
left join aliases on aliases.instance = told.instance and aliases.alias = told.target
left join numbers on numbers.instance = told.instance and numbers.alias = told.target
where told.target is not null
union
select links.from_ticket_id, links.kind, coalesce(changes.change_id, links.to_ticket_id)
from links
left join changes on links.kind = 'caused_by' and changes.instance || '/' || changes.number = links.to_ticket_id
