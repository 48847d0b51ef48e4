import { expect, test } from "vitest";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal, rows } from "../../ingest/query.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { judge, type IsOpen, type OracleTicket, type OracleVerdict } from "./sla-oracle.ts";
import { CALENDARS, CHATHAM, COMMITMENTS, dice, drawTicket, SITES } from "./sla-tickets.ts";

const TICKETS = process.env["VIGIE_LONG"] ? 20_000 : 1000;
const ORIGIN = Date.parse("2026-02-15T00:00:00Z") / 60_000;
const DAYS = 560;

/** Two sources: one reopens within hours and reaches further, the other within open days and stops early. */
const SOURCES = {
  late: { through: "2026-10-28T10:17:00Z", window: "48h" },
  early: { through: "2026-10-20T07:30:30Z", window: "2 open days" },
};
const secondOf = (text: string): number => Date.parse(text) / 1000;
const iso = (second: number): string => new Date(second * 1000).toISOString().slice(0, 19) + "Z";
const throughOf = (source: keyof typeof SOURCES) => secondOf(SOURCES[source].through);

const configText = `
vigie: 1
organisation:
  name: Oracle
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
${Object.entries(SITES)
  .map(
    ([id, zone]) =>
      `    - { id: ${id}, kind: site, parent: g, name: ${id}, zone: ${zone}, holidays: { country: FR } }`,
  )
  .join("\n")}
providers:
  - { id: acme, name: Acme }
  - { id: orvane, name: Orvane }
sources:
${Object.entries(SOURCES)
  .map(
    ([id, { through, window }]) =>
      `  - { id: ${id}, tool: T, zone: UTC, data_through: ${through}, reopen_window: ${window}, inputs: [{ path: ${id}-tickets.csv, mapping: tickets.yaml }, { path: ${id}-events.csv, mapping: events.yaml }] }`,
  )
  .join("\n")}
calendars:
${Object.entries(CALENDARS)
  .map(([id, { zone, hours, closures, later }]) => {
    const version = (own: Record<string, string[]>, validity: string) =>
      `  - { id: ${id}, zone: ${zone}, holidays: none, hours: ${JSON.stringify(own)}, closures: [${closures.map((date) => `{ date: ${date} }`).join(", ")}]${validity} }`;
    if (!later) return version(hours, "");
    const last = iso(Date.parse(`${later.from}T00:00:00Z`) / 1000 - 1).slice(0, 10);
    return `${version(hours, `, valid_to: ${last}`)}\n${version(later.hours, `, valid_from: ${later.from}`)}`;
  })
  .join("\n")}
commitments:
${COMMITMENTS.map(
  ({
    id,
    clock,
    site,
    group,
    targets,
    calendar,
    pause,
    policy,
    reading,
    tolerance,
    triageDelay,
    reopenHours,
  }) =>
    `  - ${JSON.stringify({
      id,
      name: id,
      clock,
      scope: { site: [site], ...(group === null ? {} : { group: [group] }) },
      calendar,
      targets: Object.fromEntries(
        Object.entries(targets).map(([priority, target]) => [
          priority,
          { target: `${target.seconds / 60}m`, calendar: target.calendar },
        ]),
      ),
      ...(pause.statuses.length === 0
        ? {}
        : {
            pause: {
              statuses: pause.statuses,
              ...(pause.reasons === null ? {} : { reasons: pause.reasons }),
            },
          }),
      goal: 90,
      priority_policy: policy,
      reopening: reading,
      ...(reopenHours === null ? {} : { reopen_window: `${reopenHours}h` }),
      tolerance: `${tolerance / 60}m`,
      triage_delay: `${triageDelay / 60}m`,
    })}`,
).join("\n")}
`;

const TICKETS_MAPPING = `record: ticket
fields: { native_id: id, type: type, site: site, priority: priority, assignment_group: group, provider: provider, opened_at: opened, restored_at: restored }
`;
const EVENTS_MAPPING = `record: ticket_event
fields: { native_id: id, occurred_at: at, field: field, from_value: from, to_value: to, source_sequence: sequence, hold_reason: reason, actor_kind: actor }
`;

function filesOf(tickets: readonly OracleTicket[], draw: (below: number) => number) {
  const lines = tickets.map(
    ({ id, type, site, priority, group, provider, opened, restored }) =>
      `${id},${type},${site},${priority},${group},${provider},${iso(opened)},${restored === null ? "" : iso(restored)}`,
  );
  // In any order but that of time: only instants and sequences tell.
  const events = tickets
    .flatMap(({ id, events: own }) => own.map((event) => ({ id, event, place: draw(1e9) })))
    .toSorted((a, b) => a.place - b.place)
    .map(
      ({ id, event }) =>
        `${id},${iso(event.second)},${event.field},${event.from},${event.to},${event.sequence},${event.holdReason},${event.actor}`,
    );
  return {
    tickets: ["id,type,site,priority,group,provider,opened,restored", ...lines, ""].join("\n"),
    events: ["id,at,field,from,to,sequence,reason,actor", ...events, ""].join("\n"),
  };
}

