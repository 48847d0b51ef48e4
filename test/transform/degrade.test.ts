import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDoubts } from "../../cli/doubts.ts";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

const HEADER = [
  "number",
  "opened_at",
  "sys_updated_on",
  "state",
  "priority",
  "resolved_at",
  "closed_at",
  "category",
  "business_service",
  "contact_type",
  "short_description",
  "assignment_group",
  "caller_id",
  "made_sla",
  "reassignment_count",
  "hold_reason",
] as const;

type Column = (typeof HEADER)[number];

interface Shape {
  tickets?: number;
  months?: number;
  /** Every n-th ticket is open; 0 for none. */
  openEvery?: number;
  priorities?: string[];
  without?: Column[];
}

/** An export of ServiceNow with these tickets and without these columns. */
function incidents(shape: Shape): string {
  const { tickets = 120, months = 4, openEvery = 10, without = [] } = shape;
  const priorities = shape.priorities ?? ["2 - High", "3 - Moderate", "4 - Low"];
  const columns = HEADER.filter((column) => !without.includes(column));
  const lines = Array.from({ length: tickets }, (_, index) => {
    const month = `2026-0${1 + (index % months)}`;
    const day = String(1 + (index % 20)).padStart(2, "0");
    const isOpen = openEvery > 0 && index % openEvery === 0;
    const record: Record<Column, string> = {
      number: `INC${index}`,
      opened_at: `${month}-${day} 09:00:00`,
      sys_updated_on: `2026-06-${day} 09:00:00`,
      state: isOpen ? "In Progress" : "Closed",
      priority: priorities[index % priorities.length]!,
      resolved_at: isOpen ? "" : `${month}-${day} 12:00:00`,
      closed_at: isOpen ? "" : `${month}-${day} 17:00:00`,
      category: "Network",
      business_service: "VPN",
      contact_type: "phone",
      short_description: `VPN drops ${index % 3}`,
      assignment_group: "Network",
      caller_id: "Abel",
      made_sla: "true",
      reassignment_count: "0",
      hold_reason: "",
    };
    return columns.map((column) => record[column]).join(",");
  });
  return [columns.join(","), ...lines, ""].join("\n");
}

/** Exports of one shape each, read as sources of one project. */
const SHAPES: Record<string, Shape> = {
  whole: {},
  "no-resolved": { without: ["resolved_at"] },
  "no-ends": { without: ["resolved_at", "closed_at"] },
  "no-state": { without: ["state"] },
  "no-priority": { without: ["priority"] },
  "no-category": { without: ["category"] },
  "no-service": { without: ["business_service"] },
  "no-channel": { without: ["contact_type"] },
  "no-title": { without: ["short_description"] },
  "no-caller": { without: ["caller_id"] },
  "no-verdict": { without: ["made_sla"] },
  "no-moves": { without: ["reassignment_count"] },
  "no-group": { without: ["assignment_group"] },
  "no-hold": { without: ["hold_reason"] },
  limit: { tickets: 1000 },
  "none-open": { openEvery: 0 },
  "one-month": { months: 1 },
  "one-priority": {
    priorities: [...Array.from({ length: 9 }, () => "3 - Moderate"), "4 - Low"],
  },
  few: { tickets: 19, openEvery: 0, months: 1 },
};

const names = Object.keys(SHAPES);

const CONFIG = `
vigie: 1
organisation:
  name: G
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
${names.map((id) => `    - { id: ${id}, kind: site, parent: g, name: ${id}, zone: Europe/Paris, holidays: { country: FR } }`).join("\n")}
sources:
${names.map((id) => `  - { id: ${id}, tool: ServiceNow, zone: Europe/Paris, site: ${id}, data_through: "2026-06-25T00:00:00Z", inputs: [{ path: ${id}.csv, preset: servicenow-incident }] }`).join("\n")}
calendars: [{ id: office, zone: site, holidays: site, hours: { mon-fri: ["08:00-18:00"] } }]
commitments:
  - { id: r, name: R, clock: resolution, calendar: office, targets: { P2: 8h, P3: 16h, P4: 40h }, goal: 90 }
`;

