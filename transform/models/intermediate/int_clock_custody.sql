-- grain: one row per clock: in whose hands its time passed, pauses included
with runs as (from intermediate.int_clock_runs where is_own),
pieces as (from intermediate.int_clock_pieces),
held as (
  select runs.clock_key, pieces.business_to - pieces.business_from as seconds,
    case when pieces.hold_reason in ('awaiting_requester', 'awaiting_approval') then 'requester'
      when pieces.hold_reason = 'awaiting_provider' or pieces.provider <> '' then 'provider' else 'internal' end as custody
  from pieces
  join runs using (run_key)
)
select clock_key,
  coalesce(sum(seconds) filter (custody = 'requester'), 0)::bigint as requester_seconds,
  coalesce(sum(seconds) filter (custody = 'internal'), 0)::bigint as internal_seconds,
  coalesce(sum(seconds) filter (custody = 'provider'), 0)::bigint as provider_seconds
from held
group by clock_key
