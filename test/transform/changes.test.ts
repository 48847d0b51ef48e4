import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { countInterval, poissonExcess } from "../../transform/poisson.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Changes
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: lyon, kind: site, parent: g, name: Lyon, zone: Europe/Paris }
    - { id: pune, kind: site, parent: g, name: Pune, zone: Asia/Kolkata }
sources:
  - id: s
    tool: T
    zone: Europe/Paris
    data_through: 2026-06-30T21:59:59Z
    inputs:
      - { path: tickets.csv, mapping: tickets.yaml }
      - { path: changes.csv, mapping: changes.yaml }
      - { path: assets.csv, mapping: assets.yaml }
      - { path: rights.csv, mapping: rights.yaml }
      - { path: uses.csv, mapping: uses.yaml }
freezes:
  - id: closing
    name: Closing
    from: 2026-04-01
    to: 2026-04-02
    site: [lyon]
    type: [normal, emergency]
    exemptions: [{ change: F2, reason: a certificate, approved_by: the board }]
audiences:
  - { id: all, name: All, entities: [g], languages: [en] }
  - { id: pune, name: Pune, entities: [pune], languages: [en] }
`;

/** A change by the columns that differ from a normal one of Lyon, asked for on 1 March and well done. */
type Change = Record<string, string>;
const changeOf = (id: string, from: string, to: string, more: Change = {}): Change => ({
  id,
  type: "normal",
  status: "closed",
  site: "lyon",
  opened: "2026-03-01T09:00:00",
  approved: "2026-03-01T10:00:00",
  planned_from: from,
  planned_to: to,
  from,
  to,
  code: "successful",
  ...more,
});

const CHANGES: Change[] = [
  // Two on one server, one on its parent, one that begins when another ends.
  changeOf("C1", "2026-03-10T20:00:00", "2026-03-10T22:00:00", { asset: "SRV" }),
  changeOf("C2", "2026-03-10T21:00:00", "2026-03-10T23:00:00", { asset: "SRV" }),
  changeOf("C3", "2026-03-10T21:30:00", "2026-03-10T21:40:00", { asset: "RACK" }),
  changeOf("C4", "2026-03-10T23:00:00", "2026-03-11T01:00:00", { asset: "SRV" }),
  // A sibling under the same parent is two hops away.
  changeOf("C5", "2026-03-10T20:00:00", "2026-03-10T22:00:00", { asset: "SRV2" }),
  // One bundle; then two that were called off and rejected.
  changeOf("B1", "2026-03-12T20:00:00", "2026-03-12T22:00:00", { asset: "SRV", bundle: "R1" }),
  changeOf("B2", "2026-03-12T20:00:00", "2026-03-12T22:00:00", { asset: "SRV", bundle: "R1" }),
  changeOf("B3", "2026-03-12T20:00:00", "2026-03-12T22:00:00", {
    asset: "SRV",
    status: "cancelled",
    from: "",
    to: "",
    code: "",
  }),
  changeOf("B4", "2026-03-12T20:00:00", "2026-03-12T22:00:00", {
    asset: "SRV",
    rejected: "2026-03-02T09:00:00",
    approved: "",
    from: "",
    to: "",
    code: "",
  }),
  // The freeze of Lyon, 1 and 2 April local: one in it, one let through, one standard, one that ends as it begins, one in Pune.
  changeOf("F1", "2026-04-02T23:00:00", "2026-04-03T01:00:00"),
  changeOf("F2", "2026-04-01T09:00:00", "2026-04-01T10:00:00"),
  changeOf("F3", "2026-04-01T09:00:00", "2026-04-01T10:00:00", { type: "standard" }),
  changeOf("F4", "2026-03-31T22:00:00", "2026-04-01T00:00:00"),
  changeOf("F5", "2026-04-01T09:00:00", "2026-04-01T10:00:00", { site: "pune" }),
  // Outcomes: with issues, rolled back, failed; a P1 incident linked to the first of May.
  changeOf("O1", "2026-05-05T09:00:00", "2026-05-05T10:00:00"),
  changeOf("O2", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "successful_with_issues" }),
  changeOf("O3", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "rolled_back" }),
  changeOf("O4", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "unsuccessful" }),
  // Late by a second at the start, on time at the end; approved after it began; no approval but standard.
  changeOf("L1", "2026-05-06T09:00:01", "2026-05-06T10:00:00", {
    planned_from: "2026-05-06T09:00:00",
    approved: "2026-05-06T09:00:02",
  }),
  changeOf("L2", "2026-05-06T09:00:00", "2026-05-06T10:00:01", {
    type: "standard",
    planned_to: "2026-05-06T10:00:00",
    approved: "",
  }),
  changeOf("U1", "2026-05-07T09:00:00", "2026-05-07T10:00:00", { unauthorised: "true" }),
  // The wave: a switch that fails five times in the three days after.
  changeOf("W1", "2026-04-14T20:00:00", "2026-04-14T22:00:00", { asset: "SW" }),
];

const TICKETS: Record<string, string>[] = [
  { id: "T0", opened: "2025-12-01T09:00:00" },
  { id: "P1", opened: "2026-05-06T09:00:00", priority: "P1", cause: "O1" },
  { id: "P3", opened: "2026-05-06T09:00:00", priority: "P3", cause: "O2" },
  // From the end of W1 to just under 72 hours after; the fourth is a child, the fifth cancelled, the sixth too late.
  { id: "W1a", opened: "2026-04-14T22:00:00", asset: "SW", cause: "W1" },
  { id: "W1b", opened: "2026-04-15T09:00:00", asset: "SW" },
  { id: "W1c", opened: "2026-04-17T21:59:59", asset: "SW" },
  { id: "W1d", opened: "2026-04-15T09:05:00", asset: "SW", parent: "W1b" },
  { id: "W1e", opened: "2026-04-15T11:00:00", asset: "SW", status: "cancelled" },
  { id: "W1f", opened: "2026-04-17T22:00:00", asset: "SW" },
  { id: "W1g", opened: "2026-04-16T11:00:00", asset: "SW" },
  { id: "W1h", opened: "2026-04-16T15:00:00", asset: "SW" },
  // Two weeks before, the same evening an hour after the clock change: like; the day before: not like.
  { id: "N1", opened: "2026-03-24T22:00:00", asset: "SW" },
  { id: "N2", opened: "2026-03-23T22:00:00", asset: "SW" },
  { id: "N3", opened: "2026-03-23T22:00:00", asset: "unheard-of" },
];

const csv = (lines: Record<string, string>[], columns: string[]): string =>
  `${[columns, ...lines.map((line) => columns.map((column) => line[column] ?? ""))].map((cells) => cells.join(",")).join("\n")}\n`;

const FILES = {
  "vigie.yaml": CONFIG,
  "tickets.yaml": `record: ticket
