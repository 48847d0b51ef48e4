import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../cli/config.ts";
import { prepareCsv } from "../../connectors/csv.ts";
import { importFile } from "../../ingest/settle.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { row, rows } from "../../ingest/query.ts";
import { openWarehouse, type Warehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { zoneOffset, zoneTransitions } from "../../ingest/zone.ts";
import { ingestAll, temporaryFolder, transformAll } from "../project.ts";
import { isoText } from "../warehouse.ts";

const QUARTER = 900;
const DAY = 86_400;

const ZONES = [
  ["Europe/Paris", "2024-01-01", "2027-01-01", 6],
  ["America/Toronto", "2024-01-01", "2027-01-01", 6],
  ["Africa/Casablanca", "2023-01-01", "2026-01-01", 6],
  ["Australia/Lord_Howe", "2024-01-01", "2027-01-01", 6],
  ["Pacific/Apia", "2010-01-01", "2013-01-01", 6],
  ["Asia/Kolkata", "1990-01-01", "2027-01-01", 0],
] as const;

interface Sample {
  utc: number;
  local: number;
}

const seconds = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
const textOf = (second: number): string =>
  new Date(second * 1000).toISOString().slice(0, 19).replace("T", " ");

/** Every quarter of an hour of UTC with DuckDB's local time of it, both as seconds. */
function quarters(warehouse: Warehouse, zone: string, from: string, to: string): Promise<Sample[]> {
  return rows<Sample>(
    warehouse.connection,
    `select epoch(range)::bigint as utc, epoch(timezone(?, timezone('UTC', range)))::bigint as local
     from range(timestamp '${from}', timestamp '${to}', interval 15 minute) order by 1`,
    [zone],
  );
}

describe("the transitions of a zone", () => {
  test.each(ZONES)("%s are those of DuckDB by the quarter of an hour", async (...given) => {
    const [zone, from, to, count] = given;
    using warehouse = await openWarehouse(":memory:");
    const sampled = (await quarters(warehouse, zone, from, to)).flatMap(
      ({ utc, local }, index, all) => {
        const previous = all[index - 1];
        const before = previous ? previous.local - previous.utc : local - utc;
        return before === local - utc ? [] : [{ at: utc, before, after: local - utc }];
      },
    );
    expect(sampled).toHaveLength(count);
    expect(await zoneTransitions(warehouse.connection, zone, from, to)).toEqual(sampled);
  });

  test("Pacific/Apia skip the 30th of December 2011", async () => {
    using warehouse = await openWarehouse(":memory:");
    const { connection } = warehouse;
    const found = await zoneTransitions(connection, "Pacific/Apia", "2011-12-01", "2012-01-31");
    const at = seconds("2011-12-30 10:00:00");
    expect(found).toEqual([{ at, before: -10 * 3600, after: 14 * 3600 }]);
  });

  test("are found to the second where the offset is no whole minute", async () => {
    using warehouse = await openWarehouse(":memory:");
    // Liberia left its mean time of 44 minutes and 30 seconds on the 7th of January 1972.
    const found = await zoneTransitions(
      warehouse.connection,
      "Africa/Monrovia",
      "1972-01-01",
      "1972-02-01",
    );
    expect(found).toEqual([{ at: seconds("1972-01-07 00:44:30"), before: -2670, after: 0 }]);
  });

  test("leave the offset between them as it is", async () => {
    using warehouse = await openWarehouse(":memory:");
    const offset = (zone: string, instant: string) =>
      zoneOffset(warehouse.connection, zone, instant);
    expect(await offset("Asia/Kolkata", "2026-07-01")).toBe(5.5 * 3600);
    expect(await offset("Australia/Lord_Howe", "2026-07-01")).toBe(10.5 * 3600);
    expect(await offset("Australia/Lord_Howe", "2026-01-01")).toBe(11 * 3600);
  });
});

/** Imports local times as opening instants of tickets; gives their seconds UTC in the order of the file. */
async function importLocal(warehouse: Warehouse, zone: string, locals: readonly string[]) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "tickets.csv");
  await writeFile(
    path,
    `id,opened\n${locals.map((text, index) => `T${index},${text}\n`).join("")}`,
  );
  const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
  const mapping = readMapping(
    parseYaml("tickets.yaml", "{record: ticket, fields: {native_id: id, opened_at: opened}}"),
  );
  const { connection } = warehouse;
  const source = { id: zone, instance: zone, zone };
  await importFile(connection, file, source, mapping, {
    receivedAt: "2030-01-01 00:00:00",
    keepsPeople: false,
  });
  const found = await rows<{ second: number }>(
    connection,
    "select epoch(opened_at)::bigint as second from ingest.tickets where instance = ? order by record_number",
    [zone],
  );
  const counts = await row(
    connection,
    "select ambiguous, skipped from ingest.supplied_fields where field = 'opened_at' order by import_id desc limit 1",
  );
  return { utc: found.map(({ second }) => second), counts };
}

/** Where a local time stands in UTC: the first instant that shows it, or moved forward where none does. */
function expectedUtc(local: number, samples: readonly Sample[]): number {
  const first = samples.find((sample) => sample.local === local);
  if (first) return first.utc;
  const last = samples.findLast((sample) => sample.local < local)!;
  return local - (last.local - last.utc);
}

