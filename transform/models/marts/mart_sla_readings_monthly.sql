-- grain: one row per month x commitment x site x type x priority: of the headline's verdicts, those that other policies or readings would turn, what stood in for a missing stop, and in whose hands the time was
with withheld as (from intermediate.int_fitness where is_withheld),
judged as (
  select *, verdict = 'breached' as is_breached,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as month
  from marts.fct_sla
  where is_headline_population and list_contains(['met', 'provisional', 'breached'], verdict)
    and not exists (from withheld where metric_id = 'sla_' || fct_sla.clock and withheld.source_id = fct_sla.source_id)
)
select month, commitment_id, clock, site_id, type, priority,
  count(*)::integer as judged,
  (count(*) filter (is_breached <> (in_force_breach_at is not null)))::integer as in_force_differs,
  (count(*) filter (is_breached <> (final_breach_at is not null)))::integer as final_differs,
  (count(*) filter (is_breached <> (original_breach_at is not null)))::integer as original_differs,
  (count(*) filter (is_breached <> (proportional_breach_at is not null)))::integer as proportional_differs,
  (count(*) filter (is_breached <> (restart_breach_at is not null)))::integer as restart_differs,
  (count(*) filter (is_breached <> is_cumulative_breached))::integer as cumulative_differs,
  (count(*) filter (is_breached <> is_first_breached))::integer as first_differs,
  (count(*) filter (is_breached <> is_continuous_breached))::integer as continuous_differs,
  -- A restoration that no date tells is the resolution; a response whose actor is not known is as the tool says.
  (count(*) filter (clock = 'restoration' and stop_basis = 'resolution' or stop_basis = 'as_the_tool_says'))::integer as stood_in,
  (count(*) filter (is_pause_estimated))::integer as pause_estimated,
  sum(requester_business_seconds)::bigint as requester_seconds,
  sum(internal_business_seconds)::bigint as internal_seconds,
  sum(provider_business_seconds)::bigint as provider_seconds,
  sum(paused_business_seconds)::bigint as paused_seconds
from judged
where month is not null
group by all