fields: { native_id: id, opened_at: opened, site: site, status: status, priority: priority, asset: asset, caused_by: cause, parent: parent, title: title }
`,
  "tickets.csv": csv(
    TICKETS.map((ticket) => ({
      site: "lyon",
      status: "new",
      priority: "P4",
      title: "down",
      ...ticket,
    })),
    ["id", "opened", "site", "status", "priority", "asset", "cause", "parent", "title"],
  ),
  "changes.yaml": `record: change
fields: { native_id: id, type: type, status: status, site: site, asset: asset, opened_at: opened, approved_at: approved,
  rejected_at: rejected, planned_start_at: planned_from, planned_end_at: planned_to, actual_start_at: from,
  actual_end_at: to, close_code: code, is_unauthorised: unauthorised, bundle: bundle }
`,
  "changes.csv": csv(
    // Half of them must name an asset for collisions to be told: the others name one of their own.
    CHANGES.map((change) => ({ asset: `own-${change["id"]}`, ...change })),
    "id type status site asset opened approved rejected planned_from planned_to from to code unauthorised bundle".split(
      " ",
    ),
  ),
  "assets.yaml": `record: asset
fields: { native_id: id, kind: kind, model: model, status: status, site: site, parent: parent, in_service_on: in_service,
  retired_on: retired, warranty_ends_on: warranty }
