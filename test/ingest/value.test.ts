import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareCsv } from "../../connectors/csv.ts";
import { importFile } from "../../ingest/settle.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { temporaryFolder } from "../project.ts";

/** What one field of a kind of record becomes, for the texts of a column; null where the record is not taken. */
async function read(
  field: string,
  texts: readonly string[],
  options: { record?: string; as?: string; fields?: string; zone?: string } = {},
): Promise<unknown[]> {
  await using folder = await temporaryFolder();
  using warehouse = await openWarehouse(":memory:");
  const { connection } = warehouse;
  await connection.run("set variable pseudonym_key = 'key'");
  const path = join(folder.path, "t.csv");
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await writeFile(
    path,
    `id;opened;v\n${texts.map((text, at) => `${at};2026-01-05;${cell(text)}`).join("\n")}\n`,
  );
  const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
  const record = options.record ?? "ticket";
  const opened = record === "ticket" && field !== "opened_at" ? "opened_at: opened," : "";
  const id = field === "native_id" ? "" : "native_id: id,";
  const mapping = readMapping(
    parseYaml(
      "m.yaml",
      `{record: ${record}, fields: {${id} ${opened} ${options.fields ?? ""} ${field}: ${options.as ?? "v"}}}`,
    ),
  );
  await importFile(
    connection,
    file,
    { id: "s", instance: "s", zone: options.zone ?? "UTC" },
    mapping,
    {
      receivedAt: "2027-01-01 00:00:00",
      keepsPeople: true,
    },
  );
  await file.release();
  const found = await rows<{ record: number; value: unknown }>(
    connection,
    `select record_number as record, ${field}::varchar as value from ingest.${record === "ticket" ? "tickets" : `${record}s`}`,
  );
  return texts.map((_, at) => found.find((row) => row.record === at + 1)?.value ?? null);
}

describe("an instant", () => {
  test.each<[string, string[], string[]]>([
    [
      "day first, unpadded",
      ["3/4/2026", "25/12/2026 9:05"],
      ["2026-04-03 00:00:00", "2026-12-25 09:05:00"],
    ],
    [
      "month first with AM and PM",
      ["1/2/26 3:04 PM", "12/25/26 12:05 AM"],
      ["2026-01-02 15:04:00", "2026-12-25 00:05:00"],
    ],
    [
      "as Jira writes it",
      ["25/Feb/26 10:17 PM", "01/Mar/26 9:00 AM"],
      ["2026-02-25 22:17:00", "2026-03-01 09:00:00"],
    ],
    [
      "with months in French",
      ["3 mars 2026 à 14:05", "1 août 2026 à 08:00", "14 févr. 2026 à 9:00"],
      ["2026-03-03 14:05:00", "2026-08-01 08:00:00", "2026-02-14 09:00:00"],
    ],
    [
      "with weekday and month in French",
      ["lundi 2 février 2026 14:05:06"],
      ["2026-02-02 14:05:06"],
    ],
    ["with the month first in English", ["March 3, 2026 10:00 AM"], ["2026-03-03 10:00:00"]],
    [
      "ISO with offset",
      ["2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05Z"],
      ["2026-01-02 02:04:05", "2026-01-02 03:04:05"],
    ],
    ["in seconds since 1970", ["1767225600"], ["2026-01-01 00:00:00"]],
    ["in milliseconds since 1970", ["1767225600999"], ["2026-01-01 00:00:00"]],
    [
      "in days of a spreadsheet",
      ["46115.59375", "46115,5"],
      ["2026-04-03 14:15:00", "2026-04-03 12:00:00"],
    ],
    ["year first with slashes", ["2026/01/02 03:04"], ["2026-01-02 03:04:00"]],
    ["with points and a French hour", ["31.01.2026 12h30"], ["2026-01-31 12:30:00"]],
    ["in one run of digits", ["20260102030405"], ["2026-01-02 03:04:05"]],
    ["of a mail", ["Mon, 02 Mar 2026 10:00:00 +0100"], ["2026-03-02 09:00:00"]],
  ])("%s is detected", async (_title, texts, instants) => {
    expect(await read("opened_at", texts)).toEqual(instants);
  });

  test("is day first or month first by the whole column, however late it tells", async () => {
    const texts = Array.from({ length: 3000 }, (_, at) => `0${(at % 9) + 1}/02/2026`);
    expect((await read("opened_at", [...texts, "13/02/2026"]))[0]).toBe("2026-02-01 00:00:00");
    expect((await read("opened_at", [...texts, "02/13/2026"]))[0]).toBe("2026-01-02 00:00:00");
  });

  test("of a column that leaves it open asks, with the lines to add", async () => {
    await expect(read("opened_at", ["03/04/2026 10:00", "05/06/2026 11:00"])).rejects.toThrow(
      'cannot read column "v" of t.csv: 03/04/2026 10:00, 05/06/2026 11:00: day and month cannot be told apart; expected in the mapping, fields: opened_at: { column: "v", format: "%d/%m/%Y %H:%M" } or format: "%m/%d/%Y %H:%M"',
    );
    const as = '{ column: v, format: "%m/%d/%Y %H:%M" }';
    expect(await read("opened_at", ["03/04/2026 10:00"], { as })).toEqual(["2026-03-04 10:00:00"]);
    await expect(read("opened_at", ["13/04/2026", "05/16/2026", "01/01/2026"])).rejects.toThrow(
      "1 values can only begin with the day and 1 only with the month",
    );
  });

  test("is local to its zone in a detected form too", async () => {
    expect(await read("opened_at", ["25/07/2026 10:00"], { zone: "Europe/Paris" })).toEqual([
      "2026-07-25 08:00:00",
    ]);
  });
});

