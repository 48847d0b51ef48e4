import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMapping, MISSING_MARKERS, readMapping } from "../../ingest/mapping.ts";
import type { MappingContract } from "../../ingest/mapping-check.ts";
import { ConfigError, parseYaml } from "../../ingest/yaml-file.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/config/incidents.mapping.yaml");

/** A record small enough to see through. */
const contract: MappingContract = {
  records: ["ticket", "change"],
  fieldNames: (record) =>
    ({ ticket: ["native_id", "opened_at", "status", "made_sla"], change: ["native_id"] })[record],
  requiredFields: () => ["native_id"],
  allowedValues: (_record, field) => (field === "status" ? ["new", "on_hold"] : undefined),
};

function faultsOf(text: string): string[] {
  try {
    readMapping(parseYaml("m.yaml", text), contract);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a valid mapping", () => {
  test("gives every field in one shape", async () => {
    const mapping = await loadMapping(FIXTURE);
    expect(mapping).toEqual({
      path: FIXTURE,
      record: "ticket",
      name: "ServiceNow incident log",
      rows: "history",
      dialect: {
        separator: ";",
        quote: '"',
        encoding: null,
        skipLines: null,
        sheet: null,
        member: null,
      },
      missing: ["", "?"],
      lenient: ["due_at"],
      fields: {
        native_id: { columns: ["number"], formats: [] },
        opened_at: { columns: ["opened_at"], formats: ["%d/%m/%Y %H:%M"] },
        due_at: { columns: ["due"], formats: ["%d/%m/%Y %H:%M", "%d/%m/%Y"] },
        type: { columns: [], constant: "incident", formats: [] },
        assignee: { columns: ["assigned_to", "opened_by"], formats: [] },
        status: { columns: ["incident_state"], lookup: "status", else: "new", formats: [] },
      },
      lookups: { status: { New: "new", Active: "in_progress", "Awaiting User Info": "on_hold" } },
    });
  });

  test("fills defaults, and takes numbers and truth as words of lookups", () => {
    const text = `record: ticket
fields: {native_id: id, made_sla: {column: sla, lookup: yes}, status: {column: s, lookup: s}}
lookups: {"yes": {1: true, 0: false}, s: {true: new}}
`;
    expect(readMapping(parseYaml("m.yaml", text), contract)).toMatchObject({
      name: null,
      rows: "snapshot",
      dialect: {
        separator: null,
        quote: null,
        encoding: null,
        skipLines: null,
        sheet: null,
        member: null,
      },
      missing: [...MISSING_MARKERS],
      lenient: [],
      lookups: { yes: { 0: "false", 1: "true" }, s: { true: "new" } },
    });
  });
});

