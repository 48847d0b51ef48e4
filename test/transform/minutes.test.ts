import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { row, rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { isoText } from "../warehouse.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Minutes
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
    - { id: p, kind: site, parent: g, name: P, zone: UTC }
sources:
  - id: s
    tool: GLPI
    zone: UTC
    site: p
    data_through: 2026-04-01T00:00:00Z
    reopen_window: 48h
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }]
`;

/**
 * Tickets opened on 2 March 2026 at 09:00: their dates as the tool shows them, the history of their status to the second,
 * and what follows: how and when the ticket ended, how often it was reopened, whether dates and history disagree.
 */
const CASES: Record<
  string,
  {
    status: string;
    resolved?: string;
    closed?: string;
    history: [time: string, from: string, to: string][];
    expected: [how: string, at: string | null, reopenings: number, disagrees: boolean];
  }
> = {
  // The tool dates a cancellation by its closure, cut to the minute: 42 s before the event.
  "cancelled-in-the-minute": {
    status: "cancelled",
    closed: "10:00",
    history: [["10:00:42", "new", "cancelled"]],
    expected: ["cancelled", "10:00:42", 0, false],
  },
  "cancelled-in-the-next-minute": {
    status: "cancelled",
    closed: "10:00",
    history: [["10:01:05", "new", "cancelled"]],
    expected: ["closed", "10:00:00", 0, false],
  },
  "cancelled-as-the-minute-ends": {
    status: "cancelled",
    closed: "10:00",
    history: [["10:00:59", "new", "cancelled"]],
    expected: ["cancelled", "10:00:59", 0, false],
  },
  // The history comes first, and the date says the same.
  "resolved-in-the-minute": {
    status: "closed",
    resolved: "10:00",
    closed: "10:00",
    history: [["10:00:42", "new", "resolved"]],
    expected: ["resolved", "10:00:42", 0, false],
  },
  // 18 s is within a minute also where the tool rounds up.
  "resolved-and-rounded-up": {
    status: "resolved",
    resolved: "10:01",
    history: [["10:00:42", "new", "resolved"]],
    expected: ["resolved", "10:00:42", 0, false],
  },
  "resolved-a-minute-apart": {
    status: "resolved",
    resolved: "09:59",
    history: [["10:00:00", "new", "resolved"]],
    expected: ["resolved", "10:00:00", 0, true],
  },
  // A date to the second is not one cut to the minute.
  "resolved-a-second-apart": {
    status: "resolved",
    resolved: "10:00:41",
    history: [["10:00:42", "new", "resolved"]],
    expected: ["resolved", "10:00:42", 0, true],
  },
  // The history does not tell the end: the date does not fall before what it tells of that minute.
  "worked-on-in-the-minute": {
    status: "closed",
    resolved: "10:00",
    closed: "11:00",
    history: [["10:00:20", "new", "in_progress"]],
    expected: ["resolved", "10:00:20", 0, false],
  },
  "open-again-in-the-minute": {
    status: "in_progress",
    resolved: "10:00",
    history: [["10:00:40", "resolved", "in_progress"]],
    expected: ["", null, 1, false],
  },
  "closed-in-the-minute": {
    status: "closed",
    resolved: "10:00",
    history: [["10:00:30", "in_progress", "closed"]],
    expected: ["closed", "10:00:30", 0, false],
  },
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = await temporaryFolder();
  const day = (time: string | undefined) => (time === undefined ? "" : `2026-03-02 ${time}`);
  const tickets = Object.entries(CASES).map(([id, { status, resolved, closed }]) =>
    [id, day("09:00"), status, day(resolved), day(closed)].join(","),
  );
  const events = Object.entries(CASES).flatMap(([id, { history }]) =>
    history.map(([time, from, to], index) => [id, day(time), from, to, index].join(",")),
  );
  warehouse = await transformFiles(
    {
      "vigie.yaml": CONFIG,
      "tickets.yaml": `record: ticket
rows: snapshot
fields: { native_id: id, opened_at: opened, status: status, resolved_at: resolved, closed_at: closed }
`,
      "tickets.csv": ["id,opened,status,resolved,closed", ...tickets, ""].join("\n"),
      "events.yaml": `record: ticket_event
fields: { native_id: id, occurred_at: time, field: { constant: status }, from_value: from, to_value: to, source_sequence: sequence }
`,
      "events.csv": ["id,time,from,to,sequence", ...events, ""].join("\n"),
    },
    folder.path,
  );
});
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("a date of whole minutes beside a history to the second", () => {
  test.each(Object.entries(CASES))("ends a ticket %s as it did", async (id, { expected }) => {
    const [how, at, reopenings] = expected;
    const found = await row<{ how: string; at: unknown; reopenings: number }>(
      warehouse.connection,
      `select coalesce(ended_status, '') as how, reference.to_instant(ended_second) as at, spell - 1 as reopenings
       from intermediate.int_ticket_spells join intermediate.int_tickets using (ticket_key) where native_id = ? and is_last`,
      [id],
    );
    expect([found.how, isoText(found.at), found.reopenings]).toEqual([
      how,
      at === null ? null : `2026-03-02T${at}Z`,
      reopenings,
    ]);
  });

  test("disagrees with it from a minute on", async () => {
    const found = await rows(
      warehouse.connection,
      "select disagreements from marts.mart_sources where audience_id = 'group'",
    );
    const disagreeing = Object.values(CASES).filter(({ expected }) => expected[3]);
    expect(found).toEqual([{ disagreements: disagreeing.length }]);
  });
});