describe("a duration", () => {
  test("is read in all its forms, in seconds", async () => {
    const texts = [
      "90",
      "1970-01-02 09:46:18",
      "1 jours 3 heures",
      "01:20",
      "2d 4h",
      "1h30m",
      "PT1H30M",
      "1 Day 2 Hours 5 Minutes",
      "100:00:01",
      "soon",
      "-01:20",
      "2 semaines",
    ];
    expect(await read("paused_seconds", texts)).toEqual(
      [90, 121_578, 97_200, 4800, 187_200, 5400, 5400, 93_900, 360_001, null, null, 1_209_600].map(
        (value) => (value === null ? null : String(value)),
      ),
    );
  });
});

describe("a number", () => {
  const cost = (texts: string[], as?: string) =>
    read("cost", texts, { record: "asset", ...(as && { as }) });

  test("has decimals and thousands of every kind, as the whole column shows", async () => {
    expect(await cost(["1 234,50", "1\u00a0234,5", "1\u202f234", "12,75", "1.234,50"])).toEqual([
      "1234.5000",
      "1234.5000",
      "1234.0000",
      "12.7500",
      "1234.5000",
    ]);
    expect(await cost(["1,234.50", "12.75", "1'234.5", "1,234"])).toEqual([
      "1234.5000",
      "12.7500",
      "1234.5000",
      "1234.0000",
    ]);
  });

  test("that may have thousands or decimals asks", async () => {
    await expect(cost(["1,234", "5,678"])).rejects.toThrow(
      'cannot read column "v" of t.csv: 1,234, 5,678 may be thousands or decimals; expected in the mapping, fields: cost: { column: "v", decimal: "," } or decimal: "."',
    );
    expect(await cost(["1,234"], '{column: v, decimal: ","}')).toEqual(["1.2340"]);
  });

  test("that is whole takes thousands and decimals of zero", async () => {
    expect(await read("reopen_count", ["1 234", "1,234", "3", "2,5"])).toEqual([
      "1234",
      null,
      "3",
      null,
    ]);
    expect(await read("reopen_count", ["1,234", "3", "4.0"])).toEqual(["1234", "3", "4"]);
  });
});

describe("a cell", () => {
  test("says true or false in several languages", async () => {
    const texts = ["Oui", "non", "Sí", "Não", "ja", "VRAI", "no", "1"];
    expect(await read("made_sla", texts)).toEqual([
      "true",
      "false",
      "true",
      "false",
      "true",
      "true",
      "false",
      "true",
    ]);
  });

  test("with a marker of no value is missing", async () => {
    expect(await read("title", ["?", "NULL", "N/A", "#N/B", "-", " - ", "a - b"])).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      "a - b",
    ]);
  });

  test("loses its HTML and nothing else", async () => {
    expect(
      await read("title", [
        "<p>Panne<br>r&eacute;seau&nbsp;A&amp;B</p>",
        "a < b and c > d",
        "x <y@z.fr> & co",
        '<div class="x">un</div><div>deux</div>',
      ]),
    ).toEqual(["Panne\nréseau A&B", "a < b and c > d", "x <y@z.fr> & co", "un\ndeux"]);
  });

  test("with several persons is the first one's", async () => {
    const [one, ...others] = await read("requester", [
      "Dupont, Jean",
      "Dupont, Jean<br>Durand, Paul",
      "Dupont, Jean\nX",
      "Dupont, Jean; X",
    ]);
    expect(others).toEqual([one, one, one]);
  });

  test("with a key parted by blanks is the key", async () => {
    expect(await read("native_id", ["12 345", "1\u00a0234\u00a0567", "INC 12"])).toEqual([
      "12345",
      "1234567",
      "INC 12",
    ]);
  });
});
