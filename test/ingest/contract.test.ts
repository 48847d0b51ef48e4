import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareCsv } from "../../connectors/csv.ts";
import { contractOf, type Field, RECORD_KINDS, type RecordKind } from "../../ingest/contract.ts";
import { importFile } from "../../ingest/settle.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { rows } from "../../ingest/query.ts";
import { openWarehouse, sqlType, type Warehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";

const RUNS = process.env["VIGIE_LONG"] ? 1500 : 60;
const ROWS_PER_RUN = 25;
const RECEIVED_AT = "2026-11-02 08:00:00";
/** Only there to end a test that hangs. */
const MANY_RUNS_MS = 600_000;

describe("the contracts", () => {
  test("cover every kind of record that the warehouse keeps", () => {
    expect([...RECORD_KINDS].toSorted()).toEqual([
      "asset",
      "call",
      "change",
      "consumption",
      "entitlement",
      "entity",
      "headcount",
      "known_error",
      "link",
      "major_incident",
      "satisfaction",
      "service",
      "staffing",
      "ticket",
      "ticket_event",
      "ticket_sla",
    ]);
  });

  test("carry instant and sequence of the observation wherever a record has a history", () => {
    const observed = RECORD_KINDS.filter((kind) =>
      ["observed_at", "source_sequence"].every((name) =>
        contractOf(kind).fields.some((field) => field.name === name),
      ),
    );
    expect(observed).toEqual([
      "ticket",
      "link",
      "change",
      "asset",
      "entitlement",
      "consumption",
      "major_incident",
      "known_error",
    ]);
  });

  describe.each(RECORD_KINDS)("%s", (kind) => {
    const { fields, key } = contractOf(kind);

    test("describes every field and gives it a type that the warehouse has", () => {
      for (const field of fields) {
        expect(field.description, field.name).toMatch(/^\S.{2,}/);
        expect(sqlType(field), field.name).toBeTypeOf("string");
        expect(field.type === "choice", field.name).toBe(field.values.length > 0);
      }
    });

    test("has the fields of its key, the first of them required", () => {
      const names = fields.map(({ name }) => name);
      expect(key.length).toBeGreaterThan(0);
      for (const name of key) expect(names).toContain(name);
      expect(fields.find(({ name }) => name === key[0])).toMatchObject({ isRequired: true });
    });

    test("keeps its faults apart in one 64-bit mask", () => {
      expect(fields.length).toBeLessThanOrEqual(63);
    });
  });
});

const blanks = ["", " ", "\u00a0", "\t"] as const;

const GOOD: Record<Field["type"], fc.Arbitrary<string>> = {
  text: fc.constantFrom("INC1", "Écran noir", 'a "quoted" one', "two\nlines", "a, b; c", "été 🚑"),
  choice: fc.constant(""),
  instant: fc.constantFrom(
    "2026-01-31 08:00:00",
    "2026-01-31T08:00",
    "2026-01-31",
    "2025-03-01T08:00:00.999Z",
    "2025-03-01T08:00Z",
    "2025-03-01 08:00:00 +05:30",
    "2025-03-01 08:00:00,5-0330",
    "2025-03-01T23:59:59+14",
    "1990-01-01 00:00:00",
    "2026-11-02 08:00:00",
  ),
  date: fc.constantFrom("2024-02-29", "1970-01-01", "2200-01-01"),
  integer: fc.constantFrom("0", "12", "+5", "007", "9007199254740991"),
  decimal: fc.constantFrom("0", "-12.5", "0.0001", "+3", "1234567890123.4567"),
  boolean: fc.constantFrom("true", "FALSE", "1", "0", "Oui", "non", "Y", "n"),
};

const BAD: Record<Field["type"], fc.Arbitrary<string>> = {
  text: fc.constantFrom("x".repeat(257), "x".repeat(256), "🚑".repeat(257), "🚑".repeat(256)),
  choice: fc.constantFrom("nonsense", "P9", "true", "0"),
  instant: fc.constantFrom(
    "2026-02-30 08:00:00",
    "2026-01-31 25:00:00",
    "2026-01-31 08:61",
    "2026-01-31 08",
    "31/01/2026 08:00",
    "26-01-31 08:00:00",
    "2026-01-31T08:00:00+99:00",
    "2026-01-31T08:00:00+05:75",
    "2026-01-31 08:00:00 CET",
    "1989-12-31 23:59:59",
    "0024-02-03 08:00:00",
    "2026-11-02 08:00:01",
    "2026-11-02T08:00:00-01:00",
    "2199-12-31 00:00:00",
    "2201-01-01 00:00:00",
    "yesterday",
  ),
  date: fc.constantFrom("2026-02-29", "1969-12-31", "2200-01-02", "2026-1-5", "2026-01-05 08:00"),
  integer: fc.constantFrom("-1", "1.5", "1e3", "9007199254740992", "1 000", "0x10", "9".repeat(19)),
  decimal: fc.constantFrom("1e5", "1,5,2", "NaNs", "Infinity", "1.", ".5", "--1", "12345678901234"),
  boolean: fc.constantFrom("maybe", "2", "truee", "+"),
};

/** A month, for the only pattern that a contract has. */
const PATTERNED = fc.constantFrom(
  "2026-01",
  "2026-12",
  "2026-13",
  "2026-1",
  "x2026-01",
  "2026-01x",
);

function goodText(field: Field): fc.Arbitrary<string> {
  if (field.pattern !== undefined) return fc.constantFrom("2026-01", "2025-12");
  if (field.type !== "choice") return GOOD[field.type];
  return fc
    .constantFrom(...field.values)
    .chain((word) => fc.constantFrom(word, word.toUpperCase()));
}

function anyText(field: Field): fc.Arbitrary<string> {
  const wild = field.pattern === undefined ? BAD[field.type] : PATTERNED;
  return fc
    .tuple(
      fc.constantFrom(...blanks),
      fc.oneof(wild, goodText(field), fc.constant("")),
      fc.constantFrom(...blanks),
    )
    .map((parts) => parts.join(""));
}

/** Rows that are mostly good, with anything at all in some of their fields. */
const rowsOf = (fields: readonly Field[]) =>
  fc.array(
    fc
      .tuple(
        fc.tuple(...fields.map(goodText)),
        fc.tuple(...fields.map(anyText)),
        fc.array(fc.integer({ min: 0, max: 5 * fields.length }), { maxLength: 4 }),
        fc.array(fc.constantFrom(...fields.keys()), { maxLength: fields.length }),
      )
      .map(([good, wild, wildAt, emptyAt]) =>
        fields.map((field, index) => {
          if (wildAt.includes(index)) return wild[index]!;
          const isEmpty = emptyAt.includes(index) && (!field.isRequired || wildAt.length === 4);
          return isEmpty ? "" : good[index]!;
        }),
      ),
    { minLength: ROWS_PER_RUN, maxLength: ROWS_PER_RUN },
  );

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?: ?(?:Z|([+-])(\d\d):?(\d\d)?))?)?$/;

