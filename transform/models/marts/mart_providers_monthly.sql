-- grain: one row per month x commitment x provider x site x priority: stints judged in the month, by the commitment's own month rule
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'sla_provider'),
stints as (
  from marts.fct_sla
  where clock = 'provider' and provider <> '' and verdict in ('met', 'provisional', 'breached')
    and not exists (from withheld where withheld.source_id = fct_sla.source_id)
),
placed as (
  select *, verdict <> 'breached' as is_met,
    case month_rule
      when 'resolved_in_month' then stopped_month
      when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month
      else coalesce(breached_month, stopped_month) end as month
  from stints
)
select month, commitment_id, provider, site_id, priority,
  (count(*) filter (is_met))::integer as met, (count(*) filter (not is_met))::integer as breached,
  (count(*) filter (is_met and not is_neutralised))::integer as net_met,
  (count(*) filter (not is_met and not is_neutralised))::integer as net_breached,
  sum(gross_business_seconds)::bigint as gross_seconds, sum(paused_business_seconds)::bigint as paused_seconds
from placed
where month is not null
group by all
