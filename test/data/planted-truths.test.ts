import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Config } from "../../cli/config.ts";
import { row, rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { configIn, ingestAll, temporaryFolder, transformAll } from "../project.ts";
import { idsOf, makeGroup, readTruth } from "../sample-group.ts";
import { readWarehouse } from "../warehouse.ts";

const SIZE = { tickets: process.env["VIGIE_LONG"] ? 60_000 : 2500, seed: 7 };
/** Of the members that can be found (incidents that nobody cancelled), in all; each family may miss one, or 3 %. */
const LEAST_RECALL = 0.99;
/** The group's data as it was when its last month but one had ended. */
const EARLIER = "2026-10-01 00:00:00";

interface Truth {
  families: { id: string; key_words: string[]; members: Record<string, string[]> }[];
  must_not_merge: [string, string][];
  catch_alls: { id: string; members: Record<string, string[]> }[];
  missing_column: { field: string };
}

/** One ticket that was planted, as the models see it. */
interface Seen {
  ticket_id: string;
  type: string;
  is_cancelled: boolean;
  family_id: string | null;
  is_catch_all: boolean | null;
}

// The whole group takes minutes on a machine that others use.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let config: Config;
let truth: Truth;
let group: DuckDBConnection;
let seen: Map<string, Seen>;

const MEMBERS = `select ticket_id, family_id from intermediate.int_incident_families
  join intermediate.int_family_list using (family_key) join intermediate.int_tickets using (ticket_key) order by all`;

async function readGroup(connection: DuckDBConnection): Promise<Map<string, Seen>> {
  const found = await rows<Seen & Record<string, unknown>>(
    connection,
    `select tickets.ticket_id, tickets.type, tickets.cancelled_at is not null as is_cancelled, listed.family_id, listed.is_catch_all
     from marts.fct_tickets as tickets
     left join intermediate.int_incident_families as families using (ticket_key)
     left join intermediate.int_family_list as listed using (family_key)`,
  );
  return new Map(found.map((each) => [each.ticket_id, each]));
}

/** Members of a planted family that are incidents nobody cancelled, and the family most of them are in. */
function familyOf(members: Record<string, string[]>) {
  const all = idsOf(members).map((id) => seen.get(id)!);
  const alive = all.filter((ticket) => !ticket.is_cancelled);
  const sizes = new Map<string, number>();
  for (const { family_id } of alive)
    if (family_id !== null) sizes.set(family_id, (sizes.get(family_id) ?? 0) + 1);
  const [id, found] = [...sizes].toSorted((a, b) => b[1] - a[1])[0] ?? ["", 0];
  return { id, found, planted: all.length, alive, cancelled: all.length - alive.length };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const { configPath, exportsFolder } = await makeGroup(join(folder.path, "group"), SIZE);
  truth = await readTruth(exportsFolder);
  config = await configIn(configPath, join(folder.path, "whole"));
  {
    using warehouse = await openWarehouse(config.storage.warehouse, config.engine);
    await ingestAll(warehouse, config);
    await transformAll(warehouse, config);
  }
  group = await readWarehouse(join(folder.path, "whole"));
  seen = await readGroup(group);
});
afterAll(async () => {
  group?.closeSync();
  await folder?.[Symbol.asyncDispose]();
});