describe("a local time", () => {
  test.each(ZONES.filter(([zone]) => zone !== "Asia/Kolkata"))(
    "of %s takes the first instant that shows it or moves forward, and is counted where it occurs not once",
    async (zone, from, to) => {
      using warehouse = await openWarehouse(":memory:");
      const transitions = await zoneTransitions(warehouse.connection, zone, from, to);
      const locals = transitions.flatMap(({ at, before }) =>
        Array.from({ length: 288 }, (_, index) => at + before - DAY - 1800 + index * QUARTER),
      );
      const samples = await quarters(warehouse, zone, from, to);
      const near = samples.filter(({ utc }) =>
        transitions.some(({ at }) => Math.abs(utc - at) < 5 * DAY),
      );
      const shown = (local: number) => near.filter((sample) => sample.local === local).length;
      const { utc, counts } = await importLocal(warehouse, zone, locals.map(textOf));
      expect(utc.map(textOf)).toEqual(locals.map((local) => textOf(expectedUtc(local, near))));
      expect(counts).toEqual({
        ambiguous: locals.filter((local) => shown(local) === 2).length,
        skipped: locals.filter((local) => shown(local) === 0).length,
      });
      expect(locals.some((local) => shown(local) !== 1)).toBe(true);
    },
  );

  test.each([
    ["Europe/Paris", "2026-07-14 08:30:00", "2026-07-14 06:30:00", 0, 0],
    ["Europe/Paris", "2026-10-25 02:30:00", "2026-10-25 00:30:00", 1, 0],
    ["Europe/Paris", "2026-03-29 02:30:00", "2026-03-29 01:30:00", 0, 1],
    ["America/Toronto", "2025-11-02 01:15:00", "2025-11-02 05:15:00", 1, 0],
    ["America/Toronto", "2026-03-08 02:00:00", "2026-03-08 07:00:00", 0, 1],
    ["Asia/Kolkata", "2026-01-01 05:29:59", "2025-12-31 23:59:59", 0, 0],
    ["Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00", 1, 0],
    ["Australia/Lord_Howe", "2026-04-05 01:29:59", "2026-04-04 14:29:59", 0, 0],
    ["Australia/Lord_Howe", "2025-10-05 02:15:00", "2025-10-04 15:45:00", 0, 1],
    ["Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00", 0, 1],
    ["UTC", "2026-10-25 02:30:00", "2026-10-25 02:30:00", 0, 0],
    ["Europe/Paris", "2026-10-25T02:30:00+01:00", "2026-10-25 01:30:00", 0, 0],
    ["Europe/Paris", "2026-10-25 02:30:00.999", "2026-10-25 00:30:00", 1, 0],
  ])("of %s, %s, is %s UTC", async (zone, local, utc, ambiguous, skipped) => {
    using warehouse = await openWarehouse(":memory:");
    const found = await importLocal(warehouse, zone, [local]);
    expect(found.utc.map(textOf)).toEqual([utc]);
    expect(found.counts).toEqual({ ambiguous, skipped });
  });
});

const CONFIG = `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: Europe/Paris
  entities: [{id: lumen, kind: group, name: Lumen}]
sources:
  - id: tool
    tool: Tool
    zone: Europe/Paris
    inputs:
      - {path: tickets.csv, mapping: tickets.yaml}
      - {path: events.csv, mapping: events.yaml}
`;

describe("the order of a doubled hour", () => {
  test("takes the later reading from the first reversal on, for observations and events", async () => {
    await using folder = await temporaryFolder();
    const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
    // Local times of the 25th of October 2026; the clock goes back at 03:00 summer time, which is 01:00 UTC.
    const times = ["02:10", "02:50", "02:20", "02:40", "03:10"];
    const written = times.map((time, index) => ({ index, local: `2026-10-25 ${time}:00` }));
    await write(
      "tickets.csv",
      `id,opened,seen,n,status\n${written.map(({ index, local }) => `A,2026-10-25 01:00:00,${local},${index},new\n`).join("")}` +
        // No reversal: the earlier reading stays.
        "B,2026-10-25 01:00:00,2026-10-25 02:10:00,0,new\nB,2026-10-25 01:00:00,2026-10-25 02:50:00,1,new\n",
    );
    await write(
      "events.csv",
      `id,when,n,what,to\n${written.map(({ index, local }) => `A,${local},${index},status,new\n`).join("")}`,
    );
    await write(
      "tickets.yaml",
      "{record: ticket, rows: history, fields: {native_id: id, opened_at: opened, observed_at: seen, source_sequence: n, status: status}}",
    );
    await write(
      "events.yaml",
      "{record: ticket_event, fields: {native_id: id, occurred_at: when, source_sequence: n, field: what, to_value: to}}",
    );
    await write("vigie.yaml", CONFIG);
    const config = await loadConfig(join(folder.path, "vigie.yaml"));
    using warehouse = await openWarehouse(":memory:");
    await ingestAll(warehouse, config);
    await transformAll(warehouse, config);
    const read = async (relation: string, column: string, id: string) =>
      (
        await rows<{ t: Date }>(
          warehouse.connection,
          `select ${column} as t from ${relation} where native_id = ? order by source_sequence`,
          [id],
        )
      ).map(({ t }) => String(isoText(t)).slice(11, 16));
    const settled = ["00:10", "00:50", "01:20", "01:40", "02:10"];
    expect(await read("staging.stg_ticket_observations", "observed_at", "A")).toEqual(settled);
    expect(await read("staging.stg_ticket_events", "occurred_at", "A")).toEqual(settled);
    expect(await read("staging.stg_ticket_observations", "observed_at", "B")).toEqual([
      "00:10",
      "00:50",
    ]);
  });
});
