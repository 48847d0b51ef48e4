import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { countInterval, poissonExcess } from "../../transform/poisson.ts";
import { CHANGE_FILES, CHANGES } from "../changes-project.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

let warehouse: Warehouse;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const ask = (sql: string) => rows(warehouse.connection, sql);
const changesWhere = async (condition: string) =>
  (await ask(`select number from marts.fct_changes where ${condition} order by 1`)).map(
    ({ number }) => number,
  );

beforeAll(async () => {
  folder = await temporaryFolder();
  warehouse = await transformFiles(CHANGE_FILES, folder.path);
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
