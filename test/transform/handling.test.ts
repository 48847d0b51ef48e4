import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Handling
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
    - { id: p, kind: site, parent: g, name: P, zone: UTC }
sources:
  - id: s
    tool: T
    zone: UTC
    site: p
    data_through: 2026-04-01T00:00:00Z
    reopen_window: 48h
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }]
`;

type Step = [time: string, field: string, from: string, to: string];

/**
 * Tickets opened on 2 March 2026 at 09:00 in a group (and level): what happened to each, and what follows from it:
 * reassignments at each resolution, whether escalated, eligible and resolved at first contact.
 */
const CASES: Record<
  string,
  {
    flag?: string;
    channel?: string;
    level: string;
    steps: Step[];
    expected: [reassignments: number, level: string, word: string][];
  }
> = {
  // The desk itself resolves.
  "first-contact": {
    level: "1",
    steps: [["02T09:10", "status", "new", "resolved"]],
    expected: [[0, "1", "first contact"]],
  },
  // Two moves, one level up; the level at the resolution is 2.
  escalated: {
    level: "1",
    steps: [
      ["02T09:10", "assignment_group", "desk", "network"],
      ["02T09:10", "support_level", "1", "2"],
      ["02T10:00", "assignment_group", "network", "servers"],
      ["03T09:00", "status", "new", "resolved"],
      // After the resolution nothing counts.
      ["04T09:00", "assignment_group", "servers", "desk"],
    ],
    expected: [[2, "2", "escalated eligible"]],
  },
  // Up and down again: still escalated; three moves.
  "came-back": {
    level: "1",
    steps: [
      ["02T10:00", "assignment_group", "desk", "network"],
      ["02T10:00", "support_level", "1", "2"],
      ["02T11:00", "assignment_group", "network", "desk"],
      ["02T11:00", "support_level", "2", "1"],
      ["02T12:00", "assignment_group", "desk", "field"],
      ["02T13:00", "status", "new", "resolved"],
    ],
    expected: [[3, "1", "escalated eligible"]],
  },
  // Reopened within 48 h: not a first contact; the second resolution is not eligible.
  reopened: {
    level: "1",
    steps: [
      ["02T10:00", "status", "new", "resolved"],
      ["03T10:00", "status", "resolved", "in_progress"],
      ["03T11:00", "assignment_group", "desk", "network"],
      ["03T12:00", "status", "in_progress", "resolved"],
    ],
    expected: [
      [0, "1", "eligible"],
      [1, "1", ""],
    ],
  },
  // Reopened after the window: the first contact stays one.
  "reopened-late": {
    level: "1",
    steps: [
      ["02T10:00", "status", "new", "resolved"],
      ["09T10:00", "status", "resolved", "in_progress"],
      ["09T12:00", "status", "in_progress", "resolved"],
    ],
    expected: [
      [0, "1", "first contact"],
      [0, "1", ""],
    ],
  },
  // Sent straight to level 2: no first contact to have.
  "level-two": {
    level: "2",
    steps: [["02T10:00", "status", "new", "resolved"]],
    expected: [[0, "2", ""]],
  },
  // The tool's own word comes first, either way.
  "tool-says-no": {
    flag: "false",
    level: "1",
    steps: [["02T10:00", "status", "new", "resolved"]],
    expected: [[0, "1", "eligible"]],
  },
  "tool-says-yes": {
    flag: "true",
    level: "2",
    steps: [["02T10:00", "status", "new", "resolved"]],
    expected: [[0, "2", "first contact"]],
  },
  // Nobody was in contact.
  monitoring: {
    channel: "monitoring",
    level: "1",
    steps: [["02T10:00", "status", "new", "resolved"]],
    expected: [[0, "1", ""]],
  },
  // A move in the second of the resolution is a move.
  "same-second": {
    level: "1",
    steps: [
      ["02T10:00", "assignment_group", "desk", "network"],
      ["02T10:00", "status", "new", "resolved"],
    ],
    expected: [[1, "1", "eligible"]],
  },
  cancelled: { level: "1", steps: [["02T10:00", "status", "new", "cancelled"]], expected: [] },
};

const tickets = Object.entries(CASES).map(([id, { flag, channel, level, steps }]) => {
  const last = (field: string, otherwise: string) =>
    steps.findLast((step) => step[1] === field)?.[3] ?? otherwise;
  return [
    id,
    "2026-03-02T09:00",
    channel ?? "phone",
    last("status", "new"),
    last("assignment_group", "desk"),
    last("support_level", level),
    flag ?? "",
  ].join(",");
});
const events = Object.entries(CASES).flatMap(([id, { steps }]) =>
  steps.map(
    ([time, field, from, to], index) => `${id},2026-03-${time}:00,${field},${from},${to},${index}`,
  ),
);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = await temporaryFolder();
  warehouse = await transformFiles(
    {
      "vigie.yaml": CONFIG,
      "tickets.yaml": `record: ticket
