-- grain: one row per ticket x commitment x cycle x stint; per clock the most specific commitment valid at the start
with attachments as (from intermediate.int_attachments where commitment_key is not null),
lives as (from intermediate.int_lives),
tickets as (from intermediate.int_tickets),
responses as (from intermediate.int_responses),
commitments as (select *, commitment_key in (select commitment_key from reference.commitment_pauses) as has_pauses from reference.commitments),
terms as (select distinct commitment_key, site_id, terms_key from intermediate.int_site_targets),
-- Numbered before the rest is joined: a sort of keys alone.
numbered as (
  select (row_number() over (order by ticket_key, attachments.commitment_key, cycle, stint))::integer as clock_key,
    ticket_key, clock, window_key, cycle, stint, attachments.commitment_key, attachments.ties, not attachments.is_final as is_detached, attachments.left_second
  from attachments
  join lives using (ticket_key, clock, window_key, cycle, stint)
  where attachments.is_final or attachments.left_second > lives.started_second
),
attached as (
  select lives.*, numbered.clock_key, numbered.ties, numbered.is_detached, numbered.left_second,
    commitments.commitment_key, commitments.start_from, commitments.reading, commitments.policy, terms.terms_key,
    case when lives.clock <> 'response' then lives.stopped_second
      else least(
        case when list_contains(commitments.response_acts, 'reply') then responses.reply_second end,
        case when list_contains(commitments.response_acts, 'ownership') then responses.ownership_second end,
        case when list_contains(commitments.response_acts, 'status') then responses.status_second end,
        responses.fallback_second) end as life_stopped_second,
    greatest(coalesce(responses.taken_over_second, tickets.through_second), tickets.opened_second + commitments.triage_delay_seconds)
      as triage_ends_second,
    responses.fallback_second, responses.fallback_status, tickets.reported_second,
    -- A total of pauses without their intervals is an estimate.
    case when tickets.history = 'none' and tickets.paused_seconds > 0 and commitments.has_pauses
      then tickets.paused_seconds else 0 end::bigint as estimated_pause_seconds
  from numbered
  join lives using (ticket_key, clock, window_key, cycle, stint)
  join commitments on commitments.commitment_key = numbered.commitment_key
  join tickets on tickets.ticket_key = numbered.ticket_key
  join terms on terms.commitment_key = numbered.commitment_key and terms.site_id = tickets.site_id
  join responses on responses.ticket_key = numbered.ticket_key
)
select clock_key, ticket_key, commitment_key, terms_key, clock, cycle, stint, ties, policy, reading,
  case when start_from = 'reported' and cycle = 1 and clock in ('resolution', 'response', 'restoration')
    then least(coalesce(reported_second, started_second), started_second) else started_second end as started_second,
  case when is_detached then left_second else life_stopped_second end as stopped_second,
  case when is_detached then least(left_second, coalesce(first_stopped_second, left_second))
    else least(first_stopped_second, coalesce(life_stopped_second, first_stopped_second)) end as first_stopped_second,
  turned_second,
  case when is_detached then 'detached'::reference.word when life_stopped_second is null then ''::reference.word else stop_kind end as stop_kind,
  case when is_detached then 'history'::reference.word else coalesce(stop_basis, ''::reference.word) end as stop_basis,
  not is_detached and case when clock = 'response'
    then coalesce(fallback_status in ('cancelled', 'unseen') and fallback_second <= life_stopped_second, false) else coalesce(is_cancelled, false) end as is_cancelled, is_detached,
  case when is_detached then 0 else window_ends_second end as window_ends_second,
  case when is_detached then 0 else reopenings end::integer as reopenings,
  is_instant and not is_detached as is_instant, triage_ends_second, through_second, estimated_pause_seconds
from attached
