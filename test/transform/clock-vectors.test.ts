import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { row, type Row } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { configIn, ingestAll, temporaryFolder, transformAll } from "../project.ts";
import { isoText } from "../warehouse.ts";

interface Vector {
  id: string;
  expected: Record<string, unknown>;
}

const { vectors } = JSON.parse(await readFile("test/fixtures/vectors.json", "utf8")) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id)!;

const CONFIG = `
vigie: 1
organisation:
  name: Vectors
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: p, kind: site, parent: g, name: P, zone: Europe/Paris }
sources:
  - id: s
    tool: Vectors
    zone: Europe/Paris
    site: p
    data_through: 2026-11-02T09:00:00+01:00
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }]
calendars:
  - id: paris_office
    zone: Europe/Paris
    holidays: none
    hours: { mon-fri: ["08:30-12:30", "13:30-18:00"] }
    closures: [{ date: 2026-05-01 }, { date: 2026-05-08 }, { date: 2026-05-14 }, { date: 2026-05-25 }, { date: 2026-07-14 }]
commitments:
  - id: two-hours
    name: Two hours
    clock: resolution
    calendar: paris_office
    targets: { P1: 2h, P2: 90m, P3: 8h }
    pause: { statuses: [on_hold] }
    goal: 90
`;

const TICKETS = `record: ticket
fields: { native_id: id, type: type, priority: priority, opened_at: opened_at, status: status }
`;

const EVENTS = `record: ticket_event
fields: { native_id: id, occurred_at: occurred_at, field: field, from_value: from, to_value: to, source_sequence: sequence }
`;

/** Tickets of the vectors: priority at the opening, then (local time, field, from, to). */
const CASES: Record<
  string,
  { opened: string; priority: string; events: [string, string, string, string][] }
> = {
  "SLA-06": {
    opened: "2026-06-01T09:00",
    priority: "P1",
    events: [
      ["2026-06-01T10:00", "status", "new", "on_hold"],
      ["2026-06-02T11:00", "status", "on_hold", "in_progress"],
      ["2026-06-02T12:00", "status", "in_progress", "resolved"],
    ],
  },
  "SLA-09": {
    opened: "2026-06-01T09:00",
    priority: "P1",
    events: [
      ["2026-06-01T09:05", "status", "new", "in_progress"],
      ["2026-06-01T10:00", "priority", "P3", "P1"],
      ["2026-06-01T11:30", "status", "in_progress", "resolved"],
    ],
  },
  "SLA-10": {
    opened: "2026-06-01T09:00",
    priority: "P2",
    events: [
      ["2026-06-01T10:00", "status", "new", "resolved"],
      ["2026-06-01T14:00", "status", "resolved", "in_progress"],
      ["2026-06-01T15:00", "status", "in_progress", "resolved"],
    ],
  },
  "SLA-20": {
    opened: "2026-10-30T16:00",
    priority: "P1",
    events: [["2026-10-30T16:10", "status", "new", "in_progress"]],
  },
  "SLA-21": {
    opened: "2026-06-01T09:00",
    priority: "P1",
    events: [["2026-06-01T11:00", "status", "new", "resolved"]],
  },
};

describe("the clock", () => {
  const found = new Map<string, Row>();

  beforeAll(async () => {
    await using folder = await temporaryFolder();
    const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
    await write("vigie.yaml", CONFIG);
    await write("tickets.yaml", TICKETS);
    await write("events.yaml", EVENTS);
    const tickets = Object.entries(CASES).map(
      ([id, { opened, priority }]) => `${id},incident,${priority},${opened},`,
    );
    const events = Object.entries(CASES).flatMap(([id, { events: list }]) =>
      list.map((event, index) => `${id},${event.join(",")},${index}`),
    );
    await write("tickets.csv", ["id,type,priority,opened_at,status", ...tickets, ""].join("\n"));
    await write("events.csv", ["id,occurred_at,field,from,to,sequence", ...events, ""].join("\n"));
    const config = await configIn(join(folder.path, "vigie.yaml"), folder.path);
    using warehouse = await openWarehouse(config.storage.warehouse);
    await ingestAll(warehouse, config);
    await transformAll(warehouse, config);
    for (const id of Object.keys(CASES)) {
      const sla = await row(warehouse.connection, "from marts.fct_sla where ticket_id = ?", [
        `s/${id}`,
      ]);
      found.set(
        id,
        Object.fromEntries(Object.entries(sla).map(([key, value]) => [key, isoText(value)])),
      );
    }
  });

  const utc = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;

  test("stands still on hold (SLA-06)", () => {
    expect(found.get("SLA-06")).toMatchObject({
      elapsed_business_seconds: vector("SLA-06").expected["business_seconds"],
    });
  });

  test("judges a raised priority by the target in force, on its own time from the start (SLA-09)", () => {
    const { in_force: expected } = vector("SLA-09").expected as {
      in_force: { breach_at: string; consumed: number };
    };
    expect(found.get("SLA-09")).toMatchObject({
      verdict: "breached",
      breach_at: utc(expected.breach_at),
      consumed_share: expected.consumed,
      is_immediate: false,
    });
  });

  test("does not count the resolved gap of a reopening within the window (SLA-10)", () => {
    const { cumulative } = vector("SLA-10").expected as {
      cumulative: { business_seconds: number };
    };
    expect(found.get("SLA-10")).toMatchObject({
      elapsed_business_seconds: cumulative.business_seconds,
      verdict: "breached",
      reopenings: 1,
    });
  });

  test("is due where the target is reached and breached where it runs on (SLA-20)", () => {
    const expected = vector("SLA-20").expected as { due_at: string; breach_at: string };
    expect(found.get("SLA-20")).toMatchObject({
      due_at: utc(expected.due_at),
      breach_at: utc(expected.breach_at),
      verdict: "breached",
      stopped_at: null,
    });
  });

  test("meets a target that it stops at exactly (SLA-21)", () => {
    expect(found.get("SLA-21")).toMatchObject({
      elapsed_business_seconds: 7200,
      verdict: "met",
      breach_at: null,
    });
  });
});
