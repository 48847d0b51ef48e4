-- grain: one row per ticket x cycle: the spells that count as one, a reopening within its window included
with spells as (from intermediate.int_ticket_spells)
select ticket_key, cycle,
  sum(ended_second - started_second)::bigint as ended_spells_seconds, min(started_second) as started_second,
  max(started_second) as last_started_second,
  arg_max_null(ended_second, spell) as ended_second,
  arg_min_null(ended_second, spell) as first_ended_second,
  arg_max_null(turned_second, spell) as turned_second,
  arg_max(coalesce(ended_status, ''::reference.word), spell) as ended_status,
  arg_max(coalesce(end_basis, ''::reference.word), spell) as end_basis,
  arg_max(coalesce(window_ends_second, 0), spell) as window_ends_second,
  count(*) - 1 as reopenings
from spells
group by ticket_key, cycle