/** Withheld of every snapshot without a service desk's own fields: it has no history. */
const ALWAYS = ["demand_population", "escalations", "first_contact", "on_hold", "reopen_rate"];
const STOCKS = ["backlog", "backlog_ages", "backlog_over_30_days", "open_and_late"];
// Of an export that seems to be cut neither what is open nor what will come is said.
const CUT = [...STOCKS, "demand_forecast"];
const TEXT = [
  "after_fix",
  "catch_alls",
  "families",
  "families_without_problem",
  "family_burst",
  "family_trend",
  "occurrences",
  "recurrent_families",
  "recurrent_occurrences",
  "shared_families",
  "user_hours",
  "working_list",
];
const ENDS = [
  ...STOCKS,
  "cost_per_ticket",
  "resolved",
  "site_comparison",
  "sla_resolution",
  "target_90",
  "time_to_resolve",
  "tool_agreement",
];

/** What is withheld besides, then opened, resolved, backlog, judged and open. */
const EXPECTED: Record<string, [string[], ...number[]]> = {
  whole: [[], 120, 108, 12, 108, 12],
  "no-resolved": [[], 120, 108, 12, 108, 12],
  "no-ends": [ENDS, 120, 0, 0, 0, 0],
  "no-state": [STOCKS, 120, 108, 0, 108, 0],
  "no-priority": [
    ["open_and_late", "site_comparison", "sla_resolution", "sla_response", "tool_agreement"],
    120,
    108,
    12,
    0,
    0,
  ],
  "no-category": [["demand_category"], 120, 108, 12, 108, 12],
  "no-service": [["demand_service", "site_comparison"], 120, 108, 12, 108, 12],
  "no-channel": [["demand_channel"], 120, 108, 12, 108, 12],
  "no-title": [TEXT, 120, 108, 12, 108, 12],
  "no-caller": [["user_hours"], 120, 108, 12, 108, 12],
  "no-verdict": [["tool_verdict"], 120, 108, 12, 108, 12],
  "no-moves": [["reassignments"], 120, 108, 12, 108, 12],
  "no-group": [[], 120, 108, 12, 108, 12],
  "no-hold": [[], 120, 108, 12, 108, 12],
  limit: [CUT, 1000, 900, 0, 900, 0],
  "none-open": [CUT, 120, 120, 0, 120, 0],
  "one-month": [CUT, 120, 108, 0, 108, 0],
  "one-priority": [[], 120, 108, 12, 108, 12],
  few: [[], 19, 19, 0, 19, 0],
};

describe("an export that lacks something", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let warehouse: Warehouse;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const files = Object.entries(SHAPES).map(([id, shape]) => [`${id}.csv`, incidents(shape)]);
    warehouse = await transformFiles(
      { "vigie.yaml": CONFIG, ...Object.fromEntries(files) },
      folder.path,
    );
  }, 120_000);

  afterAll(async () => {
    warehouse[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  test.each(names)("withholds what needs it and nothing else: %s", async (id) => {
    const { connection } = warehouse;
    const [more, ...figures] = EXPECTED[id]!;
    const withheld = await rows<{ metric: string }>(
      connection,
      `select metric_id as metric from marts.mart_fitness
       where source_id = '${id}' and is_withheld
         and not starts_with(reason, 'no_') order by 1`,
    );
    expect(withheld.map(({ metric }) => metric)).toEqual(
      [...new Set([...ALWAYS, ...more])].toSorted(),
    );
    const found = await rows(
      connection,
      `select sum(opened)::integer, sum(resolved)::integer, (sum(backlog_end) filter (month = '2026-05'))::integer,
         (select coalesce(sum(met + breached), 0) from marts.mart_sla_monthly where is_headline and site_id = '${id}')::integer,
         (select coalesce(sum("open"), 0) from marts.mart_sla_stock_monthly where month = '2026-05' and site_id = '${id}')::integer
       from marts.mart_flow_monthly where site_id = '${id}'`,
    );
    expect(Object.values(found[0]!)).toEqual(figures);
  });

  test("is told aloud where it seems to be cut", async () => {
    const { warnings, withheld } = await readDoubts(warehouse.connection);
    const held = "; backlog and open breaches are withheld";
    expect(warnings).toEqual([
      `warning    limit: a file of exactly 1000 rows, which is where tools stop an export: export in several periods${held}`,
      `warning    none-open: none of its 120 tickets is open: export without a filter on the status${held}`,
      `warning    one-month: its 120 tickets were all opened in one month: export the months before too${held}`,
      "warning    one-priority: 108 of 120 tickets have priority P3: targets by priority then say little",
    ]);
    expect(withheld).toContainEqual({
      source: "limit",
      reason: "the export seems to be cut",
      metrics: [
        "Backlog",
        "Ages of the backlog",
        "Backlog over 30 days",
        "Forecast of demand",
        "Open and already late",
      ],
    });
  });
});
