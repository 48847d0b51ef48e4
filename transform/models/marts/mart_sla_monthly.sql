-- grain: one row per month x commitment x month rule x site x service x type x priority x provider ('' but for a provider's clock); `provisional` is part of `met`, `net_` leaves out what was neutralised
with withheld as (from intermediate.int_fitness where is_withheld),
sla as (
  from marts.fct_sla
  where not exists (from withheld where metric_id = 'sla_' || fct_sla.clock and withheld.source_id = fct_sla.source_id)
),
rules as (
  select sla.*, unnest(['resolved_in_month', 'closed_in_month', 'opened_in_month', 'latched']) as rule
  from sla
),
placed as (
  select *, case rule
      when 'resolved_in_month' then stopped_month
      when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month
      else coalesce(breached_month, stopped_month) end as month,
    list_contains(['met', 'provisional'], verdict) as is_met
  from rules
)
select month, commitment_id, clock, rule as month_rule, rule = month_rule as is_headline, site_id, coalesce(service, '') as service, type, priority,
  case when clock = 'provider' then provider else ''::reference.party end as provider,
  (count(*) filter (is_headline_population and is_met))::integer as met,
  (count(*) filter (is_headline_population and verdict = 'provisional'))::integer as provisional,
  (count(*) filter (is_headline_population and verdict = 'breached'))::integer as breached,
  (count(*) filter (is_headline_population and is_met and not is_neutralised))::integer as net_met,
  (count(*) filter (is_headline_population and verdict = 'breached' and not is_neutralised))::integer as net_breached,
  (count(*) filter (is_headline_population and verdict = 'cancelled'))::integer as cancelled,
  (count(*) filter (is_headline_population and verdict = 'breached' and is_cancelled))::integer as cancelled_late,
  (count(*) filter (is_headline_population and verdict = 'detached'))::integer as detached,
  (count(*) filter (is_headline_population and verdict = 'duplicate'))::integer as duplicates,
  (count(*) filter (is_headline_population and verdict = 'not_computable'))::integer as not_computable,
  -- Tickets that an agent typed for a caller are a line of their own.
  (count(*) filter (not is_headline_population and is_met))::integer as by_agent_met,
  (count(*) filter (not is_headline_population and verdict = 'breached'))::integer as by_agent_breached
from placed
where month is not null
group by all