`,
  "assets.csv": csv(
    [
      { id: "RACK", kind: "rack", model: "R", in_service: "2020-01-01" },
      {
        id: "SRV",
        kind: "server",
        model: "S",
        parent: "RACK",
        in_service: "2020-01-01",
        warranty: "2026-06-29",
      },
      {
        id: "SRV2",
        kind: "server",
        model: "S",
        parent: "RACK",
        in_service: "2020-01-01",
        warranty: "2026-09-30",
      },
      { id: "SW", kind: "switch", model: "A", in_service: "2025-05-01", warranty: "2026-10-01" },
      { id: "SW2", kind: "switch", model: "B", in_service: "2020-01-01", warranty: "2027-07-01" },
      {
        id: "SW3",
        kind: "switch",
        model: "B",
        in_service: "2020-01-01",
        retired: "2026-01-29",
        status: "retired",
      },
      { id: "SW4", kind: "switch", model: "B", in_service: "" },
      { id: "SW5", kind: "switch", model: "B", in_service: "2020-01-01", status: "in_stock" },
    ].map((asset) => ({ site: "lyon", status: "in_use", ...asset })),
    ["id", "kind", "model", "status", "site", "parent", "in_service", "retired", "warranty"],
  ),
  "rights.yaml":
    "record: entitlement\nfields: { native_id: id, product: product, entity: entity, metric: metric, quantity: rights, starts_on: from, ends_on: to }\n",
  "rights.csv": `id,product,entity,metric,rights,from,to
R1,Draw,g,user,10,2026-01-01,2026-06-30
R2,Draw,g,user,5,2026-07-01,2026-12-31
R3,Draw,g,user,7,2025-01-01,2026-06-29
R4,Count,g,,4,,
R5,Both,g,device,4,,
R6,Alone,g,user,4,,
`,
  "uses.yaml":
    "record: consumption\nfields: { native_id: id, product: product, entity: entity, metric: metric, quantity: units, last_used_at: last }\n",
  // 90 days before 30 June 2026 23:59:59 in Paris is 1 April 23:59:59.
  "uses.csv": `id,product,entity,metric,units,last