describe("a fault", () => {
  test.each<[string, string, string[]]>([
    [
      "tells a record that is none",
      "record: tikcet\nfields: {native_id: id}\n",
      ["m.yaml:1: record: tikcet; expected one of ticket, change (did you mean ticket?)"],
    ],
    [
      "tells a field that the record has not",
      "record: ticket\nfields:\n  native_id: id\n  opened: o\n  colour: c\n",
      [
        "m.yaml:4: unknown field fields.opened; expected a field of ticket: native_id, opened_at, status, made_sla",
        "m.yaml:5: unknown field fields.colour; expected a field of ticket: native_id, opened_at, status, made_sla",
      ],
    ],
    [
      "tells a required field left out",
      "record: ticket\nfields:\n  opened_at: o\n",
      ["m.yaml:2: fields.native_id missing; expected a column: a ticket needs it"],
    ],
    [
      "tells a lookup that is not defined",
      "record: ticket\nfields:\n  native_id: id\n  status: {column: s, lookup: statuses}\nlookups:\n  status: {New: new}\n",
      [
        "m.yaml:4: fields.status.lookup: statuses; expected the name of a table under lookups (did you mean status?)",
      ],
    ],
    [
      "tells words that the field does not allow",
      `record: ticket
fields:
  native_id: id
  status:
    column: s
    lookup: status
    else: unknown
lookups:
  status:
    New: new
    Waiting: on-hold
`,
      [
        "m.yaml:7: fields.status.else: unknown; expected a value of status: new, on_hold",
        "m.yaml:11: lookups.status.Waiting: on-hold; expected a value of status: new, on_hold (did you mean on_hold?)",
      ],
    ],
    [
      "tells a constant that the field does not allow",
      "record: ticket\nfields:\n  native_id: id\n  status: {constant: open}\n",
      ["m.yaml:4: fields.status.constant: open; expected a value of status: new, on_hold"],
    ],
    [
      "tells words that differ by letter case and lead elsewhere",
      "record: ticket\nfields: {native_id: id, status: {column: s, lookup: s}}\nlookups:\n  s:\n    New: new\n    NEW: on_hold\n    nEW: new\n",
      ["m.yaml:6: lookups.s.NEW: on_hold; expected new as for New: letter case does not count"],
    ],
    [
      "tells fields that say too much or too little",
      `record: ticket
fields:
  native_id: {column: id, constant: 3}
  opened_at: {format: "%d/%m/%Y"}
  status: {column: s, else: new}
  made_sla: {constant: true, lookup: x}
lookups: {x: {}}
`,
      [
        'm.yaml:3: fields.native_id: {"column":"id","constant":3}; expected exactly one of column, position, first and constant',
        'm.yaml:4: fields.opened_at: {"format":"%d/%m/%Y"}; expected exactly one of column, position, first and constant',
        'm.yaml:5: fields.status: {"column":"s","else":"new"}; expected else only beside a lookup',
        'm.yaml:6: fields.made_sla: {"constant":true,"lookup":"x"}; expected a constant without lookup or format',
      ],
    ],
    [
      "tells keys and values of a wrong kind",
      `record: ticket
separator: ";"
dialect: {separator: ";;"}
rows: log
fields:
  native_id: 4
  opened_at: {column: o, format: dd/mm/yyyy, formt: x}
  status: {colum: s}
`,
      [
        "m.yaml:2: unknown key separator; expected one of preset, vocabulary, record, name, rows, dialect, dates, missing, lenient, fields, lookups",
        "m.yaml:3: dialect.separator: ;;; expected one character",
        "m.yaml:4: rows: log; expected one of snapshot, history",
        "m.yaml:6: fields.native_id: 4; expected the name of a column, or {column | position | first | constant, format, decimal, lookup, else}",
        'm.yaml:7: fields.opened_at.format: dd/mm/yyyy; expected a strptime format such as "%d/%m/%Y %H:%M", or epoch_seconds, epoch_milliseconds, excel_days',
        "m.yaml:7: unknown key fields.opened_at.formt; expected one of column, position, first, constant, format, decimal, read, lookup_by, lookup, else (did you mean format?)",
        "m.yaml:8: unknown key fields.status.colum; expected one of column, position, first, constant, format, decimal, read, lookup_by, lookup, else (did you mean column?)",
        'm.yaml:8: fields.status: {"colum":"s"}; expected exactly one of column, position, first and constant',
      ],
    ],
    [
      "tells a lenient field that the record has not",
      "record: ticket\nlenient: [opened_at, opend_at]\nfields: {native_id: id}\n",
      ["m.yaml:2: lenient[1]: opend_at; expected a field of ticket (did you mean opened_at?)"],
    ],
    [
      "tells rows of history of another record than tickets",
      "record: change\nrows: history\nfields: {native_id: id}\n",
      ["m.yaml:2: rows: history; expected snapshot: only tickets have rows of history"],
    ],
    [
      "tells a column mapped twice under one field",
      "record: ticket\nfields:\n  native_id: id\n  native_id: number\n",
      ["m.yaml:4: duplicate key native_id; expected each key once"],
    ],
  ])("%s", (_title, text, expected) => {
    expect(faultsOf(text)).toEqual(expected);
  });
});

describe("the canonical contract", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vigie-mapping-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is what mappings are checked against unless told otherwise", async () => {
    const path = join(folder, "m.yaml");
    const text = (await readFile(FIXTURE, "utf8")).replace("in_progress", "inprogress");
    await writeFile(path, text.replace("  native_id: number\n", ""));
    const error = (await loadMapping(path).catch((cause: unknown) => cause)) as ConfigError;
    expect(error.faults.map(({ line, message }) => `${line}: ${message.split(";")[0]}`)).toEqual([
      "7: fields.native_id missing",
      "14: lookups.status.Active: inprogress",
    ]);
  });
});
