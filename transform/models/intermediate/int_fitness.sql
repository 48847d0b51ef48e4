-- grain: one row per metric x source: records that can be used for it, by the field that limits it most
with tickets as (from intermediate.int_tickets),
spells as (from intermediate.int_ticket_spells where is_last),
headcounts as (from staging.stg_headcounts),
responses as (from intermediate.int_responses),
-- An end without an instant is known to the export that first shows it, where an earlier one shows the ticket open.
seen_open as (
  select distinct tickets.ticket_key
  from staging.stg_ticket_observations as observations
  join tickets using (ticket_id)
  join spells using (ticket_key)
  where spells.end_basis = 'unknown' and observations.status not in ('resolved', 'closed', 'cancelled')
),
commitments as (from reference.commitments),
-- Clocks that few contracts have are not missed where none has them.
needs as (
  from reference.metric_needs
  where metric_id not in ('sla_restoration', 'sla_ola', 'sla_provider', 'provider_custody')
    or case metric_id when 'provider_custody' then 'provider' else substr(metric_id, 5) end in (select clock from commitments)
),
warnings as (from intermediate.int_source_warnings where is_cut),
records as (from intermediate.int_record_fitness),
filled as (
  select source_id, unnest([
    {field: '', usable: count(*), total: count(*)},
    {field: 'opened_at', usable: count(*), total: count(*)},
    {field: 'status', usable: count(tickets.status), total: count(*)},
    {field: 'priority', usable: count(tickets.priority), total: count(*)},
    {field: 'made_sla', usable: count(tickets.made_sla), total: count(*)},
    {field: 'text', usable: count(*) filter (tickets.type = 'incident' and coalesce(tickets.title, tickets.symptom) is not null),
      total: count(*) filter (tickets.type = 'incident')},
    {field: 'requester', usable: count(tickets.requester) filter (tickets.type = 'incident'),
      total: count(*) filter (tickets.type = 'incident')},
    {field: 'service', usable: count(tickets.service), total: count(*)},
    {field: 'category', usable: count(tickets.category), total: count(*)},
    {field: 'channel', usable: count(tickets.channel), total: count(*)},
    {field: 'population', usable: count(tickets.population), total: count(*)},
    {field: 'catalogue_item', usable: count(tickets.catalogue_item) filter (tickets.type = 'request'),
      total: count(*) filter (tickets.type = 'request')},
    {field: 'support_level', usable: count(tickets.support_level), total: count(*)},
    {field: 'reassignment', usable: count(*) filter (tickets.reassignment_count is not null
        or tickets.history <> 'none' and tickets.assignment_group is not null), total: count(*)},
    {field: 'first_contact', usable: count(*) filter (tickets.first_contact is not null
        or tickets.support_level is not null and tickets.history <> 'none' and tickets.assignment_group is not null), total: count(*)},
    {field: 'history', usable: count(*) filter (tickets.history <> 'none'), total: count(*)},
    {field: 'resolution', usable: count(*) filter (spells.ended_second is not null and spells.end_basis <> 'unknown'),
      total: count(*) filter (spells.ended_second is not null)},
    {field: 'ending', usable: count(*) filter (spells.ended_second is not null and (spells.end_basis <> 'unknown' or seen_open.ticket_key is not null)),
      total: count(*) filter (spells.ended_second is not null)},
    {field: 'response', usable: count(responses.responded_second), total: count(*) filter (spells.ended_second is not null)}
  ]) as fill
  from tickets
  left join spells using (ticket_key)
  left join responses using (ticket_key)
  left join seen_open using (ticket_key)
  group by source_id
),
contracts as (
  select source_id, 'commitment_' || clocks.clock as field, bool_or(commitments.clock = clocks.clock) as is_promised
  from (select distinct source_id from tickets) as ours
  cross join (select unnest(['resolution', 'response', 'restoration', 'ola', 'provider']) as clock) as clocks
  left join commitments on commitments.clock = clocks.clock
  group by all
),
counted as (
  select source_id, denominators.field, denominators.is_known
  from (select distinct source_id from tickets) as ours
  cross join (
    select unnest([
      {field: 'headcount_users', is_known: coalesce(bool_or(users > 0), false)},
      {field: 'headcount_agents', is_known: coalesce(bool_or(agents > 0), false)}
    ], recursive := true)
    from headcounts
  ) as denominators
),
wholes as (
  select source_id, 'whole_export' as field, source_id in (select source_id from warnings) as is_cut
  from (select distinct source_id from tickets) as ours
),
limits as (
  select needs.metric_id, filled.source_id, needs.field, needs.threshold, fill.usable, fill.total,
    case when fill.total > 0 and fill.usable = 0 then 'missing_field'
      when fill.usable < needs.threshold * fill.total then 'below_threshold' else '' end as reason
  from needs
  join filled on fill.field = needs.field
  union all
  select needs.metric_id, contracts.source_id, needs.field, needs.threshold, case when is_promised then 1 else 0 end, 1,
    case when is_promised then '' else 'no_contract' end
  from needs
  join contracts on contracts.field = needs.field
  union all
  select needs.metric_id, counted.source_id, needs.field, needs.threshold, case when is_known then 1 else 0 end, 1,
    case when is_known then '' else 'no_headcount' end
  from needs
  join counted on counted.field = needs.field
  union all
  select needs.metric_id, wholes.source_id, needs.field, needs.threshold, case when is_cut then 0 else 1 end, 1,
    case when is_cut then 'cut_export' else '' end
  from needs
  join wholes on wholes.field = needs.field
  union all
  select needs.metric_id, records.source_id, needs.field, needs.threshold, records.usable, records.total,
    case when records.total = 0 then 'no_' || records.kind when records.usable = 0 then 'missing_field'
      when records.usable < needs.threshold * records.total then 'below_threshold' else '' end as reason
  from needs
  join records on records.field = needs.field
),
worst as (
  select * from limits
  qualify row_number() over (
    partition by metric_id, source_id order by reason = '', least(usable / nullif(total, 0), 1) nulls last, total desc, field
  ) = 1
)
select metric_id, source_id, least(usable, total)::integer as usable, total::integer as total, threshold,
  reason <> '' as is_withheld, reason, field
from worst
