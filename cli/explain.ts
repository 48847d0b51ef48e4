import { rows } from "../ingest/query.ts";
import { type Command, UsageError } from "./command.ts";
import { openToRead } from "./project.ts";

interface Clock {
  clock_key: number;
  ticket: string;
  commitment: string;
  version: string;
  clock: string;
  cycle: number;
  stint: number;
  verdict: string;
  reason: string;
  policy: string;
  reading: string;
  started: string;
  stopped: string;
  due: string;
  breach: string;
  elapsed: number;
  gross: number;
  target: number | null;
  tolerance: number;
}

interface Piece {
  clock_key: number;
  piece: number;
  calendar_key: number;
  calendar: string;
  zone: string;
  from: string;
  to: string;
  status: string;
  hold_reason: string;
  priority: string;
  is_running: boolean;
  target: number | null;
  business_from: number;
  seconds: number;
  segments: string;
}

/** Most segments of a calendar that are printed of one interval; a long wait meets hundreds. */
const SHOWN = 40;

const CLOCKS = `
select clock_key, ticket_id as ticket, commitment_id as commitment, commitment_version as version, clock, cycle, stint, verdict,
  coalesce(reason, '') as reason, priority_policy as policy, reopening_reading as reading,
  ${["started", "stopped", "due", "breach"].map((name) => `coalesce(strftime(${name}_at, '%Y-%m-%dT%H:%M:%SZ'), '') as ${name}`).join(", ")},
  elapsed_business_seconds as elapsed, gross_business_seconds as gross, target_seconds as target, tolerance_seconds as tolerance
from marts.fct_sla
where ticket_id = $1 or number = $1 or split_part(ticket_id, '/', 2) = $1
order by clock, cycle, stint, clock_key`;

const local = (second: string) =>
  `strftime(timezone(calendars.zone, to_timestamp(${second})), '%Y-%m-%d %H:%M:%S')`;

const PIECES = `
with pieces as (
  select runs.clock_key, pieces.*, states.status, states.hold_reason, targets.priority, targets.target_seconds
  from intermediate.int_clock_pieces as pieces
  join intermediate.int_clock_runs as runs using (run_key)
  join intermediate.int_ticket_states as states on states.ticket_key = runs.ticket_key and states.change_number = pieces.change_number
  join intermediate.int_site_targets as targets using (target_key)
  where runs.is_own and list_contains($1::integer[], runs.clock_key)
), met as (
  select pieces.clock_key, pieces.change_number, segments.from_second,
    strftime(timezone(calendars.zone, to_timestamp(greatest(segments.from_second, pieces.from_second))), '%a %d %b %H:%M:%S') || '-'
      || strftime(timezone(calendars.zone, to_timestamp(least(segments.to_second, pieces.to_second))), '%H:%M:%S') || ' = '
      || (least(segments.to_second, pieces.to_second) - greatest(segments.from_second, pieces.from_second)) || ' s' as text
  from pieces
  join reference.calendars as calendars using (calendar_key)
  join reference.calendar_segments as segments
    on segments.calendar_key = pieces.calendar_key and segments.from_second < pieces.to_second and segments.to_second > pieces.from_second
)
select pieces.clock_key, pieces.change_number as piece, pieces.calendar_key, calendars.calendar_id as calendar, calendars.zone,
  ${local("pieces.from_second")} as "from", ${local("pieces.to_second")} as "to", pieces.status, pieces.hold_reason, pieces.priority,
  pieces.is_running, pieces.target_seconds as target, pieces.business_from, pieces.business_to - pieces.business_from as seconds,
  coalesce(string_agg(met.text, '; ' order by met.from_second), '') as segments
from pieces
join reference.calendars as calendars using (calendar_key)
left join met on met.clock_key = pieces.clock_key and met.change_number = pieces.change_number
group by all
order by pieces.clock_key, pieces.change_number`;

/** Lines of one clock: what it is, each interval with its arithmetic, and what follows from it. */
function linesOf(clock: Clock, pieces: readonly Piece[]): string[] {
  const head = `${clock.commitment}${clock.version === "" ? "" : ` (version of ${clock.version})`}: ${clock.clock}, cycle ${clock.cycle}, stint ${clock.stint}; ${clock.policy}, ${clock.reading}`;
  const totals = new Map<string, number>();
  const body = pieces.flatMap((piece) => {
    const total = (totals.get(piece.calendar) ?? 0) + (piece.is_running ? piece.seconds : 0);
    totals.set(piece.calendar, total);
    const what = `${piece.status}${piece.hold_reason === "" ? "" : ` (${piece.hold_reason})`}`;
    const target = piece.target === null ? "no target" : `target ${piece.target} s`;
    const segments = piece.segments === "" ? [] : piece.segments.split("; ");
    return [
      `  ${piece.from} to ${piece.to} ${piece.zone}  ${what}, ${piece.priority || "no priority"}, ${target}`,
      ...segments.slice(0, SHOWN).map((segment) => `      ${piece.calendar}: ${segment}`),
      ...(segments.length > SHOWN ? [`      and ${segments.length - SHOWN} more segments`] : []),
      `    ${piece.is_running ? "runs" : "stands still"}: ${piece.seconds} s; total ${total} s`,
    ];
  });
  const tolerance = clock.tolerance === 0 ? "" : `, tolerance ${clock.tolerance} s`;
  return [
    head,
    ...body,
    `  start ${clock.started}, stop ${clock.stopped || "none"}; ${clock.elapsed} s of ${clock.target === null ? "no target" : `${clock.target} s`}${tolerance}, ${clock.gross} s with pauses`,
    `  due ${clock.due || "none"}, breach ${clock.breach || "none"}: ${clock.verdict}${clock.reason === "" ? "" : ` (${clock.reason})`}`,
  ];
}

export const explain: Command = {
  summary: "print how each clock of a ticket was counted",
  help: "TICKET is its id, number or native id. Each interval with the open hours it meets (local time of the calendar), the rule, the running\ntotal and the target in force, so that the seconds can be worked out again by hand.",
  argument: "ticket",
  async run({ config, options, warn }) {
    const ticket = String(options["ticket"]);
    using warehouse = await openToRead({ config, warn });
    const clocks = await rows<Clock>(warehouse.connection, CLOCKS, [ticket]);
    if (clocks.length === 0)
      throw new UsageError(`ticket ${ticket}; expected one that a commitment covers`);
    const ids = new Set(clocks.map((clock) => clock.ticket));
    if (ids.size > 1)
      throw new UsageError(`ticket ${ticket}; expected one of ${[...ids].join(", ")}`);
    const keys = clocks.map(({ clock_key: key }) => key);
    const pieces = await rows<Piece>(
      warehouse.connection,
      PIECES.replace("$1::integer[]", `[${keys.join(", ")}]`),
    );
    const told = clocks.map((clock) => ({
      ...clock,
      pieces: pieces.filter(({ clock_key: key }) => key === clock.clock_key),
    }));
    return {
      lines: [[...ids][0]!, ...told.flatMap((clock) => linesOf(clock, clock.pieces))],
      data: { ticket: [...ids][0]!, clocks: told },
    };
  },
};
