-- grain: one row per commitment x site x type x priority x share of the target consumed where the data ends: clocks that run
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'open_and_late')
select commitment_id, clock, site_id, type, priority,
  case when verdict = 'breached' then 'late' when consumed_share >= 0.75 then 'at_risk' when consumed_share >= 0.5 then 'half' else 'under_half' end as share,
  count(*)::integer as open
from marts.fct_sla
where is_headline_population and is_open and not exists (from withheld where withheld.source_id = fct_sla.source_id)
group by all