/** Seconds since 1970 of an ISO text in UTC or with its offset, or undefined where it is none. */
function secondsOf(text: string): number | undefined {
  const found = ISO.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const time = Date.UTC(2000, month! - 1, day, hour, minute, second);
  const instant = new Date(time);
  instant.setUTCFullYear(year!);
  const isReal =
    instant.toISOString().slice(5, 19) ===
    [month, day].map((part) => String(part).padStart(2, "0")).join("-") +
      `T${[hour, minute, second].map((part) => String(part).padStart(2, "0")).join(":")}`;
  const [sign, hours = "0", minutes = "0"] = found.slice(7);
  if (!isReal || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60;
  return instant.getTime() / 1000 - (sign === "-" ? -offset : offset);
}

const isWithin = (seconds: number, from: string, to: string): boolean =>
  seconds >= Date.parse(from) / 1000 && seconds <= Date.parse(to) / 1000;

/** The value that a text stands for, as the contract wants it; a text that stands for none is left as it is. */
function valueOf(field: Field, text: string): unknown {
  switch (field.type) {
    case "text":
      return text;
    case "choice":
      return field.values.find((word) => word === text.toLowerCase());
    case "instant": {
      const seconds = secondsOf(text);
      const latest = field.isPast ? `${RECEIVED_AT.replace(" ", "T")}Z` : "2200-01-01T00:00:00Z";
      if (seconds === undefined || !isWithin(seconds, "1990-01-01T00:00:00Z", latest)) return text;
      return new Date(seconds * 1000).toISOString();
    }
    case "date": {
      const isPlausible = isWithin(Date.parse(text) / 1000, "1970-01-01", "2200-01-01");
      return /^\d{4}-\d\d-\d\d$/.test(text) && !isPlausible ? "out of range" : text;
    }
    case "integer":
      return /^[+-]?\d+( \d{3})*$/.test(text) ? Number(text.replaceAll(" ", "")) : text;
    case "decimal":
      return /^[+-]?\d{1,13}(\.\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      if (["true", "1", "oui", "y"].includes(text.toLowerCase())) return true;
      return ["false", "0", "non", "n"].includes(text.toLowerCase()) ? false : text;
  }
}

/** Fields for which the zod contract refuses a row of texts. */
function refusedFields(kind: RecordKind, texts: readonly string[]): string[] {
  const { fields, schema } = contractOf(kind);
  const record: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) {
    const trimmed = texts[index]!.replaceAll(/^[\s\u00a0]+|[\s\u00a0]+$/g, "");
    const value = trimmed === "" ? undefined : valueOf(field, trimmed);
    if (value !== undefined) record[field.name] = value;
  }
  const { error } = schema.safeParse(record);
  return [...new Set(error?.issues.map(({ path }) => String(path[0])))].toSorted();
}

/** The texts of a row that are not empty, by field. */
const shown = (kind: RecordKind, texts: readonly string[]): string =>
  contractOf(kind)
    .fields.flatMap(({ name }, index) =>
      texts[index] ? `${name}: ${JSON.stringify(texts[index].slice(0, 60))}` : [],
    )
    .join(", ");

describe("the SQL of an import", () => {
  let folder: string;
  let warehouse: Warehouse;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vigie-contract-"));
    warehouse = await openWarehouse(":memory:");
  });

  afterAll(async () => {
    warehouse[Symbol.dispose]();
    await rm(folder, { recursive: true });
  });

  /** Imports rows of texts as a file; gives the fields for which each record was refused. */
  async function refusedByImport(kind: RecordKind, table: readonly string[][]) {
    const names = contractOf(kind).fields.map(({ name }) => name);
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const path = join(folder, "records.csv");
    await writeFile(path, [names, ...table].map((texts) => texts.map(cell).join(",")).join("\n"));
    const mapping = readMapping(
      parseYaml(
        "identity.yaml",
        JSON.stringify({
          record: kind,
          fields: Object.fromEntries(names.map((name) => [name, name])),
        }),
      ),
    );
    const file = await prepareCsv(path, { landingFolder: join(folder, "landing") });
    await warehouse.connection.run("delete from ingest.imports");
    const result = await importFile(
      warehouse.connection,
      file,
      { id: "source", instance: "source", zone: "UTC" },
      mapping,
      { receivedAt: RECEIVED_AT, keepsPeople: false },
    );
    const faults = await rows<{ record: number; field: string }>(
      warehouse.connection,
      "select record_number as record, field from ingest.quarantine order by 1, 2",
    );
    for (const relation of ["quarantine", contractOf(kind).table])
      await warehouse.connection.run(`delete from ingest.${relation}`);
    const refused = table.map((_, index) =>
      faults.filter(({ record }) => record === index + 1).map(({ field }) => field),
    );
    expect(result.quarantined).toBe(refused.filter((fields) => fields.length > 0).length);
    expect(result.accepted + result.quarantined).toBe(table.length);
    return refused;
  }

  test.each(["ticket", "ticket_event", "headcount", "asset"] as const)(
    "takes a record of %s if and only if the contract takes it, and refuses it for the same fields",
    async (kind) => {
      let taken = 0;
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(rowsOf(contractOf(kind).fields), async (table) => {
          const wanted = table.map((texts) => refusedFields(kind, texts));
          const found = await refusedByImport(kind, table);
          for (const [index, fields] of wanted.entries())
            expect(found[index], shown(kind, table[index]!)).toEqual(fields);
          taken += wanted.filter((fields) => fields.length === 0).length;
          refused += wanted.filter((fields) => fields.length > 0).length;
        }),
        {
          numRuns: RUNS / 4,
          // A failure names its row; to shrink 25 rows of 50 fields would take longer than to read it.
          endOnFailure: true,
          asyncReporter: async ({ failed, seed, errorInstance }) => {
            if (failed) throw new Error(`fails with seed ${seed}`, { cause: errorInstance });
          },
        },
      );
      expect(taken).toBeGreaterThan(RUNS / 2);
      expect(refused).toBeGreaterThan(RUNS / 2);
    },
    MANY_RUNS_MS,
  );
});
