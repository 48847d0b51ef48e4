-- grain: one row per month of the stop x site x type x priority x what is compared (verdict, due, pauses) x outcome x likely reason: tickets
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'sla_resolution')
select month, site_id, type, priority, kind, outcome, reason, count(*)::integer as tickets
from marts.fct_tool_comparison
where month is not null and not exists (from withheld where withheld.source_id = fct_tool_comparison.source_id)
group by all
