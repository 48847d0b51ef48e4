import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../cli/config.ts";
import { prepareCsv } from "../../connectors/csv.ts";
import { fileState } from "../../ingest/ledger.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { row, rows } from "../../ingest/query.ts";
import { importFile } from "../../ingest/settle.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { ingestAll, RECEIVED_AT, temporaryFolder, transformAll } from "../project.ts";
import { isoText } from "../warehouse.ts";

const RUNS = process.env["VIGIE_LONG"] ? 1000 : 25;

interface Given {
  zone?: string;
  name?: string;
  source?: string;
}

/** A warehouse in memory that files written on the spot are imported into. */
async function desk() {
  const folder = await temporaryFolder();
  const warehouse = await openWarehouse(":memory:");
  const { connection } = warehouse;
  const prepared = async (content: string | Uint8Array, mapping: string, given: Given) => {
    const path = join(folder.path, given.name ?? "file.csv");
    await writeFile(path, content);
    const read = readMapping(parseYaml("file.mapping.yaml", mapping));
    const file = await prepareCsv(path, {
      dialect: read.dialect,
      landingFolder: join(folder.path, "landing"),
    });
    const id = given.source ?? "source";
    return { file, mapping: read, source: { id, instance: "tool", zone: given.zone ?? "UTC" } };
  };
  return {
    connection,
    take: async (content: string | Uint8Array, mapping: string, given: Given = {}) => {
      const { file, source, mapping: read } = await prepared(content, mapping, given);
      const options = { receivedAt: RECEIVED_AT, keepsPeople: false };
      const result = await importFile(connection, file, source, read, options);
      expect(result.accepted + result.quarantined).toBe(result.records);
      expect(result.inserted + result.unchanged).toBe(result.accepted);
      return result;
    },
    knows: async (content: string, mapping: string) => {
      const { file, source, mapping: read } = await prepared(content, mapping, {});
      const state = await fileState(connection, source, file, {
        mapping: read,
        keepsPeople: false,
      });
      return state === "known";
    },
    read: async (columns: string, relation = "ingest.tickets") =>
      (await rows(connection, `select ${columns} from ${relation} order by all`)).map((found) =>
        Object.values(found).map(isoText),
      ),
    [Symbol.asyncDispose]: async () => {
      warehouse[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A mapping of tickets with these fields beside key and opening. */
const tickets = (fields = "", more = "") =>
  `{record: ticket, missing: ["", "?"], fields: {native_id: id, opened_at: opened, ${fields}}, ${more}}`;

const OPENED = "2026-01-05 08:00:00";
const A_DATE = "a date and time such as 2026-10-31 17:45:00";

describe("a record that cannot be taken", () => {
  const day = 'updated_at: {column: v, format: "%d/%m/%y"}';
  test.each([
    ["an empty key", "", `,${OPENED},,`, "id", null, "missing", "a text"],
    ["a blank key", "", `  ,${OPENED},,`, "id", null, "missing", "a text"],
    ["a key that means nothing", "", `?,${OPENED},,`, "id", null, "missing", "a text"],
    ["no opening", "", "A, ?,,", "opened", null, "missing", A_DATE],
    ["no instant", "updated_at: v", `A,${OPENED},soon,`, "v", "soon", "unreadable", A_DATE],
    [
      "another form",
      day,
      `A,${OPENED},5-1-26,`,
      "v",
      "5-1-26",
      "unreadable",
      "a date in the form %d/%m/%y",
    ],
    [
      "an instant to come",
      "",
      "A,2026-11-02 08:00:01,,",
      "opened",
      "2026-11-02 08:00:01",
      "after_receipt",
      "an instant not after the receipt of the file",
    ],
    [
      "a misread year",
      'updated_at: {column: v, format: "%d/%m/%Y"}',
      `A,${OPENED},03/02/24,`,
      "v",
      "03/02/24",
      "before_1990",
      "an instant from 1990 on",
    ],
    [
      "a due date far away",
      "due_at: v",
      `A,${OPENED},2201-01-01,`,
      "v",
      "2201-01-01",
      "out_of_range",
      "an instant before 2200",
    ],
    [
      "a negative count",
      "reopen_count: v",
      `A,${OPENED},-1,`,
      "v",
      "-1",
      "out_of_range",
      "a number from 0 on",
    ],
    [
      "a count of halves",
      "reopen_count: v",
      `A,${OPENED},1.5,`,
      "v",
      "1.5",
      "unreadable",
      "a whole number",
    ],
    [
      "a number too large",
      "reopen_count: v",
      `A,${OPENED},9007199254740992,`,
      "v",
      "9007199254740992",
      "out_of_range",
      "a number up to 9007199254740991",
    ],
    [
      "a doubtful flag",
      "made_sla: v",
      `A,${OPENED},perhaps,`,
      "v",
      "perhaps",
      "unreadable",
      "true or false",
    ],
    [
      "a long word",
      "category: v",
      `A,${OPENED},${"x".repeat(257)},`,
      "v",
      "x".repeat(257),
      "too_long",
      "a text of at most 256 characters",
    ],
    [
      "a fault in the second of two columns",
      "reopen_count: {first: [u, v]}",
      `A,${OPENED},-2,?`,
      "u / v",
      "-2",
      "out_of_range",
      "a number from 0 on",
    ],
    [
      "a fault in a constant",
      'updated_at: {constant: "2031-01-01"}',
      `A,${OPENED},,`,
      "(constant)",
      "2031-01-01",
      "after_receipt",
      "an instant not after the receipt of the file",
    ],
  ])("for %s says line, column, value, reason and what was expected", async (_title, ...given) => {
    const [fields, line, ...fault] = given as [string, string, ...unknown[]];
    await using it = await desk();
    const { quarantined } = await it.take(`id,opened,v,u\n\n${line}\n`, tickets(fields));
    expect(quarantined).toBe(1);
    const columns = "record_number, line, column_name, value, reason, expected";
    expect(await it.read(columns, "ingest.quarantine")).toEqual([[1, 3, ...fault]]);
    expect(await it.read("native_id")).toEqual([]);
  });

  test.each([
    [
      "a month of none",
      "{record: headcount, fields: {entity: a, month: b}}",
      "a,b\nparis,2026-13\n",
      ["month", "2026-13", "malformed", "a text like ^\\d{4}-(0[1-9]|1[0-2])$"],
    ],
    [
      "a date of 1969",
      "{record: asset, fields: {native_id: a, purchased_on: b}}",
      "a,b\nPC1,1969-12-31\n",
      ["purchased_on", "1969-12-31", "out_of_range", "a date from 1970 to 2200"],
    ],
    [
      "a date with a time",
      "{record: asset, fields: {native_id: a, purchased_on: b}}",
      `a,b\nPC1,${OPENED}\n`,
      ["purchased_on", OPENED, "unreadable", "a date such as 2026-10-31"],
    ],
    [
      "a required word without home",
      "{record: link, fields: {from_id: a, to_id: a, kind: b}}",
      "a,b\nX,cousin\n",
      ["kind", "cousin", "unreadable", "one of mirror, duplicate, parent, problem, caused_by"],
    ],
    [
      "a column too many",
      "{record: asset, fields: {native_id: a, name: b}}",
      "a,b\nPC1,x,y\n",
      [null, "3 columns", "wrong_column_count", "2 columns, as the header has"],
    ],
    [
      "a column too few",
      "{record: asset, fields: {native_id: a, name: b}}",
      "a,b\nPC1\n",
      [null, "1 columns", "wrong_column_count", "2 columns, as the header has"],
    ],
    [
      "text after a closing quote",
      "{record: asset, fields: {native_id: a, name: b}}",
      'a,b\n"PC"1,x\n',
      [null, null, "bad_quotes", "a quoted value to end at the separator"],
    ],
  ])("for %s says so", async (_title, mapping, text, fault) => {
    await using it = await desk();
    expect(await it.take(text, mapping)).toMatchObject({ records: 1, accepted: 0, quarantined: 1 });
    const columns = "record_number, line, field, value, reason, expected";
    expect(await it.read(columns, "ingest.quarantine")).toEqual([[1, 2, ...fault]]);
  });

  test("tells every one of its faults, and keeps itself as it came", async () => {
    await using it = await desk();
    // A header that is awkward for JSON, whose columns still lead back to the raw texts.
    const mapping = `{record: ticket, fields: {native_id: 'a"/~b', opened_at: "$.x", reopen_count: n}}`;
    await it.take(`"a""/~b",$.x,n\n ,soon,-1\n`, mapping);
    expect(await it.read("field, value, reason", "ingest.quarantine")).toEqual([
      ["native_id", null, "missing"],
      ["opened_at", "soon", "unreadable"],
      ["reopen_count", "-1", "out_of_range"],
    ]);
    const { raw } = await row<{ raw: string }>(
      it.connection,
      "select any_value(raw) as raw from ingest.quarantine",
    );
    expect(JSON.parse(raw)).toEqual({ 'a"/~b': " ", "$.x": "soon", n: "-1" });
  });

  test("has its number and physical line whatever stands before it, plain or gzipped", async () => {
    const kinds = {
      good: { text: (key: string) => `${key},${OPENED},x`, lines: 1 },
      multiline: { text: (key: string) => `${key},${OPENED},"two\nlines, ""quoted"""`, lines: 2 },
      blank: { text: () => "", lines: 1 },
      unreadable: { text: (key: string) => `${key},never,"with a\nbreak"`, lines: 2 },
      wrong_column_count: { text: (key: string) => `${key},${OPENED}`, lines: 1 },
      bad_quotes: { text: (key: string) => `${key},${OPENED},"x"y`, lines: 1 },
    } as const;
    const file = fc.record({
      kinds: fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), {
        minLength: 1,
        maxLength: 40,
      }),
      isGzipped: fc.boolean(),
      hasCrlf: fc.boolean(),
      isClosed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(file, async (given) => {
        fc.pre(given.kinds.some((kind) => kind !== "blank"));
        await using it = await desk();
        const good: string[] = [];
        const bad: unknown[] = [];
        let line = 2;
        let number = 0;
        for (const kind of given.kinds) {
          if (kind !== "blank") number += 1;
          if (kind === "good" || kind === "multiline") good.push(`K${number}`);
          else if (kind !== "blank") bad.push([number, line, kind]);
          line += kinds[kind].lines;
        }
        number = 0;
        const body = given.kinds.map((kind) =>
          kinds[kind].text(kind === "blank" ? "" : `K${(number += 1)}`),
        );
        const plain = ["id,opened,title", ...body].join("\n") + (given.isClosed ? "\n" : "");
        const text = given.hasCrlf ? plain.replaceAll("\n", "\r\n") : plain;
        await it.take(given.isGzipped ? gzipSync(text) : text, tickets("title: title"), {
          name: given.isGzipped ? "file.csv.gz" : "file.csv",
        });
        expect(await it.read("record_number, line, reason", "ingest.quarantine")).toEqual(bad);
        const taken = await it.read("record_number, native_id");
        expect(taken).toEqual(good.map((key) => [Number(key.slice(1)), key]));
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a value", () => {
  /** What one cell becomes in one field, with the flags and counts of its import. */
  async function read(field: string, cell: string, more = "", given: Given = {}) {
    await using it = await desk();
    const name = field.split(":")[0]!;
    await it.take(`id,opened,v,u\nA,${OPENED},"${cell}",fallback\n`, tickets(field, more), given);
    const [found] = await it.read(name);
    const unmapped = await it.read("field, value, records", "ingest.unmapped_values");
    const quarantined = await it.read("reason", "ingest.quarantine");
    return { value: found?.[0], unmapped, quarantined };
  }

  test.each([
    ["of another letter case finds its home", "rÉSOLU", "resolved", []],
    ["between blanks finds its home", "\u00a0 Résolu\t", "resolved", []],
    ["that is canonical needs none", "On_Hold", "on_hold", []],
    ["that says nothing is no value, and lacks no home", "N/A", null, []],
    ["that means missing is none", "?", null, []],
    ["without a home is left out and counted", "Parti", null, [["status", "Parti", 1]]],
  ])("%s", async (_title, cell, value, unmapped) => {
    const lookups = "lookups: {words: {Résolu: resolved, n/a: null}}";
    const found = await read("status: {column: v, lookup: words}", cell, lookups);
    expect(found).toEqual({ value, unmapped, quarantined: [] });
  });

  test.each([
    [
      "of a text field goes through a lookup or stays",
      "category: {column: v, lookup: words}",
      "réseau",
      "network",
    ],
    [
      "of a text field without a home stays",
      "category: {column: v, lookup: words}",
      "Imprimante",
      "Imprimante",
    ],
    ["is a constant", "channel: {constant: phone}", "x", "phone"],
    ["is the first that is not missing", "category: {first: [v, u]}", "?", "fallback"],
    ["is the first of several", "category: {first: [v, u]}", "mine", "mine"],
    ["comes from the columns that are there", "category: {first: [gone, u]}", "mine", "fallback"],
    ["of a flag is a word of either language", "made_sla: v", "Oui", true],
  ])("%s", async (_title, field, cell, value) => {
    const found = await read(field, cell, "lookups: {words: {Réseau: network, Nouveau: new}}");
    expect(found).toEqual({ value, unmapped: [], quarantined: [] });
  });

  test("takes the lookup's else, but not for nothing", async () => {
    const field = "status: {column: v, lookup: words, else: assigned}";
    const cells = ["nouveau", "Parti", "", "?"];
    const found = await Promise.all(
      cells.map((cell) => read(field, cell, "lookups: {words: {Nouveau: new}}")),
    );
    expect(found.map(({ value }) => value)).toEqual(["new", "assigned", null, null]);
    expect(found.flatMap(({ unmapped }) => unmapped)).toEqual([]);
  });

  test.each([
    ["updated_at: v", "2026-01-31", "2026-01-30T23:00:00Z"],
    ["updated_at: v", "2026-01-31T08:00", "2026-01-31T07:00:00Z"],
    ["updated_at: v", "2026-01-31 08:00:59.999", "2026-01-31T07:00:59Z"],
    ["updated_at: v", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"],
    ["updated_at: v", "2026-01-31T08:00:00.25-05:00", "2026-01-31T13:00:00Z"],
    ["updated_at: v", "2026-01-31 08:00 +0530", "2026-01-31T02:30:00Z"],
    [
      'updated_at: {column: v, format: "%d/%m/%Y %H:%M"}',
      "31/01/2026 08:00",
      "2026-01-31T07:00:00Z",
    ],
    [
      'updated_at: {column: v, format: ["%d/%m/%Y %H:%M", "%d.%m.%Y"]}',
      "31.01.2026",
      "2026-01-30T23:00:00Z",
    ],
    [
      'updated_at: {column: v, format: ["%d/%m/%Y %H:%M:%S %z", "%d/%m/%Y %H:%M:%S"]}',
      "31/01/2026 08:00:00 +0530",
      "2026-01-31T02:30:00Z",
    ],
    [
      'updated_at: {column: v, format: ["%d/%m/%Y %H:%M:%S %z", "%d/%m/%Y %H:%M:%S"]}',
      "31/01/2026 08:00:00",
      "2026-01-31T07:00:00Z",
    ],
  ])("of %s, %s, is %s from Paris", async (field, cell, value) => {
    expect(await read(field, cell, "", { zone: "Europe/Paris" })).toMatchObject({ value });
  });

  test("of a lenient field becomes missing and is counted, but a record keeps what it needs", async () => {
    await using it = await desk();
    const mapping = tickets("due_at: due, reopen_count: n", "lenient: [due_at, opened_at]");
    const lines = [
      `A,${OPENED},soon,1`,
      `B,${OPENED},2026-02-01,2`,
      "C,soon,soon,3",
      `D,${OPENED},soon,-1`,
    ];
    await it.take(`id,opened,due,n\n${lines.join("\n")}\n`, mapping);
    expect(await it.read("native_id, due_at")).toEqual([
      ["A", null],
      ["B", "2026-02-01T00:00:00Z"],
    ]);
    expect(await it.read("line, field, reason", "ingest.quarantine")).toEqual([
      [4, "opened_at", "unreadable"],
      [5, "reopen_count", "out_of_range"],
    ]);
    expect(
      await it.read("filled, unreadable", "ingest.supplied_fields where field = 'due_at'"),
    ).toEqual([[1, 1]]);
  });
});

describe("a file", () => {
  test.each([
    ["with a byte order mark", `\ufeffid,opened\nA,${OPENED}\nB,${OPENED}\n`],
    ["with CRLF", `id,opened\r\nA,${OPENED}\r\nB,${OPENED}\r\n`],
    ["without a final newline", `id,opened\nA,${OPENED}\nB,${OPENED}`],
    ["with both line ends", `id,opened\r\nA,${OPENED}\nB,${OPENED}\r\n`],
    [
      "with a byte order mark, CRLF and no final newline",
      `\ufeffid,opened\r\nA,${OPENED}\r\nB,${OPENED}`,
    ],
    [
      "with semicolons, quotes and another order",
      `"opened";"id"\n"${OPENED}";"A"\n"${OPENED}";"B"\n`,
    ],
  ])("%s says the same", async (_title, text) => {
    await using it = await desk();
    expect(await it.take(text, tickets())).toMatchObject({ records: 2, inserted: 2 });
    const at = "2026-01-05T08:00:00Z";
    expect(await it.read("native_id, opened_at, record_number")).toEqual([
      ["A", at, 1],
      ["B", at, 2],
    ]);
  });

  test("without a column that it can do without leaves the field empty and names it", async () => {
    await using it = await desk();
    const result = await it.take(`id,opened\nA,${OPENED}\n`, tickets("category: kind"));
    expect(result.missingColumns).toEqual([{ field: "category", column: "kind" }]);
    expect(await it.read("field, column_name", "ingest.missing_columns")).toEqual([
      ["category", "kind"],
    ]);
    expect(await it.read("native_id, category")).toEqual([["A", null]]);
  });

  test("is known by its bytes and mapping; what it repeats is unchanged", async () => {
    await using it = await desk();
    const text = `id,opened,state\nA,${OPENED},Open\nA,${OPENED},Open\nB,${OPENED},Open\n`;
    const mapping = (home: string) =>
      tickets("status: {column: state, lookup: s}", `lookups: {s: {Open: ${home}}}`);
    expect(await it.take(text, mapping("new"))).toMatchObject({ inserted: 2, unchanged: 1 });
    expect(await it.knows(text, mapping("new"))).toBe(true);
    expect(await it.knows(text, mapping("assigned"))).toBe(false);
    expect(await it.knows(`${text}\n`, mapping("new"))).toBe(false);
    expect(await it.take(`${text}\n`, mapping("new"))).toMatchObject({ inserted: 0, unchanged: 3 });
    expect(await it.take(text, mapping("assigned"))).toMatchObject({ inserted: 2, unchanged: 1 });
    expect(await it.read("native_id, status, import_id")).toEqual([
      ["A", "assigned", 3],
      ["A", "new", 1],
      // What the second repeated of the first is its own, now that the first says something else.
      ["A", "new", 2],
      ["B", "assigned", 3],
      ["B", "new", 1],
      ["B", "new", 2],
    ]);
  });

  test("of a state that comes back is a version of its own", async () => {
    await using it = await desk();
    const states = ["new", "on_hold", "new"];
    for (const state of states) {
      const text = `id,opened,state\nA,${OPENED},${state}\n`;
      const wanted = { inserted: 1, unchanged: 0 };
      // The third file has the bytes of the first: a blank line tells them apart.
      const end = "\n".repeat(states.indexOf(state) === 0 ? 0 : 1);
      const again = await it.knows(text + end, tickets("status: state"));
      expect(
        await it.take(text + end + (again ? "\n" : ""), tickets("status: state")),
      ).toMatchObject(wanted);
    }
    expect(await it.read("import_id, status")).toEqual([
      [1, "new"],
      [2, "on_hold"],
      [3, "new"],
    ]);
  });

  test("reaches to its latest instant that has happened", async () => {
    await using it = await desk();
    const lines = [`A,${OPENED},2026-03-01,2027-01-01`, `B,${OPENED},2026-11-02 08:00:01,`];
    await it.take(
      `id,opened,seen,due\n${lines.join("\n")}\n`,
      tickets("updated_at: seen, due_at: due"),
    );
    expect(await it.read("data_through, accepted", "ingest.imports")).toEqual([
      ["2026-03-01T00:00:00Z", 1],
    ]);
  });
});

describe("the staging of what was imported", () => {
  const CONFIG = `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: Europe/Paris
  entities:
    - {id: lumen, kind: group, name: Lumen}
    - {id: paris, kind: site, parent: lumen, name: Paris, zone: Europe/Paris}
sources:
  - {id: export, tool: Tool, instance: tool, zone: UTC, site: paris, inputs: [{path: "export-*.csv", mapping: export.yaml, exported_at: "export-%Y%m%d.csv"}]}
  - {id: journal, tool: Tool, instance: tool, zone: UTC, inputs: [{path: journal.csv, mapping: journal.yaml}]}
`;
  const FILES = {
    "vigie.yaml": CONFIG,
    "export.yaml":
      "{record: ticket, rows: history, fields: {native_id: sys_id, number: number, opened_at: opened, observed_at: seen, source_sequence: n, status: state, site: site}}",
    "journal.yaml":
      "{record: ticket_event, fields: {native_id: number, occurred_at: at, source_sequence: n, field: {constant: status}, to_value: to}}",
    "export-20260201.csv": `sys_id,number,opened,seen,n,state,site
a1,INC1,${OPENED},2026-01-05 09:00:00,1,assigned,
a1,INC1,${OPENED},2026-01-06 09:00:00,2,in_progress,
b2,INC2,${OPENED},2026-01-05 09:00:00,1,new,Atlantis
`,
    // A later export corrects what the first said of the 6th of January.
    "export-20260301.csv": `sys_id,number,opened,seen,n,state,site
a1,INC1,${OPENED},2026-01-06 09:00:00,2,on_hold,
`,
    "journal.csv": `number,at,n,to
INC1,2026-01-05 10:00:00,1,in_progress
INC404,2026-01-05 10:00:00,1,closed
`,
  };

  test("meets by number, replaces what was corrected, keeps what has no home, and bears unknown tickets", async () => {
    await using folder = await temporaryFolder();
    for (const [name, text] of Object.entries(FILES))
      await writeFile(join(folder.path, name), text);
    const config = await loadConfig(join(folder.path, "vigie.yaml"));
    using warehouse = await openWarehouse(":memory:");
    await ingestAll(warehouse, { ...config, storage: { ...config.storage, landing: folder.path } });
    await transformAll(warehouse, config);
    const read = async (sql: string) =>
      (await rows(warehouse.connection, `${sql} order by all`)).map((found) =>
        Object.values(found),
      );

    expect(
      await read("select source_sequence, status from ingest.tickets where native_id = 'a1'"),
    ).toEqual([
      [1, "assigned"],
      [2, "in_progress"],
      [2, "on_hold"],
    ]);
    expect(
      await read(
        "select source_sequence, status from staging.stg_ticket_observations where native_id = 'a1'",
      ),
    ).toEqual([
      [1, "assigned"],
      [2, "on_hold"],
    ]);
    expect(await read("select native_id, ticket_id from staging.stg_ticket_events")).toEqual([
      ["INC404", "tool/INC404"],
      ["a1", "tool/a1"],
    ]);
    expect(await read("select ticket_id, site_id from marts.fct_tickets")).toEqual([
      ["tool/a1", "paris"],
      ["tool/b2", ""],
    ]);
    expect(
      await read("select source_id, field, value, records from staging.stg_unmapped_values"),
    ).toEqual([["export", "site", "Atlantis", 1]]);
  });
});
