-- grain: one row per month x commitment x site x service x type x priority x provider ('' but for a provider's clock): clocks running at the month's end (or where the data ends)
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'open_and_late'),
sla as (
  from marts.fct_sla
  where is_headline_population and not exists (from withheld where withheld.source_id = fct_sla.source_id)
),
month_ends as (from intermediate.int_month_ends),
clocks as (from intermediate.int_clocks),
states as (from intermediate.int_ticket_states where ended_second > started_second),
standing as (
  select month_ends.month, month_ends.counted_second, sla.commitment_id, sla.clock, sla.site_id, coalesce(sla.service, '') as service, sla.type, sla.priority,
    case when sla.clock = 'provider' then sla.provider else ''::reference.party end as provider,
    sla.clock_key, sla.is_at_risk and month_ends.counted_second > reference.to_second(sla.data_through_at) as is_at_risk,
    coalesce(reference.to_second(sla.breach_at) < month_ends.counted_second, false) as is_late
  from sla
  join month_ends on month_ends.source_id = sla.source_id
    and reference.to_second(sla.started_at) < month_ends.counted_second
    and (sla.stopped_at is null or reference.to_second(sla.stopped_at) >= month_ends.counted_second)
  where list_contains(['met', 'provisional', 'breached', 'cancelled', 'running'], sla.verdict)
),
held as (
  select standing.*, coalesce(states.status = 'on_hold', false) as is_on_hold
  from standing
  join clocks using (clock_key)
  left join states on states.ticket_key = clocks.ticket_key and states.started_second < standing.counted_second
    and states.ended_second >= standing.counted_second
)
select month, commitment_id, clock, site_id, service, type, priority, provider,
  count(*)::integer as open,
  (count(*) filter (is_late))::integer as open_late,
  (count(*) filter (is_on_hold))::integer as open_on_hold,
  (count(*) filter (is_at_risk))::integer as open_at_risk
from held
group by all
