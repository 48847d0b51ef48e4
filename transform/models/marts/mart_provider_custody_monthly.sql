-- grain: one row per month of the resolution x provider x site x service x type x priority: resolutions of tickets that the provider held, and in whose hands their business time was, pauses included
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'provider_custody'),
sla as (
  from marts.fct_sla
  where clock = 'resolution' and stopped_month is not null and list_contains(['met', 'provisional', 'breached'], verdict)
    and not exists (from withheld where withheld.source_id = fct_sla.source_id)
),
runs as (from intermediate.int_clock_runs where is_own),
pieces as (from intermediate.int_clock_pieces),
states as (from intermediate.int_ticket_states),
outside as (select distinct ticket_key from states where provider <> ''),
timed as (
  select runs.clock_key, states.provider, pieces.custody, sum(pieces.business_to - pieces.business_from) as seconds
  from runs
  semi join outside using (ticket_key)
  semi join sla using (clock_key)
  join pieces using (run_key)
  join states on states.ticket_key = runs.ticket_key and states.change_number = pieces.change_number
  group by all
),
holders as (select distinct clock_key, provider from timed where provider <> ''),
shared as (
  select holders.clock_key, holders.provider,
    coalesce(sum(timed.seconds) filter (timed.custody = 'requester'), 0) as requester_seconds,
    coalesce(sum(timed.seconds) filter (timed.custody = 'internal'), 0) as internal_seconds,
    coalesce(sum(timed.seconds) filter (timed.custody = 'provider' and timed.provider = holders.provider), 0) as provider_seconds,
    coalesce(sum(timed.seconds) filter (timed.custody = 'provider' and timed.provider <> holders.provider), 0) as other_seconds
  from holders
  join timed using (clock_key)
  group by all
)
select sla.stopped_month as month, shared.provider, sla.site_id, coalesce(sla.service, '') as service, sla.type, sla.priority,
  count(*)::integer as resolutions, sum(shared.requester_seconds)::bigint as requester_seconds,
  sum(shared.internal_seconds)::bigint as internal_seconds, sum(shared.provider_seconds)::bigint as provider_seconds,
  sum(shared.other_seconds)::bigint as other_seconds
from shared
join sla using (clock_key)
group by all
