import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareCsv } from "../../connectors/csv.ts";
import type { ImportJob } from "../../ingest/import.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { rows } from "../../ingest/query.ts";
import { importFile } from "../../ingest/settle.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { RECEIVED_AT, temporaryFolder } from "../project.ts";

const RUNS = process.env["VIGIE_LONG"] ? 400 : 8;
const STATUSES = ["new", "on_hold", "resolved"] as const;

/** A warehouse in memory that small exports of tickets are imported into. */
async function desk() {
  const folder = await temporaryFolder();
  const warehouse = await openWarehouse(":memory:");
  const mapping = readMapping(
    parseYaml(
      "tickets.yaml",
      `{record: ticket, fields: {native_id: id, opened_at: {constant: "2026-01-01"}, status: status, updated_at: updated}}`,
    ),
  );
  const source = { id: "source", instance: "tool", zone: "UTC" };
  return {
    connection: warehouse.connection,
    /** Lines are `id,status,updated`; a blank updated is none. */
    take: async (name: string, lines: readonly string[], options: Partial<ImportJob> = {}) => {
      const path = join(folder.path, name);
      await writeFile(path, `id,status,updated\n${lines.map((line) => `${line}\n`).join("")}`);
      const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
      return importFile(warehouse.connection, file, source, mapping, {
        receivedAt: RECEIVED_AT,
        keepsPeople: false,
        ...options,
      });
    },
    current: async () =>
      (
        await rows(
          warehouse.connection,
          "select native_id, status, is_gone from ingest.current_tickets order by all",
        )
      ).map((found) => Object.values(found)),
    [Symbol.asyncDispose]: async () => {
      warehouse[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const exportedOn = (day: number) => `2026-02-${String(day + 1).padStart(2, "0")} 00:00:00`;

/** Values without those that repeat the one before. */
const runsOf = <T>(values: readonly T[]): T[] =>
  values.filter((value, index) => index === 0 || value !== values[index - 1]);

describe("exports that overlap", () => {
  // What each export shows of each of four records: its status, or nothing.
  const exports = fc
    .array(fc.array(fc.option(fc.constantFrom(...STATUSES)), { minLength: 4, maxLength: 4 }), {
      minLength: 2,
      maxLength: 5,
    })
    .chain((shown) =>
      fc.record({
        shown: fc.constant(shown),
        order: fc.shuffledSubarray([...shown.keys()], { minLength: shown.length }),
        isFull: fc.boolean(),
      }),
    );

  test("end in the same records and history in whatever order they come", async () => {
    await fc.assert(
      fc.asyncProperty(exports, async ({ shown, order, isFull }) => {
        await using it = await desk();
        for (const day of order) {
          const lines = shown[day]!.flatMap((status, key) =>
            status ? [`K${key},${status},`] : [],
          );
          // A record that every export shows: a file of no records is none.
          await it.take(`day-${day}.csv`, [`K9,new,`, ...lines], {
            exportedAt: exportedOn(day),
            stream: "day-*.csv",
            isFull,
          });
        }
        const keys = [...shown[0]!.keys()];
        const seen = keys.map((key) => shown.map((statuses) => statuses[key]));
        expect(await it.current()).toEqual([
          ...keys.flatMap((key) => {
            const last = seen[key]!.findLast((status) => status !== null);
            return last ? [[`K${key}`, last, isFull && seen[key]!.at(-1) === null]] : [];
          }),
          ["K9", "new", false],
        ]);
        const versions = await rows<{ key: string; status: string }>(
          it.connection,
          `select native_id as key, status from ingest.tickets join ingest.standing_imports using (import_id) order by import_rank`,
        );
        for (const key of keys) {
          const found = versions.filter((version) => version.key === `K${key}`);
          const wanted = seen[key]!.filter((status) => status !== null);
          expect(runsOf(found.map(({ status }) => status))).toEqual(runsOf(wanted));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("merge by their own instants, whatever the order they come in", async () => {
    const version = fc.record({
      key: fc.integer({ min: 0, max: 3 }),
      hour: fc.integer({ min: 10, max: 19 }),
    });
    // The status of a version is its own, so that overlaps agree.
    const lineOf = ({ key, hour }: { key: number; hour: number }) =>
      `K${key},${STATUSES[(key + hour) % 3]},2026-01-02 ${hour}:00:00`;
    const files = fc
      .array(fc.uniqueArray(version, { minLength: 1, maxLength: 6, selector: lineOf }), {
        minLength: 2,
        maxLength: 4,
      })
      .chain((given) =>
        fc.record({
          given: fc.constant(given),
          order: fc.shuffledSubarray([...given.keys()], { minLength: given.length }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(files, async ({ given, order }) => {
        await using it = await desk();
        for (const index of order) await it.take(`${index}.csv`, given[index]!.map(lineOf));
        const all = given.flat();
        const wanted = [0, 1, 2, 3].flatMap((key) => {
          const hours = all.filter((one) => one.key === key).map(({ hour }) => hour);
          if (hours.length === 0) return [];
          return [[`K${key}`, STATUSES[(key + Math.max(...hours)) % 3], false]];
        });
        expect(await it.current()).toEqual(wanted);
        const { length } = await rows(
          it.connection,
          "select distinct native_id, updated_at, status from ingest.tickets",
        );
        expect(length).toBe(new Set(all.map(lineOf)).size);
      }),
      { numRuns: RUNS },
    );
  });

  test("are refused where they differ and nothing orders them; the error says what would", async () => {
    await using it = await desk();
    await it.take("a.csv", ["K1,new,", "K2,new,"]);
    await it.take("b.csv", ["K1,new,", "K3,new,"]);
    await expect(it.take("c.csv", ["K1,new,", "K2,on_hold,"])).rejects.toThrow(
      "cannot import c.csv: 1 of its records differ from those of a.csv, first K2, and nothing says which export is the later; expected exported_at on the input, or a mapping of updated_at",
    );
    expect(await it.current()).toEqual([
      ["K1", "new", false],
      ["K2", "new", false],
      ["K3", "new", false],
    ]);
  });
});

describe("a file of the same name", () => {
  test("replaces what it corrects, whatever its instants, and older versions stay", async () => {
    await using it = await desk();
    await it.take("a.csv", ["K1,new,2026-01-09", "K2,new,2026-01-05"]);
    await it.take("a.csv", ["K2,on_hold,2026-01-05", "K3,new,"]);
    expect(await it.current()).toEqual([
      ["K1", "new", false],
      ["K2", "on_hold", false],
      ["K3", "new", false],
    ]);
    const versions = await rows(
      it.connection,
      "select status from ingest.tickets where native_id = 'K2'",
    );
    expect(versions).toHaveLength(2);
  });

  test("whose old bytes come back says again what it said", async () => {
    await using it = await desk();
    for (const status of ["new", "on_hold", "new"]) await it.take("a.csv", [`K1,${status},`]);
    expect(await it.current()).toEqual([["K1", "new", false]]);
  });
});

describe("a full snapshot", () => {
  const full = (day: number) => ({
    exportedAt: exportedOn(day),
    stream: "full-*.csv",
    isFull: true,
  });

  test("retires what it no longer shows, and takes it back unchanged when it does again", async () => {
    await using it = await desk();
    await it.take("full-0.csv", ["K1,new,2026-01-05", "K2,new,2026-01-05"], full(0));
    await it.take("full-1.csv", ["K1,new,2026-01-05"], full(1));
    expect(await it.current()).toEqual([
      ["K1", "new", false],
      ["K2", "new", true],
    ]);
    const back = await it.take("full-2.csv", ["K1,new,2026-01-05", "K2,new,2026-01-05"], full(2));
    expect(back).toMatchObject({ inserted: 0, unchanged: 2 });
    expect(await it.current()).toEqual([
      ["K1", "new", false],
      ["K2", "new", false],
    ]);
  });

  test("does not retire a record whose line it shows but cannot be taken", async () => {
    await using it = await desk();
    await it.take("full-0.csv", ["K1,new,", "K2,new,", "K3,new,"], full(0));
    const bad = await it.take("full-1.csv", ["K1,new,", "K2,new,never", "K3,new"], full(1));
    expect(bad).toMatchObject({ quarantined: 2 });
    expect((await it.current()).map((found) => found[2])).toEqual([false, false, false]);
  });

  test("judges only what its own input has shown", async () => {
    await using it = await desk();
    await it.take("other.csv", ["K8,new,"]);
    await it.take("full-0.csv", ["K1,new,"], full(0));
    await it.take("full-1.csv", ["K2,new,"], full(1));
    expect(await it.current()).toEqual([
      ["K1", "new", true],
      ["K2", "new", false],
      ["K8", "new", false],
    ]);
  });
});

describe("a limit of rejects", () => {
  test.each([
    [{ records: 1 }, "1"],
    [{ percent: 50 }, "50 %"],
  ])(
    "%o fails the import before anything is written, with the first reasons",
    async (limit, shown) => {
      await using it = await desk();
      const lines = ["K1,new,never", "K2,new,soon", "K3,new,"];
      await expect(it.take("a.csv", lines, { maxRejects: limit })).rejects.toThrow(
        `cannot import a.csv: 2 of 3 records cannot be taken (updated unreadable 2 times from line 2); expected at most ${shown} by max_rejects, nothing was imported`,
      );
      for (const table of ["imports", "tickets", "quarantine", "readings"])
        expect(await rows(it.connection, `from ingest.${table}`)).toEqual([]);
      const wide = "records" in limit ? { records: 2 } : { percent: 67 };
      expect(await it.take("a.csv", lines, { maxRejects: wide })).toMatchObject({ quarantined: 2 });
    },
  );
});
