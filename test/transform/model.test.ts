import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, inject, test } from "vitest";
import { loadConfig } from "../../cli/config.ts";
import { rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { loadMetrics } from "../../transform/metrics.ts";
import { inOrder, LAYERS, loadModels, type Model } from "../../transform/model.ts";
import { temporaryFolder, transformAll } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

/** Key of each mart and fact: the columns that its first line calls its grain. */
const KEYS: Record<string, string[]> = {
  fct_neutralisations: ["ticket_id", "commitment_id"],
  fct_changes: ["change_id"],
  fct_occurrences: ["occurrence_id"],
  fct_sla: ["ticket_id", "commitment_id", "cycle", "stint"],
  fct_sla_timeline: ["clock_key", "piece"],
  fct_sla_pauses: ["clock_key", "status", "hold_reason"],
  fct_tickets: ["ticket_id"],
  mart_asset_completeness: ["site_id", "kind", "attribute"],
  mart_asset_failures: ["audience_id", "kind", "model", "age"],
  mart_asset_horizons: ["site_id", "kind", "model", "what", "horizon", "month"],
  mart_calls_monthly: ["month", "site_id"],
  mart_change_calendar: ["change_id"],
  mart_change_collisions: ["audience_id", "change_id", "other_change_id"],
  mart_change_delays_monthly: ["audience_id", "month", "site_id", "type"],
  mart_changes_after: ["change_id"],
  mart_changes_monthly: ["month", "site_id", "service", "type", "risk"],
  mart_costs_monthly: ["month", "site_id"],
  mart_data_notes: ["audience_id", "source_id", "kind", "field"],
  mart_delay_quantiles_monthly: ["audience_id", "month", "site_id", "type", "priority", "time"],
  mart_delays_monthly: ["month", "site_id", "type", "priority", "time", "bucket"],
  mart_demand_agents: ["audience_id", "month", "entity_id"],
  mart_demand_forecasts: ["audience_id", "entity_id", "type", "issued", "month"],
  mart_demand_hours: ["month", "site_id", "type", "origin", "weekday", "hour", "is_closed"],
  mart_demand_monthly: ["audience_id", "month", "site_id", "type", "origin", "dimension", "value"],
  mart_demand_rates: ["audience_id", "month", "entity_id", "type"],
  mart_demand_slots: ["month", "site_id", "weekday", "hour", "is_closed"],
  mart_families: ["audience_id", "family_id"],
  mart_family_assets: ["audience_id", "family_id", "asset_id"],
  mart_family_bursts: ["audience_id", "family_id"],
  mart_family_fixes: ["audience_id", "family_id", "fix_order"],
  mart_family_sites: ["audience_id", "family_id", "site_id"],
  mart_family_weekly: ["audience_id", "family_id", "week"],
  mart_fitness: ["audience_id", "metric_id", "source_id"],
  mart_flow_monthly: ["month", "site_id", "service", "type", "priority"],
  mart_freezes: ["freeze_id", "site_id"],
  mart_handling_monthly: ["month", "site_id", "service", "type", "priority", "support_level"],
  mart_imports: ["audience_id", "import_id"],
  mart_incident_assets: ["month", "site_id"],
  mart_known_errors: ["audience_id", "known_error_order"],
  mart_licences: ["product", "site_id"],
  mart_major_downtime_monthly: ["month", "site_id", "service"],
  mart_major_incidents: ["audience_id", "major_id"],
  mart_months: ["audience_id", "month"],
  mart_occurrence_totals: ["audience_id", "site_id"],
  mart_on_hold_monthly: ["month", "site_id", "service", "type", "priority", "hold_reason"],
  mart_problems: ["audience_id", "problem_order"],
  mart_provider_breaches: ["audience_id", "month", "ticket", "commitment"],
  mart_provider_custody_monthly: ["month", "provider", "site_id", "service", "type", "priority"],
  mart_provider_stints_monthly: ["audience_id", "month", "commitment_id", "provider", "site_id"],
  mart_quarantine: ["audience_id", "source_id", "file", "column_name", "reason"],
  mart_recurrence_monthly: ["audience_id", "month", "entity_id"],
  mart_sla_bridge_monthly: ["month", "commitment_id", "site_id", "service", "type", "priority"],
  mart_satisfaction_monthly: ["audience_id", "month", "site_id"],
  mart_site_comparison: ["audience_id", "month", "clock", "site_id"],
  mart_sla_clocks: ["audience_id", "clock_key"],
  mart_sla_monthly: [
    "month",
    "commitment_id",
    "month_rule",
    "site_id",
    "service",
    "type",
    "priority",
    "provider",
  ],
  mart_sla_neutralisations: [
    "audience_id",
    "month",
    "commitment_id",
    "site_id",
    "ticket",
    "reason",
    "approved_by",
    "date",
  ],
  mart_sla_open: ["commitment_id", "site_id", "type", "priority", "share"],
  mart_sla_readings_monthly: ["month", "commitment_id", "site_id", "type", "priority"],
  mart_sla_stages_monthly: ["month", "commitment_id", "site_id", "type", "priority", "stage"],
  mart_sla_timeline: ["audience_id", "clock_key", "piece"],
  mart_sla_stock_monthly: [
    "month",
    "commitment_id",
    "site_id",
    "service",
    "type",
    "priority",
    "provider",
  ],
  mart_sources: ["audience_id", "source_id"],
  fct_tool_comparison: ["ticket_id", "kind"],
  mart_tool_comparison_monthly: [
    "month",
    "site_id",
    "type",
    "priority",
    "kind",
    "outcome",
    "reason",
  ],
  mart_tool_disagreements: ["audience_id", "ticket", "kind"],
  mart_tool_verdict_monthly: ["month", "site_id", "type", "priority"],
  mart_unmapped: ["audience_id", "source_id", "field", "value"],
  mart_warnings: ["audience_id", "source_id", "kind", "value"],
};

async function folderOf(models: Record<string, string>, folder: string): Promise<string> {
  for (const layer of LAYERS) await mkdir(join(folder, layer), { recursive: true });
  for (const [id, sql] of Object.entries(models))
    await writeFile(join(folder, `${id.replace(".", "/")}.sql`), sql);
  return folder;
}

async function memory() {
  return (await DuckDBInstance.create(":memory:")).connect();
}

describe("a model", () => {
  test("binds on empty tables, and so do all the others", async () => {
    await using folder = await temporaryFolder();
    const config = await loadConfig("test/fixtures/sample/vigie.yaml");
    using warehouse = await openWarehouse(join(folder.path, "empty.duckdb"));
    const { models } = await transformAll(warehouse, config);
    expect(models.length).toBeGreaterThan(30);
    const filled = await rows(warehouse.connection, "select * from marts.fct_tickets");
    expect(filled).toEqual([]);
  });

  test("states its grain, reads only its own layer or those before, and comes after what it reads", async () => {
    const models = await loadModels(await memory());
    const seen = new Set<string>();
    for (const model of models) {
      expect(model.grain).toMatch(/^one row per /);
      for (const read of model.reads) {
        if (LAYERS.some((layer) => read.startsWith(`${layer}.`))) expect(seen).toContain(read);
      }
      seen.add(model.id);
    }
  });

  test("without a grain is refused", async () => {
    await using folder = await temporaryFolder();
    await folderOf({ "staging.stg_a": "select 1 as a" }, folder.path);
    await expect(loadModels(await memory(), folder.path)).rejects.toThrow(
      /model staging\.stg_a: no grain; expected/,
    );
  });

  test("of a function that exports none is refused", async () => {
    await using folder = await temporaryFolder();
    await folderOf({}, folder.path);
    await writeFile(join(folder.path, "staging/stg_a.ts"), "export const other = 1;");
    await expect(loadModels(await memory(), folder.path)).rejects.toThrow(
      /model staging\.stg_a: no export; expected a table model/,
    );
  });

  test("that reads a later layer is refused", async () => {
    await using folder = await temporaryFolder();
    await folderOf({ "staging.stg_a": "-- grain: one row per a\nfrom marts.mart_b" }, folder.path);
    await expect(loadModels(await memory(), folder.path)).rejects.toThrow(
      /model staging\.stg_a: reads marts\.mart_b; expected only ingest, reference, staging/,
    );
  });

  test("that reads one which is not there is refused", async () => {
    await using folder = await temporaryFolder();
    await folderOf({ "marts.mart_a": "-- grain: one row per a\nfrom marts.mart_b" }, folder.path);
    await expect(loadModels(await memory(), folder.path)).rejects.toThrow(
      /reads marts\.mart_b; expected a model of that name/,
    );
  });

  test("in a circle is named with the circle", () => {
    const model = (id: string, reads: string[]): Model => ({
      layer: "marts",
      name: id,
      id: `marts.${id}`,
      sql: "",
      grain: "one",
      reads,
    });
    expect(() => inOrder([model("a", ["marts.b"]), model("b", ["marts.a"])])).toThrow(
      /marts\.a → marts\.b → marts\.a/,
    );
  });
});

describe("a mart", () => {
  test.each(Object.entries(KEYS))("%s has one row per key, none of it null", async (mart, key) => {
    for (const project of [inject("sample"), inject("log")]) {
      const connection = await readWarehouse(project);
      const nulls = key.map((column) => `${column} is null`).join(" or ");
      expect(await rows(connection, `select * from marts.${mart} where ${nulls}`)).toEqual([]);
      expect(
        await rows(
          connection,
          `select ${key.join(", ")} from marts.${mart} group by all having count(*) > 1`,
        ),
      ).toEqual([]);
    }
  });

  test("has a key in this test, and every key a mart", async () => {
    const found = await rows<{ name: string }>(
      await readWarehouse(inject("sample")),
      "select table_name as name from duckdb_tables() where schema_name = 'marts' order by 1",
    );
    expect(found.map(({ name }) => name)).toEqual(Object.keys(KEYS).toSorted());
  });
});

describe("a failing model", () => {
  test("leaves the marts as they were", async () => {
    await using folder = await temporaryFolder();
    const config = await loadConfig("test/fixtures/sample/vigie.yaml");
    using warehouse = await openWarehouse(join(folder.path, "w.duckdb"));
    const { connection } = warehouse;
    await transformAll(warehouse, config);
    await connection.run("create table marts.witness as select 42 as answer");
    // A calendar that no longer exists makes the reference tables fail before any mart is touched.
    const broken = {
      ...config,
      sources: [{ ...config.sources[0]!, reopenWindow: { openDays: Number.NaN } }],
    };
    await expect(transformAll(warehouse, broken)).rejects.toThrow(/NaN/i);
    expect(await rows(connection, "from marts.witness")).toEqual([{ answer: 42 }]);
  });
});

describe("the metric dictionary", () => {
  test("has every metric once, in both languages", async () => {
    const metrics = await loadMetrics();
    const ids = metrics.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { definition } of metrics) expect(definition.fr).not.toBe(definition.en);
  });

  test("needs only what the fitness of a source is measured by", async () => {
    const metrics = await loadMetrics();
    const measured = await rows<{ metric_id: string }>(
      await readWarehouse(inject("sample")),
      "select distinct metric_id from marts.mart_fitness order by 1",
    );
    expect(measured.map(({ metric_id }) => metric_id)).toEqual(
      // The sample has no contract of these clocks, which then are not missed.
      metrics
        .map(({ id }) => id)
        .filter((id) => !/^sla_(ola|provider|restoration)$|^provider_/.test(id))
        .toSorted(),
    );
  });
});