U1,Draw,g,user,9,2026-06-01T09:00:00
U2,Draw,g,user,2,2026-04-01T23:59:58
U3,Draw,g,user,1,2026-04-01T23:59:59
U4,Draw,g,user,1,
U5,Count,g,user,1,2026-06-01T09:00:00
U6,Both,g,user,1,2026-06-01T09:00:00
U7,Free,g,user,3,2026-06-01T09:00:00
`,
};

let warehouse: Warehouse;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const ask = (sql: string) => rows(warehouse.connection, sql);
const changesWhere = async (condition: string) =>
  (await ask(`select number from marts.fct_changes where ${condition} order by 1`)).map(
    ({ number }) => number,
  );

beforeAll(async () => {
  folder = await temporaryFolder();
  warehouse = await transformFiles(FILES, folder.path);
});
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("changes", () => {
  test("collide where windows overlap on an asset or one hop away, unless bundled, called off or rejected", async () => {
    expect(
      await ask(
        "select number, other_number, from_local, to_local from marts.mart_change_collisions where audience_id = 'all' order by all",
      ),
    ).toEqual([
      {
        number: "C1",
        other_number: "C2",
        from_local: "2026-03-10 21:00",
        to_local: "2026-03-10 22:00",
      },
      {
        number: "C1",
        other_number: "C3",
        from_local: "2026-03-10 21:30",
        to_local: "2026-03-10 21:40",
      },
      {
        number: "C2",
        other_number: "C3",
        from_local: "2026-03-10 21:30",
        to_local: "2026-03-10 21:40",
      },
      {
        number: "C3",
        other_number: "C5",
        from_local: "2026-03-10 21:30",
        to_local: "2026-03-10 21:40",
      },
    ]);
    expect(await ask("from marts.mart_change_collisions where audience_id = 'pune'")).toEqual([]);
  });

  test("violate a freeze of their site and type by their actual window, without an exemption", async () => {
    expect(await changesWhere("is_freeze_violation")).toEqual(["F1"]);
    expect(await changesWhere("is_freeze_exempt")).toEqual(["F2"]);
    expect(
      await ask("select violations, exempts from marts.mart_freezes where site_id = 'lyon'"),
    ).toEqual([{ violations: 1, exempts: 1 }]);
  });

  test("succeed as declared, and cleanly without a P1 or P2 incident linked", async () => {
    expect(await changesWhere("is_declared_success and number like 'O%'")).toEqual(["O1", "O2"]);
    expect(await changesWhere("is_clean_success and number like 'O%'")).toEqual(["O2"]);
    expect(
      await ask(
        `select sum(implemented)::integer as implemented, sum(judged)::integer as judged, sum(declared_successes)::integer as declared,
           sum(clean_successes)::integer as clean, sum(with_issues)::integer as issues, sum(failed)::integer as failed,
           sum(rolled_back)::integer as back, sum(unauthorised)::integer as unauthorised, sum(late_starts)::integer as starts,
           sum(late_ends)::integer as ends
         from marts.mart_changes_monthly where month = '2026-05'`,
      ),
    ).toEqual([
      {
        implemented: 7,
        judged: 7,
        declared: 5,
        clean: 4,
        issues: 1,
        failed: 1,
        back: 1,
        unauthorised: 2,
        starts: 1,
        ends: 1,
      },
    ]);
  });

  test("count where they are opened, rejected and implemented", async () => {
    const [all] = await ask(
      `select sum(opened)::integer as opened, sum(rejected)::integer as rejected, sum(implemented)::integer as implemented
       from marts.mart_changes_monthly`,
    );
    expect(all).toEqual({ opened: CHANGES.length, rejected: 1, implemented: CHANGES.length - 2 });
    expect(await changesWhere("is_unauthorised")).toEqual(["L1", "U1"]);
  });

  test("have lead and approval times of the whole audience and of one type", async () => {
    const [row] = await ask(
      `select leads, lead_median_seconds, approvals, approval_median_seconds from marts.mart_change_delays_monthly
       where audience_id = 'all' and month = '2026-05' and site_id = 'lyon' and type = 'normal'`,
    );
    // O1 to O4, L1 and U1: 65, 66 and 67 days less an hour of the clock change, the middle of six between O4 and L1.
    const days = (count: number) => count * 86_400 - 3600;
    expect(row).toEqual({
      leads: 6,
      lead_median_seconds: days(65),
      approvals: 6,
      approval_median_seconds: 3600,
    });
  });
});

describe("incidents after a change", () => {
  test("are those of its asset within 72 hours, against the like windows of other weeks", async () => {
    const [wave] = await ask(
      `select incidents_after, incidents_after_linked, linked, control_incidents, control_windows, incidents_expected, p_value, is_flagged
       from marts.fct_changes where number = 'W1'`,
    );
    // Like windows: 19 weeks back to the first ticket of 1 December, 10 ahead to the end of June.
    expect(wave).toEqual({
      incidents_after: 5,
      incidents_after_linked: 1,
      linked: 1,
      control_incidents: 1,
      control_windows: 29,
      incidents_expected: 1 / 29,
      p_value: poissonExcess(5, 1, 1, 29),
      is_flagged: true,
    });
    expect(await changesWhere("is_flagged")).toEqual(["W1"]);
  });

  test("take no other week in which a change touches the asset", async () => {
    // C1, C2 and C4 on one server within hours: each has the windows that no other week of them touches.
    expect(
      await ask(
        "select control_windows > 8 as is_tested, incidents_after from marts.fct_changes where number in ('C1', 'C4')",
      ),
    ).toEqual([
      { is_tested: true, incidents_after: 0 },
      { is_tested: true, incidents_after: 0 },
    ]);
  });
});

describe("licences", () => {
  test("are rights valid that day less what is used, idle apart; what cannot be counted is not", async () => {
    expect(
      await ask(
        "select product, entitled, not_valid, reason, used, overuse, unused, idle_90_days as idle, last_use_unknown as unknown from marts.mart_licences order by 1",
      ),
    ).toEqual([
      {
        product: "Alone",
        entitled: 4,
        not_valid: 0,
        reason: "no_consumption",
        used: null,
        overuse: null,
        unused: null,
        idle: null,
        unknown: null,
      },
      {
        product: "Both",
        entitled: 4,
        not_valid: 0,
        reason: "several_metrics",
        used: null,
        overuse: null,
        unused: null,
        idle: null,
        unknown: null,
      },
      {
        product: "Count",
        entitled: 4,
        not_valid: 0,
        reason: "unknown_metric",
        used: null,
        overuse: null,
        unused: null,
        idle: null,
        unknown: null,
      },
      {
        product: "Draw",
        entitled: 10,
        not_valid: 12,
        reason: "",
        used: 13,
        overuse: 3,
        unused: 0,
        idle: 2,
        unknown: 1,
      },
      {
        product: "Free",
        entitled: 0,
        not_valid: 0,
        reason: "",
        used: 3,
        overuse: 3,
        unused: 0,
        idle: 0,
        unknown: 0,
      },
    ]);
  });
});

describe("assets", () => {
  test("fail per 100 months in service, by model and age, against the others of their kind", async () => {
    const found = await ask(
      `select model, age, incidents, asset_months, rate, low, high, other_rate, is_outlier from marts.mart_asset_failures
       where audience_id = 'all' and kind = 'switch' order by model, age`,
    );
    // From 1 December 2025 to 30 June 2026, the last day not included: 211 days; SW3 to 29 January: 60.
    const days = { A: 211, B: 271 };
    const months = (model: "A" | "B") => days[model] / 30.4375;
    const of = (model: string, age: number) =>
      found.find((row) => row["model"] === model && row["age"] === age)!;
    const { low, high } = countInterval(8);
    expect(of("A", -1)).toEqual({
      model: "A",
      age: -1,
      incidents: 8,
      is_outlier: true,
      other_rate: 0,
      asset_months: expect.closeTo(months("A"), 9),
      rate: expect.closeTo(800 / months("A"), 9),
      low: expect.closeTo((100 * low) / months("A"), 9),
      high: expect.closeTo((100 * high) / months("A"), 9),
    });
    expect(of("B", -1)).toMatchObject({ incidents: 0, is_outlier: false });
    expect(of("B", -1)["asset_months"]).toBeCloseTo(months("B"), 9);
    // SW has its first birthday on 1 May: 151 days at age 0, 60 at age 1.
    expect(of("A", 0)["asset_months"]).toBeCloseTo(151 / 30.4375, 9);
    expect(of("A", 1)).toMatchObject({ incidents: 0 });
    expect(of("*", -1)["asset_months"]).toBeCloseTo((211 + 271) / 30.4375, 9);
  });

  test("have a horizon by the day the data reaches", async () => {
    expect(
      await ask(
        "select horizon, month, sum(assets)::integer as assets from marts.mart_asset_horizons where what = 'warranty' group by all order by all",
      ),
    ).toEqual([
      { horizon: "expired", month: "", assets: 1 },
      { horizon: "later", month: "2027-07", assets: 1 },
      { horizon: "unknown", month: "", assets: 3 },
      { horizon: "within_3", month: "2026-09", assets: 1 },
      { horizon: "within_6", month: "2026-10", assets: 1 },
    ]);
  });

  test("are complete by attribute, and known to incidents or not", async () => {
    expect(
      await ask(
        "select sum(assets)::integer as assets, sum(filled)::integer as filled from marts.mart_asset_completeness where attribute = 'in_service_on'",
      ),
    ).toEqual([{ assets: 7, filled: 6 }]);
    expect(
      await ask(
        "select incidents, with_asset, with_known_asset from marts.mart_incident_assets where month = '2026-03'",
      ),
    ).toEqual([{ incidents: 3, with_asset: 3, with_known_asset: 2 }]);
  });
});

describe("a source without changes and assets", () => {
  test("has its figures withheld with the reason, and no row that reads zero", async () => {
    const log = await readWarehouse(inject("log"));
    for (const mart of [
      "mart_changes_monthly",
      "mart_licences",
      "mart_asset_failures",
      "mart_asset_horizons",
      "mart_incident_assets",
    ])
      expect(await rows(log, `from marts.${mart}`)).toEqual([]);
    expect(
      await rows(
        log,
        `select distinct reason from marts.mart_fitness
         where metric_id like 'change\\_%' escape '\\' or metric_id like 'asset\\_%' escape '\\' or metric_id = 'licence_position' order by 1`,
      ),
    ).toEqual([{ reason: "no_assets" }, { reason: "no_changes" }, { reason: "no_entitlements" }]);
  });
});
