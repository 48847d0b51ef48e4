-- grain: one row per run: time counted, share of the target, where it is due and breached under each policy
with runs as (from intermediate.int_clock_runs),
totals as (from intermediate.int_run_totals),
ends as (from intermediate.int_run_ends where is_mixed),
marks as (from intermediate.int_run_marks),
progress as (from intermediate.int_clock_progress),
shares as (from intermediate.int_run_shares),
commitments as (from reference.commitments),
site_targets as (from intermediate.int_site_targets),
lines as (
  select progress.run_key,
    sum(business_to - business_from) filter (progress.calendar_key = last_calendar_key)::bigint as last_gross,
    sum(seconds) filter (progress.calendar_key = last_calendar_key)::bigint as last_running,
    sum(business_to - business_from) filter (progress.calendar_key = first_calendar_key)::bigint as first_gross,
    sum(seconds) filter (progress.calendar_key = first_calendar_key)::bigint as first_running,
    max((elapsed_before + seconds) / target_seconds) filter (is_in_force) as in_force_share
  from progress
  join ends using (run_key)
  join site_targets using (target_key)
  group by progress.run_key
),
shared as (
  select shares.run_key, max((restarted_before + seconds) / target_seconds) as restart_share,
    max(target_units_before + seconds * coalesce(target_weight, 0)) / max(target_multiple) as proportional_share
  from shares
  join site_targets using (target_key)
  join commitments using (commitment_key)
  group by shares.run_key
),
mixed as (
  select ends.*, lines.* exclude (run_key), shared.* exclude (run_key), policy = 'original' as is_by_first
  from ends
  join lines using (run_key)
  join shared using (run_key)
),
judged as (
  select runs.run_key, runs.clock_key, runs.reading, runs.is_own, runs.policy, runs.stopped_second, totals.is_mixed, totals.runs_at_end,
    case when totals.is_mixed then case when is_by_first then first_target_seconds else last_target_seconds end else totals.target_seconds end as target_seconds,
    case when totals.is_mixed then case when is_by_first then first_calendar_key else last_calendar_key end else totals.calendar_key end as calendar_key,
    case when totals.is_mixed then case when is_by_first then first_gross else last_gross end else totals.gross_seconds end as gross_seconds,
    greatest(case when totals.is_mixed then case when is_by_first then first_running else last_running end else totals.running_seconds end
      - runs.estimated_pause_seconds, 0) as elapsed_seconds,
    case when not totals.is_mixed then greatest(totals.running_seconds - runs.estimated_pause_seconds, 0) / totals.target_seconds
      else case runs.policy when 'in_force' then in_force_share when 'final' then last_running / last_target_seconds
        when 'original' then first_running / first_target_seconds when 'proportional' then proportional_share else restart_share end
      end as consumed_share,
    totals.gross_seconds - totals.requester_seconds - totals.provider_seconds as internal_seconds, totals.requester_seconds,
    totals.provider_seconds, totals.last_change_number, totals.last_target_key, marks.due_second, coalesce(marks.is_immediate, false) as is_immediate, marks.in_force_second,
    case when totals.is_mixed then marks.final_second else marks.in_force_second end as final_second,
    case when totals.is_mixed then marks.original_second else marks.in_force_second end as original_second,
    case when totals.is_mixed then marks.proportional_second else marks.in_force_second end as proportional_second,
    case when totals.is_mixed then marks.restart_second else marks.in_force_second end as restart_second,
    case when totals.is_mixed then coalesce(first_target_seconds, 0) > 0 else totals.target_seconds is not null end as has_first_target,
    case when totals.is_mixed then coalesce(last_target_seconds, 0) > 0 else totals.target_seconds is not null end as has_last_target
  from totals
  join runs using (run_key)
  left join mixed using (run_key)
  left join marks using (run_key)
)
select *, case policy when 'in_force' then in_force_second when 'final' then final_second when 'original' then original_second
    when 'proportional' then proportional_second else restart_second end as breached_second
from judged