/** Local minutes of every zone by DuckDB's own conversion, and openness read off the calendars as written. */
async function clockFaces(connection: DuckDBConnection) {
  const local = new Map<string, Int32Array>();
  for (const zone of new Set([...Object.values(SITES), CHATHAM])) {
    const found = await connection.runAndReadAll(
      `select date_diff('minute', timestamp '1970-01-01', timezone(${literal(zone)}, to_timestamp((range + ${ORIGIN}) * 60)))::integer as local
       from range(${DAYS * 1440}) order by range`,
    );
    local.set(zone, Int32Array.from(found.getColumnsJS()[0] as number[]));
  }
  const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const open = new Map<string, Uint8Array>();
  const weekOf = (hours: Record<string, string[]>) =>
    names.map((_, day) =>
      Object.entries(hours).flatMap(([days, spans]) => {
        const [from, to = from] = days.split("-");
        return names.indexOf(from!) <= day && day <= names.indexOf(to!)
          ? spans.map((span) => span.split("-").map(minutesOf) as [number, number])
          : [];
      }),
    );
  for (const [id, { zone: written, hours, closures, later }] of Object.entries(CALENDARS)) {
    const week = weekOf(hours);
    const laterWeek = later ? weekOf(later.hours) : week;
    const turns = later ? Date.parse(`${later.from}T00:00:00Z`) / 86_400_000 : Infinity;
    for (const [site, own] of Object.entries(SITES)) {
      const closed = new Set(closures.map((date) => Date.parse(`${date}T00:00:00Z`) / 86_400_000));
      const faces = local.get(written === "site" ? own : written)!;
      open.set(
        `${id} ${site}`,
        Uint8Array.from(faces, (minute) => {
          const date = Math.floor(minute / 1440);
          const time = minute - date * 1440;
          const isIn = (date < turns ? week : laterWeek)[(date + 3) % 7]!.some(
            ([from, to]) => from <= time && time < to,
          );
          return isIn && !closed.has(date) ? 1 : 0;
        }),
      );
    }
  }
  return { local, open };
}

test("the engine and an oracle that steps through time agree on every clock", async () => {
  const draw = dice(20_261_123);
  const sources = ["late", "early"] as const;
  const bySource = sources.map((source, place) =>
    Array.from({ length: TICKETS / 2 }, (_, index) =>
      drawTicket(`${place}${String(index).padStart(6, "0")}`, draw, throughOf(source)),
    ),
  );
  await using folder = await temporaryFolder();
  const files: Record<string, string> = {
    "vigie.yaml": configText,
    "tickets.yaml": TICKETS_MAPPING,
    "events.yaml": EVENTS_MAPPING,
  };
  for (const [place, source] of sources.entries()) {
    const { tickets, events } = filesOf(bySource[place]!, draw);
    files[`${source}-tickets.csv`] = tickets;
    files[`${source}-events.csv`] = events;
  }
  using warehouse = await transformFiles(files, folder.path);
  const { local, open } = await clockFaces(warehouse.connection);
  const isOpen: IsOpen = (calendar, site, second) =>
    open.get(`${calendar} ${site}`)![Math.floor(second / 60) - ORIGIN] === 1;
  const windowIn = (source: (typeof sources)[number], site: string) => (second: number) => {
    if (source === "late") return second + 48 * 3600;
    const faces = local.get(SITES[site]!)!;
    const closed = new Set(
      CALENDARS["office"]!.closures.map((date) => Date.parse(`${date}T00:00:00Z`) / 86_400_000),
    );
    const dateAt = (minute: number) => Math.floor(faces[minute]! / 1440);
    let minute = Math.floor(second / 60) - ORIGIN;
    let date = dateAt(minute);
    for (let left = 2; ; minute += 1) {
      if (dateAt(minute) === date) continue;
      if (left === 0) return (minute + ORIGIN) * 60;
      date = dateAt(minute);
      if ((date + 3) % 7 < 5 && !closed.has(date)) left -= 1;
    }
  };
  const expected = new Map<string, OracleVerdict>();
  for (const [place, source] of sources.entries()) {
    for (const ticket of bySource[place]!) {
      if (ticket.opened > throughOf(source)) continue;
      for (const verdict of judge(
        ticket,
        COMMITMENTS,
        isOpen,
        throughOf(source),
        windowIn(source, ticket.site),
      ))
        expected.set(verdict.key, verdict);
    }
  }
  const second = (column: string) => `epoch(${column})::bigint`;
  const found = await rows<OracleVerdict>(
    warehouse.connection,
    `select split_part(ticket_id, '/', 2) || ' ' || commitment_id || ' ' || cycle || ' ' || stint as key,
       elapsed_business_seconds as elapsed, ${second("due_at")} as due, ${second("breach_at")} as breach, verdict,
       ${second("in_force_breach_at")} as in_force, ${second("final_breach_at")} as final, ${second("original_breach_at")} as original,
       ${second("proportional_breach_at")} as proportional, ${second("restart_breach_at")} as restart,
       is_cumulative_breached as cumulative, is_first_breached as first, is_continuous_breached as continuous
     from marts.fct_sla order by key`,
  );
  const differing = found.filter(
    (row) => JSON.stringify(row) !== JSON.stringify(expected.get(row.key)),
  );
  const verdicts = new Set(found.map(({ verdict }) => verdict));
  expect([...verdicts].toSorted()).toEqual([
    "breached",
    "cancelled",
    "detached",
    "met",
    "not_computable",
    "provisional",
    "running",
  ]);
  expect(
    differing.slice(0, 5).map((row) => ({ engine: row, oracle: expected.get(row.key) })),
    `${differing.length} of ${found.length} clocks differ`,
  ).toEqual([]);
  expect(found.map(({ key }) => key)).toEqual([...expected.keys()].toSorted());
  expect(found.length).toBeGreaterThan(TICKETS * 3);
}, 1_800_000);
