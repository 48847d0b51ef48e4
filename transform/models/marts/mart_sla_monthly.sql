-- grain: one row per month x commitment x month rule x site x service x type x priority; `provisional` is part of `met`
with withheld as (from intermediate.int_fitness where is_withheld),
sla as (
  from marts.fct_sla
  where is_headline_population
    and not exists (from withheld where metric_id = 'sla_' || fct_sla.clock and withheld.source_id = fct_sla.source_id)
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
      else coalesce(breached_month, stopped_month) end as month
  from rules
)
select month, commitment_id, clock, rule as month_rule, rule = month_rule as is_headline, site_id, coalesce(service, '') as service, type, priority,
  (count(*) filter (verdict in ('met', 'provisional')))::integer as met,
  (count(*) filter (verdict = 'provisional'))::integer as provisional,
  (count(*) filter (verdict = 'breached'))::integer as breached,
  (count(*) filter (verdict = 'cancelled'))::integer as cancelled,
  (count(*) filter (verdict = 'not_computable'))::integer as not_computable
from placed
where month is not null
group by all
