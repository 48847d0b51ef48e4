-- grain: one row per clock x reading of its reopenings: the contract's own, and the others where it was reopened
with clocks as (from intermediate.int_clocks),
readings as (
  select clocks.*, unnest(case when reopenings > 0 then ['cumulative', 'first', 'continuous']::reference.word[] else [reading] end) as read_as
  from clocks
)
select clock_key::bigint * 3 + case read_as when 'cumulative' then 0 when 'first' then 1 else 2 end as run_key,
  clock_key, ticket_key, commitment_key, terms_key, policy, read_as as reading, read_as = reading as is_own, started_second,
  case when read_as = 'first' then first_stopped_second else stopped_second end as stopped_second,
  is_instant and read_as = 'cumulative' as is_instant, turned_second, triage_ends_second, through_second, estimated_pause_seconds
from readings