describe("the planted families", () => {
  test("are found each as one family, with their members and no other", () => {
    const table = truth.families.map(({ id, members }) => {
      const { id: family, found, planted, alive, cancelled } = familyOf(members);
      const own = new Set(idsOf(members));
      const foreign = [...seen.values()].filter(
        ({ family_id, ticket_id }) => family_id === family && !own.has(ticket_id),
      ).length;
      return {
        id,
        family,
        planted,
        cancelled,
        found,
        members: alive.length,
        recall: found / alive.length,
        foreign,
      };
    });
    process.stdout.write(
      `${[
        "planted  family        members  cancelled  found  recall  foreign",
        ...table.map(({ id, family, planted, cancelled, found, recall, foreign }) =>
          [
            id.padEnd(7),
            family.padEnd(12),
            String(planted).padStart(8),
            String(cancelled).padStart(10),
            String(found).padStart(6),
            recall.toFixed(3).padStart(7),
            String(foreign).padStart(8),
          ].join(" "),
        ),
      ].join("\n")}\n`,
    );
    expect(new Set(table.map(({ family }) => family)).size).toBe(truth.families.length);
    const all = table.reduce((sum, { members }) => sum + members, 0);
    const together = table.reduce((sum, { found }) => sum + found, 0) / all;
    expect(together).toBeGreaterThanOrEqual(LEAST_RECALL);
    for (const { id, members, found, foreign } of table) {
      expect(members - found, id).toBeLessThanOrEqual(Math.max(1, 0.03 * members));
      expect(foreign, id).toBe(0);
    }
  });

  test("lose the incidents that were cancelled, and no others", () => {
    const members = truth.families.flatMap((family) => idsOf(family.members));
    const counted = members.map((id) => seen.get(id)!);
    expect(counted.filter(({ is_cancelled }) => is_cancelled).length).toBeGreaterThanOrEqual(5);
    for (const { ticket_id, is_cancelled, family_id } of counted)
      if (is_cancelled) expect(family_id, ticket_id).toBeNull();
  });

  test("do not meet across languages", () => {
    for (const pair of truth.must_not_merge) {
      const [a, b] = pair.map(
        (id) => familyOf(truth.families.find((each) => each.id === id)!.members).id,
      );
      expect(a).not.toBe(b);
    }
  });

  test("are called by words of their own titles", async () => {
    const labels = await rows<{ family_id: string; key_words: string }>(
      group,
      "select family_id, key_words from marts.mart_families where audience_id = 'group'",
    );
    for (const { id, members, key_words } of truth.families) {
      const family = familyOf(members).id;
      const words = labels.find(({ family_id }) => family_id === family)!.key_words.split(" ");
      const stems = key_words.map((word) => word.slice(0, 4));
      const shared = words.filter((word) => stems.some((stem) => word.startsWith(stem)));
      expect(shared.length, `${id}: ${words.join(" ")}`).toBeGreaterThanOrEqual(2);
    }
  });
});

describe("catch-all titles", () => {
  test("are set apart, split by category and off the working list; requests that bear them are no incidents", async () => {
    for (const { id, members } of truth.catch_alls) {
      const all = idsOf(members).map((ticket) => seen.get(ticket)!);
      const incidents = all.filter(
        ({ type, is_cancelled }) => type === "incident" && !is_cancelled,
      );
      const requests = all.filter(({ type }) => type === "request");
      expect(
        requests.every(({ family_id }) => family_id === null),
        id,
      ).toBe(true);
      const inFamilies = incidents.filter(({ family_id }) => family_id !== null);
      expect(
        inFamilies.filter(({ is_catch_all }) => !is_catch_all),
        id,
      ).toEqual([]);
      expect(incidents.length + requests.length, id).toBeGreaterThan(0);
      if (incidents.length > 40)
        expect(new Set(inFamilies.map(({ family_id }) => family_id)).size, id).toBeGreaterThan(1);
    }
    const { listed } = await row<{ listed: number }>(
      group,
      "select count(*) as listed from marts.mart_families where is_catch_all and is_working_list",
    );
    expect(listed).toBe(0);
  });
});

describe("families", () => {
  test("keep their identity when a month is added", async () => {
    const state = join(folder.path, "state");
    const earlier: Config = {
      ...config,
      storage: { ...config.storage, state },
      sources: config.sources.map((source) => ({
        ...source,
        dataThrough: EARLIER.replace(" ", "T") + "Z",
      })),
    };
    const path = join(folder.path, "earlier", "warehouse.duckdb");
    await mkdir(join(folder.path, "earlier"));
    await cp(config.storage.warehouse, path);
    using warehouse = await openWarehouse(path, config.engine);
    const { connection } = warehouse;
    for (const [table, column] of [
      ["tickets", "opened_at"],
      ["ticket_events", "occurred_at"],
    ] as const) {
      await connection.run(`create table ingest.kept as from ingest.${table}`);
      await connection.run(`delete from ingest.${table} where ${column} >= timestamp '${EARLIER}'`);
      await connection.run(`alter table ingest.kept rename to kept_${table}`);
    }
    await transformAll(warehouse, earlier);
    const before = await rows<{ ticket_id: string; family_id: string }>(connection, MEMBERS);
    for (const table of ["tickets", "ticket_events"]) {
      await connection.run(`drop table ingest.${table}`);
      await connection.run(`alter table ingest.kept_${table} rename to ${table}`);
    }
    await transformAll(warehouse, { ...earlier, sources: config.sources });
    const after = await rows<{ ticket_id: string; family_id: string }>(connection, MEMBERS);
    const now = new Map(after.map(({ ticket_id, family_id }) => [ticket_id, family_id]));
    const was = new Map(before.map(({ ticket_id, family_id }) => [ticket_id, family_id]));
    expect(after.length).toBeGreaterThan(before.length);
    for (const { id, members } of truth.families) {
      const ids = idsOf(members).filter((ticket) => was.has(ticket) && now.has(ticket));
      expect(ids.length, id).toBeGreaterThan(4);
      expect(
        ids.map((ticket) => now.get(ticket)),
        id,
      ).toEqual(ids.map((ticket) => was.get(ticket)));
    }
  });

  test("are the same whatever the order of the files and the number of threads, and again with their ledger", async () => {
    const storage = join(folder.path, "turned");
    const turned = await configIn(join(folder.path, "group", "vigie.yaml"), storage);
    const sources = turned.sources
      .toReversed()
      .map((source) => ({ ...source, inputs: source.inputs.toReversed() }));
    using warehouse = await openWarehouse(turned.storage.warehouse, { threads: 1 });
    await ingestAll(warehouse, { ...turned, sources });
    await transformAll(warehouse, { ...turned, sources });
    expect(await rows(warehouse.connection, MEMBERS)).toEqual(await rows(group, MEMBERS));
    const marts = "select * from marts.mart_families order by all";
    const first = await rows(group, marts);
    expect(await rows(warehouse.connection, marts)).toEqual(first);
    const ledger = "select count(*) as entries from reference.family_ledger";
    expect(await row(warehouse.connection, ledger)).toEqual({ entries: 0 });
    await transformAll(warehouse, { ...turned, sources }, { force: true });
    expect((await row<{ entries: number }>(warehouse.connection, ledger)).entries).toBeGreaterThan(
      20,
    );
    expect(await rows(warehouse.connection, marts)).toEqual(first);
  });
});

