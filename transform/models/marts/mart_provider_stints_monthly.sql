-- grain: one row per audience x month in which the stint ended ('*' all) x commitment x provider x site ('*' all): stints in a provider's hands, and how long they took in business time net of pauses
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'provider_stints'),
sla as (
  from marts.fct_sla
  where clock = 'provider' and stopped_at is not null and list_contains(['met', 'provisional', 'breached'], verdict)
    and not exists (from withheld where withheld.source_id = fct_sla.source_id)
),
stints as (
  select *, row_number() over (partition by ticket_id, commitment_id, provider order by cycle, stint) > 1 as is_return
  from sla
),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id, coalesce(stints.stopped_month, '*') as month, stints.commitment_id, stints.provider,
  coalesce(stints.site_id, '*') as site_id, count(*)::integer as stints, count(distinct stints.ticket_id)::integer as tickets,
  (count(*) filter (stints.stop_kind = 'handover'))::integer as handed_back, (count(*) filter (stints.is_return))::integer as returned,
  quantile_cont(stints.elapsed_business_seconds, 0.5)::double as median_seconds,
  quantile_cont(stints.elapsed_business_seconds, 0.9)::double as p90_seconds
from stints
join audience_sites using (site_id)
group by cube (stints.stopped_month, stints.site_id), audience_sites.audience_id, stints.commitment_id, stints.provider
