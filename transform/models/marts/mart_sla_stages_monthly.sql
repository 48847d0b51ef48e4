-- grain: one row per month x commitment x site x type x priority x stage in which the commitment was lost: breaches of the headline
with withheld as (from intermediate.int_fitness where is_withheld),
breached as (
  select *,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as month
  from marts.fct_sla
  where is_headline_population and verdict = 'breached'
    and not exists (from withheld where metric_id = 'sla_' || fct_sla.clock and withheld.source_id = fct_sla.source_id)
)
select month, commitment_id, clock, site_id, type, priority, lost_stage as stage, count(*)::integer as breached
from breached
where month is not null
group by all