describe("what the exports lack", () => {
  test("is said: the source that stops three days early leaves its month incomplete", async () => {
    const reached = await rows(
      group,
      `select source_id, data_through_local from marts.mart_sources where audience_id = 'group' order by 1`,
    );
    expect(reached).toEqual([
      { source_id: "glpi-afrique", data_through_local: "2026-10-29 00:00" },
      { source_id: "jira-montreal", data_through_local: "2026-11-01 00:00" },
      { source_id: "servicenow-france", data_through_local: "2026-11-01 00:00" },
    ]);
    const months = await rows(
      group,
      `select audience_id, sources_complete, sources_total, is_complete from marts.mart_months where month = '2026-10' order by 1`,
    );
    expect(months).toEqual([
      { audience_id: "group", sources_complete: 2, sources_total: 3, is_complete: false },
      { audience_id: "lumen-france", sources_complete: 1, sources_total: 1, is_complete: true },
    ]);
    const windows = await rows(
      group,
      `select audience_id, entity_id, has_full_window from marts.mart_recurrence_monthly
       where month = '2026-10' and entity_id in ('*', 'casablanca', 'lumen-france', 'paris') order by all`,
    );
    expect(windows).toEqual([
      { audience_id: "group", entity_id: "*", has_full_window: false },
      { audience_id: "group", entity_id: "casablanca", has_full_window: false },
      { audience_id: "group", entity_id: "lumen-france", has_full_window: true },
      { audience_id: "group", entity_id: "paris", has_full_window: true },
      { audience_id: "lumen-france", entity_id: "*", has_full_window: true },
      { audience_id: "lumen-france", entity_id: "lumen-france", has_full_window: true },
      { audience_id: "lumen-france", entity_id: "paris", has_full_window: true },
    ]);
  });

  test("is said: a column that is missing, and what is withheld for want of a field", async () => {
    const noted = await rows(
      group,
      "select source_id, field from marts.mart_data_notes where audience_id = 'group' and kind = 'missing_column'",
    );
    expect(noted).toEqual([{ source_id: "glpi-afrique", field: truth.missing_column.field }]);
    const withheld = await rows(
      group,
      `select metric_id, source_id, reason, field from marts.mart_fitness
       where audience_id = 'group' and is_withheld and reason = 'missing_field' order by all`,
    );
    expect(withheld).toEqual(
      ["glpi-afrique", "jira-montreal"].map((source_id) => ({
        metric_id: "tool_verdict",
        source_id,
        reason: "missing_field",
        field: "made_sla",
      })),
    );
    const absent = await rows(
      group,
      `select reason, source_id, count(*)::integer as metrics from marts.mart_fitness
       where audience_id = 'group' and is_withheld and reason <> 'missing_field' group by all order by all`,
    );
    expect(absent).toEqual([
      { reason: "no_changes", source_id: "glpi-afrique", metrics: 8 },
      { reason: "no_entitlements", source_id: "glpi-afrique", metrics: 1 },
      { reason: "no_entitlements", source_id: "jira-montreal", metrics: 1 },
      { reason: "no_known_errors", source_id: "glpi-afrique", metrics: 1 },
      { reason: "no_known_errors", source_id: "jira-montreal", metrics: 1 },
      { reason: "no_problems", source_id: "glpi-afrique", metrics: 2 },
      { reason: "no_problems", source_id: "jira-montreal", metrics: 2 },
    ]);
  });
});