fields: { native_id: id, opened_at: opened, channel: channel, status: status, assignment_group: group, support_level: level, first_contact: flag }
`,
      "tickets.csv": ["id,opened,channel,status,group,level,flag", ...tickets, ""].join("\n"),
      "events.yaml": `record: ticket_event
fields: { native_id: id, occurred_at: time, field: field, from_value: from, to_value: to, source_sequence: sequence }
`,
      "events.csv": ["id,time,field,from,to,sequence", ...events, ""].join("\n"),
    },
    folder.path,
  );
});
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("a resolution", () => {
  test.each(Object.entries(CASES))(
    "of %s knows the hands it went through",
    async (id, { expected }) => {
      const found = await rows(
        warehouse.connection,
        `select reassignments, resolutions.support_level, is_escalated, is_eligible, is_first_contact
         from intermediate.int_resolutions as resolutions join intermediate.int_tickets using (ticket_key)
         where native_id = ? order by spell`,
        [id],
      );
      const words = found.map((each) => [
        each["reassignments"],
        String(each["support_level"]),
        [
          each["is_escalated"] ? "escalated" : "",
          each["is_first_contact"] ? "first contact" : each["is_eligible"] ? "eligible" : "",
        ]
          .filter(Boolean)
          .join(" "),
      ]);
      expect(words).toEqual(expected);
    },
  );

  test("is counted in the month it fell in, by the level it was resolved at", async () => {
    const found = await rows(
      warehouse.connection,
      `select month, support_level, resolved, reassigned_0, reassigned_1, reassigned_2, reassigned_3_more, escalated,
         first_contact_eligible, first_contact, is_mature from marts.mart_handling_monthly order by all`,
    );
    const all = Object.values(CASES).flatMap(({ expected }) => expected);
    const of = (level: string) => {
      const cut = all.filter((each) => each[1] === level);
      const count = (test_: (each: (typeof all)[number]) => boolean) => cut.filter(test_).length;
      return {
        month: "2026-03",
        support_level: level,
        resolved: cut.length,
        reassigned_0: count(([moves]) => moves === 0),
        reassigned_1: count(([moves]) => moves === 1),
        reassigned_2: count(([moves]) => moves === 2),
        reassigned_3_more: count(([moves]) => moves >= 3),
        escalated: count(([, , word]) => word.includes("escalated")),
        first_contact_eligible: count(
          ([, , word]) => word.includes("eligible") || word.includes("first"),
        ),
        first_contact: count(([, , word]) => word.includes("first")),
        is_mature: true,
      };
    };
    expect(found).toEqual([of("1"), of("2")]);
  });
});

describe("handling", () => {
  test("has the resolutions of the flow, in every cut they share", async () => {
    for (const project of [inject("sample"), inject("log")]) {
      const cut = "month, site_id, service, type, priority";
      const differing = await rows(
        await readWarehouse(project),
        `from (select ${cut}, resolved from marts.mart_flow_monthly where resolved > 0)
         full join (select ${cut}, sum(resolved) as handled from marts.mart_handling_monthly group by all) using (${cut})
         where resolved is distinct from handled`,
      );
      expect(differing).toEqual([]);
    }
  });

  test("tells what is on hold by its reason, and no more than the flow", async () => {
    for (const project of [inject("sample"), inject("log")]) {
      const cut = "month, site_id, service, type, priority";
      const differing = await rows(
        await readWarehouse(project),
        `from (select ${cut}, on_hold_end as flow from marts.mart_flow_monthly where on_hold_end > 0)
         full join (select ${cut}, sum(on_hold_end) as held from marts.mart_on_hold_monthly group by all) using (${cut})
         where flow is distinct from held`,
      );
      expect(differing).toEqual([]);
    }
  });
});
