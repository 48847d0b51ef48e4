-- grain: one row per audience x source
with sources as (from intermediate.int_sources),
tickets as (from intermediate.int_tickets),
spells as (from intermediate.int_ticket_spells),
imports as (from staging.stg_imports),
events as (from staging.stg_ticket_events),
settings as (from reference.settings),
audience_sources as (from intermediate.int_audience_sources),
counts as (
  select source_id, count(*) as tickets, max(history) as history,
    bool_or(history <> 'none') as tells_pauses, bool_or(history <> 'none' or reopen_count is not null) as tells_reopenings
  from tickets
  group by source_id
),
actors as (select source_id, bool_or(actor_kind is not null) as tells_actors from events group by source_id),
received as (
  select source_id, count(*) as imports, sum(records) as records, sum(accepted) as accepted, sum(quarantined) as quarantined
  from imports
  group by source_id
),
-- Where the history and the field both speak of the last resolution, or only one of them does.
disagreeing as (
  select tickets.source_id, count(*) as disagreements
  from spells
  join tickets using (ticket_key)
  where tickets.history <> 'none' and spells.is_last and spells.ended_status in ('resolved', 'closed')
    and (spells.ended_status = 'resolved' or tickets.resolved_field_second is not null)
    and coalesce(not reference.is_same_instant(tickets.resolved_field_second, spells.turned_second), true)
  group by tickets.source_id
)
select audience_sources.audience_id, sources.source_id, sources.tool, sources.instance, sources.zone,
  strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(sources.through_second))), '%Y-%m-%d %H:%M') as data_through_local,
  sources.through_basis as data_through_basis, coalesce(counts.tickets, 0)::integer as tickets,
  received.records::integer as records, received.accepted::integer as accepted, received.quarantined::integer as quarantined,
  received.imports::integer as imports, coalesce(counts.history, 'none') as history,
  coalesce(counts.tells_pauses, false) as tells_pauses, coalesce(actors.tells_actors, false) as tells_actors,
  coalesce(counts.tells_reopenings, false) as tells_reopenings, coalesce(disagreeing.disagreements, 0)::integer as disagreements
from sources
join audience_sources using (source_id)
cross join settings
left join counts using (source_id)
left join actors using (source_id)
left join received using (source_id)
left join disagreeing using (source_id)
