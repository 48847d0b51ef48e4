-- grain: one row per run x piece: a stretch of one state within it, running or paused, with the business time at its ends; the words of the state stay with the state
with runs as (from intermediate.int_clock_runs),
states as (from intermediate.int_ticket_states),
ranges as (from intermediate.int_ticket_ranges),
pauses as (from reference.commitment_pauses),
commitments as (from reference.commitments),
site_targets as (from intermediate.int_site_targets),
days as (from reference.calendar_days),
situations as (select distinct status, hold_reason from states),
rules as (
  select site_targets.terms_key, site_targets.priority, situations.status, situations.hold_reason, site_targets.target_key, site_targets.calendar_key,
    -- Waiting for a provider never pauses the provider's own clock.
    not (commitments.clock <> 'provider' or situations.hold_reason <> 'awaiting_provider') or not exists (
      from pauses
      where pauses.commitment_key = commitments.commitment_key and pauses.status = situations.status
        and (pauses.hold_reason is null or pauses.hold_reason = situations.hold_reason)
    ) as is_running
  from site_targets
  join commitments using (commitment_key)
  cross join situations
),
triaged as (
  select runs.run_key, arg_max(coalesce(states.priority, ''::reference.word), states.change_number) as priority
  from runs
  join ranges using (ticket_key)
  join states on states.ticket_key = runs.ticket_key and states.started_second <= runs.triage_ends_second
  where ranges.changes_priority
  group by runs.run_key
),
settled as (
  select runs.*, triaged.priority as triaged_priority
  from runs
  left join triaged using (run_key)
),
cut as (
  select runs.run_key, runs.terms_key, states.change_number,
    -- Reported before it was opened: the first state reaches back to the report.
    case when states.change_number = 1 and runs.started_second < states.started_second then runs.started_second
      else greatest(states.started_second, runs.started_second) end as from_second,
    case when runs.is_instant then runs.started_second
      else least(states.ended_second, coalesce(runs.stopped_second, states.ended_second)) end as to_second,
    states.status, states.hold_reason, states.provider <> '' as is_with_provider,
    coalesce(case when states.started_second < runs.triage_ends_second then runs.triaged_priority end, states.priority, ''::reference.word) as priority
  from states
  join settled as runs on runs.ticket_key = states.ticket_key
  where (states.is_open or runs.reading = 'continuous' or states.started_second >= runs.turned_second)
      and states.started_second < coalesce(runs.stopped_second, states.ended_second)
      and states.ended_second > runs.started_second
      and (states.ended_second > states.started_second or states.change_number = 1 and runs.started_second < states.started_second)
    -- A clock that never ran has one piece, of no length, which tells its target.
    or (runs.is_instant or runs.started_second = coalesce(runs.stopped_second, runs.through_second)) and states.started_second <= runs.started_second
      and (states.ended_second > runs.started_second or states.is_last)
)
select cut.run_key, cut.change_number, cut.from_second, cut.to_second, rules.is_running,
  case when cut.hold_reason in ('awaiting_requester', 'awaiting_approval') then 'requester'
    when cut.hold_reason = 'awaiting_provider' or cut.is_with_provider then 'provider' else 'internal' end::reference.word as custody,
  rules.target_key, rules.calendar_key,
  reference.business_at(opens, cut.from_second) as business_from, reference.business_at(closes, cut.to_second) as business_to
from cut
join rules on rules.terms_key = cut.terms_key and rules.priority = cut.priority and rules.status = cut.status and rules.hold_reason = cut.hold_reason
join days as opens on opens.day_key = reference.day_key(rules.calendar_key, cut.from_second)
join days as closes on closes.day_key = reference.day_key(rules.calendar_key, cut.to_second)
