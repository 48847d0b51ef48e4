-- grain: one row per ticket x commitment x cycle x stint
with clocks as (from intermediate.int_clocks),
tickets as (from intermediate.int_tickets),
origins as (from intermediate.int_ticket_origins),
results as (from intermediate.int_run_results),
states as (from intermediate.int_ticket_states),
site_targets as (from intermediate.int_site_targets),
faults as (from intermediate.int_ticket_faults),
stages as (from intermediate.int_breach_stages),
commitments as (
  select commitment_key, commitment_id::reference.id as commitment_id, calendar_id::reference.id as calendar_id, month_rule, goal, tolerance_seconds,
    coalesce(strftime(valid_from, '%Y-%m-%d'), '')::reference.id as valid_from
  from reference.commitments
),
days as (from intermediate.int_month_days),
neutralisations as (from reference.neutralisations),
faulty as (
  select clocks.clock_key, min(faults.reason) as reason
  from clocks
  join faults on faults.ticket_key = clocks.ticket_key and faults.second <= coalesce(clocks.stopped_second, clocks.through_second)
    and (faults.reason <> 'resolved_before_opened' or clocks.clock <> 'response')
  group by clocks.clock_key
),
others as (
  select clock_key,
    bool_or(breached_second is not null) filter (reading = 'cumulative') as cumulative_breached,
    bool_or(breached_second is not null) filter (reading = 'first') as first_breached,
    bool_or(breached_second is not null) filter (reading = 'continuous') as continuous_breached
  from results
  semi join (from clocks where reopenings > 0) as reopened using (clock_key)
  group by clock_key
),
joined as (
  select clocks.*, tickets.ticket_id, tickets.number, tickets.source_id, tickets.site_id::reference.id as site_id, tickets.type::reference.word as type, tickets.service,
    tickets.population, tickets.opened_by_agent, tickets.closed_field_second, tickets.priority::reference.word as ticket_priority, tickets.assignment_group::reference.party as ticket_group,
    tickets.responded_field_second, tickets.history::reference.word as history, tickets.made_sla,
    origins.origin = 'duplicate' as is_duplicate,
    commitments.commitment_id, commitments.month_rule, commitments.goal, commitments.calendar_id, commitments.tolerance_seconds,
    commitments.valid_from,
    last_targets.priority as last_priority, last_states.assignment_group as last_group, last_states.provider as last_provider,
    own.* exclude (run_key, clock_key, policy, stopped_second, reading, last_change_number, last_target_key),
    own.clock_key is not null as has_run,
    case when clocks.reading = 'first' then clocks.first_stopped_second else clocks.stopped_second end as judged_second,
    others.cumulative_breached, others.first_breached, others.continuous_breached,
    case when clocks.stop_basis = 'unknown' then 'end_not_known'
      when clocks.clock = 'response' and clocks.stopped_second < clocks.started_second then 'responded_before_opened'
      else faulty.reason end::reference.word as fault,
    stages.lost_stage,
    neutralisations.reason as neutralised_reason
  from clocks
  join tickets on tickets.ticket_key = clocks.ticket_key
  join origins on origins.ticket_key = clocks.ticket_key
  join commitments on commitments.commitment_key = clocks.commitment_key
  left join results as own on own.clock_key = clocks.clock_key and own.is_own
  left join states as last_states on last_states.ticket_key = clocks.ticket_key and last_states.change_number = own.last_change_number
  left join site_targets as last_targets on last_targets.target_key = own.last_target_key
  left join others on others.clock_key = clocks.clock_key
  left join faulty on faulty.clock_key = clocks.clock_key
  left join stages on stages.clock_key = clocks.clock_key
  left join neutralisations on neutralisations.ticket_id = tickets.ticket_id and neutralisations.commitment_id = commitments.commitment_id
),
judged as (
  select joined.*,
    coalesce(fault, case when breached_second is null and has_run and not is_cancelled and not is_detached and not is_duplicate
        and not case policy when 'original' then has_first_target else has_last_target end
      then 'no_target'::reference.word end) as not_computable_reason,
    case
      when fault is not null then 'not_computable'
      when is_duplicate then 'duplicate'
      when breached_second is not null then 'breached'
      when is_cancelled then 'cancelled'
      when is_detached then 'detached'
      when not_computable_reason is not null then 'not_computable'
      when judged_second is null then 'running'
      when reading <> 'first' and window_ends_second > through_second then 'provisional'
      else 'met'
    end::reference.word as verdict
  from joined
)
select judged.clock_key, judged.ticket_id, judged.number, judged.commitment_id, judged.commitment_key, judged.valid_from as commitment_version,
  judged.clock, judged.cycle, judged.stint,
  judged.source_id, judged.site_id, judged.type, coalesce(judged.last_priority, judged.ticket_priority, ''::reference.word) as priority, judged.service,
  coalesce(judged.last_group, judged.ticket_group) as assignment_group, coalesce(judged.last_provider, ''::reference.party) as provider, coalesce(judged.population, '') as population,
  reference.to_instant(judged.started_second) as started_at,
  reference.to_instant(judged.judged_second) as stopped_at,
  judged.stop_kind, judged.stop_basis, judged.target_seconds, judged.tolerance_seconds, judged.calendar_id,
  coalesce(judged.elapsed_seconds, 0) as elapsed_business_seconds,
  coalesce(judged.gross_seconds, 0) as gross_business_seconds,
  coalesce(judged.gross_seconds - judged.elapsed_seconds, 0) as paused_business_seconds,
  judged.estimated_pause_seconds > 0 as is_pause_estimated,
  case when (judged.is_cancelled or judged.is_detached) and judged.breached_second is null then null else reference.to_instant(judged.due_second) end as due_at,
  reference.to_instant(judged.breached_second) as breach_at,
  judged.verdict, judged.is_cancelled, judged.is_detached, judged.is_duplicate,
  coalesce(judged.is_immediate and judged.policy = 'in_force', false) as is_immediate, judged.reopenings,
  case when judged.verdict = 'not_computable' then judged.not_computable_reason end as reason,
  coalesce(judged.consumed_share, 0) as consumed_share,
  judged.judged_second is null and judged.verdict in ('running', 'breached') as is_open,
  judged.judged_second is null and judged.verdict = 'running' and coalesce(judged.consumed_share >= 0.75, false) as is_at_risk,
  case when judged.verdict = 'breached' then coalesce(judged.lost_stage, 'internal'::reference.word) else ''::reference.word end as lost_stage,
  coalesce(judged.requester_seconds, 0) as requester_business_seconds, coalesce(judged.internal_seconds, 0) as internal_business_seconds,
  coalesce(judged.provider_seconds, 0) as provider_business_seconds,
  judged.policy as priority_policy, judged.reading as reopening_reading,
  reference.to_instant(judged.in_force_second) as in_force_breach_at, reference.to_instant(judged.final_second) as final_breach_at,
  reference.to_instant(judged.original_second) as original_breach_at, reference.to_instant(judged.proportional_second) as proportional_breach_at,
  reference.to_instant(judged.restart_second) as restart_breach_at,
  coalesce(judged.cumulative_breached, judged.reopenings = 0 and judged.breached_second is not null) as is_cumulative_breached,
  coalesce(judged.first_breached, judged.reopenings = 0 and judged.breached_second is not null) as is_first_breached,
  coalesce(judged.continuous_breached, judged.reopenings = 0 and judged.breached_second is not null) as is_continuous_breached,
  coalesce(judged.neutralised_reason, '') as neutralised_reason, judged.neutralised_reason is not null as is_neutralised,
  judged.history, judged.made_sla,
  judged.clock <> 'response' or not coalesce(judged.opened_by_agent, false) as is_headline_population,
  judged.month_rule, judged.goal,
  case when judged.started_second >= opened.turns_second then opened.month_after else opened.month_before end as opened_month, case when judged.judged_second >= stopped.turns_second then stopped.month_after else stopped.month_before end as stopped_month,
  case when judged.judged_second is not null then case when judged.closed_field_second >= closed.turns_second then closed.month_after else closed.month_before end end as closed_month,
  case when judged.policy = 'final' then case when judged.judged_second >= stopped.turns_second then stopped.month_after else stopped.month_before end else case when judged.breached_second >= breached.turns_second then breached.month_after else breached.month_before end end as breached_month,
  reference.to_instant(judged.through_second) as data_through_at
from judged
left join days as opened on opened.utc_day = judged.started_second // 86400
left join days as stopped on stopped.utc_day = judged.judged_second // 86400
left join days as closed on closed.utc_day = judged.closed_field_second // 86400
left join days as breached on breached.utc_day = judged.breached_second // 86400
