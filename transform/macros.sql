create schema if not exists reference;

-- Words of a closed list, kept as one byte. In alphabetical order, so that they sort as their texts do.
create or replace type reference.word as enum (
  '', 'P1', 'P2', 'P3', 'P4', 'P5', 'actor', 'as_the_tool_says', 'assigned', 'awaiting_approval', 'awaiting_change', 'awaiting_problem',
  'awaiting_provider', 'awaiting_requester', 'breached', 'cancelled', 'closed', 'closed_in_month', 'closure', 'continuous', 'cumulative',
  'detached', 'due', 'duplicate', 'end_not_known', 'events', 'events_after_closure', 'field', 'final', 'first', 'handover', 'history',
  'in_force', 'in_progress', 'incident', 'internal', 'latched', 'met', 'new', 'no_target', 'none', 'not_computable', 'observations', 'ola',
  'on_hold', 'opened_in_month', 'original', 'other', 'problem', 'proportional', 'provider', 'provisional', 'request', 'requester',
  'resolution', 'resolved', 'resolved_before_opened', 'resolved_in_month', 'responded_before_opened', 'response', 'restart', 'restoration',
  'restored', 'running', 'scheduled', 'unknown', 'unknown_status', 'unseen'
);

-- Business seconds of a calendar from its origin up to `second` (UTC, since 1970), given the row of the day index that holds it.
create or replace macro reference.business_at(day, second) as (
  day.business_before
  + greatest(0, least(second % 86400, day.b1) - day.a1)
  + greatest(0, least(second % 86400, day.b2) - day.a2)
  + greatest(0, least(second % 86400, day.b3) - day.a3)
  + case when day.more is null then 0
      else list_sum(list_transform(day.more, lambda piece: greatest(0, least(second % 86400, piece.b) - piece.a))) end
)::bigint;

-- Key of the day index.
create or replace macro reference.day_key(calendar_key, second) as (calendar_key * 1000000 + second // 86400)::bigint;

-- Seconds since 1970 of a UTC timestamp, and back.
create or replace macro reference.to_second(instant) as (epoch_us(instant) // 1000000)::bigint;
-- Local text to the second of a UTC timestamp.
create or replace macro reference.local_text(instant, zone) as strftime(timezone(zone, timezone('UTC', instant)), '%Y-%m-%d %H:%M:%S');
create or replace macro reference.to_instant(second) as make_timestamp((second * 1000000)::bigint);

-- Log histogram of durations: bucket b covers the seconds [2^(b/8) - 1, 2^((b+1)/8) - 1).
create or replace macro reference.duration_bucket(seconds) as floor(log2(greatest(seconds, 0) + 1) * 8)::integer;

-- Whether a date of the source's field tells the instant that the history tells: dates of whole minutes may be cut to them.
create or replace macro reference.is_same_instant(field_second, second) as
  abs(field_second - second) < case when field_second % 60 = 0 then 60 else 1 end;
