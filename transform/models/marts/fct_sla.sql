-- grain: one row per ticket x commitment x cycle x stint
with clocks as (from intermediate.int_clocks),
tickets as (from intermediate.int_tickets),
pieces as (from intermediate.int_clock_pieces),
progress as (from intermediate.int_clock_progress),
breaches as (from intermediate.int_clock_breaches),
dues as (from intermediate.int_clock_dues),
commitments as (from reference.commitments),
months as (from reference.months),
ends as (
  select clock_key, arg_max(coalesce(priority, ''), (change_number, from_second)) as priority,
    arg_max(target_seconds, (change_number, from_second)) as target_seconds,
    arg_max(is_running, (change_number, from_second)) as runs_at_end,
    arg_max(status, (change_number, from_second)) as last_status
  from pieces
  group by clock_key
),
shares as (
  select clock_key, max((elapsed_before + case when is_running then seconds else 0 end) / target_seconds) as consumed_share
  from progress
  where is_in_force
  group by clock_key
),
judged as (
  select clocks.*, tickets.ticket_id, tickets.number, tickets.source_id, tickets.site_id, tickets.type, tickets.service,
    tickets.assignment_group, tickets.opened_by_agent, tickets.opened_second, tickets.closed_field_second,
    commitments.month_rule, commitments.goal,
    coalesce(ends.priority, tickets.priority, '') as priority, ends.target_seconds, ends.runs_at_end, ends.last_status,
    shares.consumed_share, dues.gross_seconds, dues.elapsed_seconds, dues.due_second,
    breaches.breached_second, coalesce(breaches.is_immediate, false) as is_immediate,
    case
      when clocks.stop_basis = 'unknown' then 'not_computable'
      when breaches.breached_second is not null then 'breached'
      when clocks.is_cancelled then 'cancelled'
      when ends.clock_key is not null and ends.target_seconds is null then 'not_computable'
      when clocks.stopped_second is null then 'running'
      when clocks.window_ends_second > clocks.through_second then 'provisional'
      else 'met'
    end as verdict
  from clocks
  join tickets using (ticket_key)
  join commitments using (commitment_key)
  left join ends using (clock_key)
  left join shares using (clock_key)
  left join dues using (clock_key)
  left join breaches using (clock_key)
)
select judged.clock_key, judged.ticket_id, judged.number, judged.commitment_id, judged.commitment_key, judged.clock, judged.cycle, judged.stint,
  judged.source_id, judged.site_id, judged.type, judged.priority, judged.service, judged.assignment_group,
  reference.to_instant(judged.started_second) as started_at,
  reference.to_instant(judged.stopped_second) as stopped_at,
  judged.stop_basis, judged.target_seconds,
  coalesce(judged.elapsed_seconds, 0) as elapsed_business_seconds,
  coalesce(judged.gross_seconds - judged.elapsed_seconds, 0) as paused_business_seconds,
  case when judged.is_cancelled and judged.breached_second is null then null else reference.to_instant(judged.due_second) end as due_at,
  reference.to_instant(judged.breached_second) as breach_at,
  judged.verdict, judged.is_cancelled, judged.is_immediate, judged.reopenings,
  case when judged.verdict = 'not_computable' then case when judged.stop_basis = 'unknown' then 'end_not_known' else 'no_target' end end as reason,
  coalesce(judged.consumed_share, 0) as consumed_share,
  judged.stopped_second is null and judged.verdict in ('running', 'breached') as is_open,
  judged.stopped_second is null and judged.verdict = 'running' and judged.consumed_share >= 0.75 as is_at_risk,
  judged.clock <> 'response' or not coalesce(judged.opened_by_agent, false) as is_headline_population,
  judged.month_rule, judged.goal,
  opened.month as opened_month, stopped.month as stopped_month,
  case when judged.stopped_second is not null then closed.month end as closed_month,
  breached.month as breached_month,
  reference.to_instant(judged.through_second) as data_through_at
from judged
asof left join months as opened on judged.started_second >= opened.starts_second
asof left join months as stopped on judged.stopped_second >= stopped.starts_second
asof left join months as closed on judged.closed_field_second >= closed.starts_second
asof left join months as breached on judged.breached_second >= breached.starts_second
