-- grain: one row per month x commitment x site x service x type x priority: from the headline to the `latched` reading, in tickets
with withheld as (from intermediate.int_fitness where is_withheld),
sla as (
  from marts.fct_sla
  where is_headline_population and list_contains(['met', 'provisional', 'breached'], verdict)
    and not exists (from withheld where metric_id = 'sla_' || fct_sla.clock and withheld.source_id = fct_sla.source_id)
),
placed as (
  select *, verdict = 'breached' as is_breached, coalesce(breached_month, stopped_month) as latched_month,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as headline_month
  from sla
),
sides as (
  select headline_month as month, *, true as is_headline, headline_month is not distinct from latched_month as is_both from placed
  union all
  select latched_month, *, false, headline_month is not distinct from latched_month from placed
)
select month, commitment_id, clock, site_id, coalesce(service, '') as service, type, priority,
  (count(*) filter (is_headline and not is_breached))::integer as headline_met,
  (count(*) filter (is_headline and is_breached))::integer as headline_breached,
  (count(*) filter (is_headline and not is_both and not is_breached))::integer as met_of_other_months,
  (count(*) filter (not is_headline and not is_both and not is_breached))::integer as met_counted_elsewhere,
  (count(*) filter (is_headline and not is_both and is_breached))::integer as breached_in_other_months,
  (count(*) filter (not is_headline and not is_both and is_breached and stopped_at is null))::integer as breached_still_open,
  (count(*) filter (not is_headline and not is_both and is_breached and stopped_at is not null))::integer as breached_counted_elsewhere,
  (count(*) filter (not is_headline and not is_breached))::integer as latched_met,
  (count(*) filter (not is_headline and is_breached))::integer as latched_breached
from sides
where month is not null
group by all
