import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableFile } from "../../connectors/connector.ts";
import { type CsvDialect, prepareCsv } from "../../connectors/csv.ts";

let folder: string;
let landingFolder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-dialect-"));
  landingFolder = join(folder, "landing");
});

afterAll(() => rm(folder, { recursive: true }));

async function prepare(content: string | Uint8Array, dialect: CsvDialect = {}, name = "t.csv") {
  const path = join(folder, name);
  await writeFile(path, content);
  return prepareCsv(path, { landingFolder, dialect });
}

/** The records that a table file holds, as csv-parse reads them. */
async function valuesOf(file: TableFile): Promise<string[][]> {
  const bytes = await readFile(file.path);
  const text = (file.compressed ? gunzipSync(bytes) : bytes).toString("utf8");
  const rows = parse(text, {
    delimiter: file.separator,
    quote: file.quote,
    bom: true,
    from: 2,
    skip_empty_lines: true,
  });
  await file.release();
  return rows;
}

/** A zip of members, deflated. */
function zipOf(members: Record<string, Uint8Array>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([
        Buffer.from("PK\u0001\u0002"),
        Buffer.from([20, 0]),
        common,
        rest,
        Buffer.from(name),
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\u0005\u0006"), end]);
}

const HEADER = ["Numéro", "Titre", "Créé le"];
const ROWS = [
  ["INC1", "Problème réseau à l'étage, déjà vu", "03/04/2026"],
  ["INC2", "Écran bloqué; naïf\nété Noël", "04/04/2026"],
  ["INC3", "Cœur de réseau éteint, œuvre", "05/04/2026"],
];
const csv = (separator = ";", lineEnd = "\n") =>
  [HEADER, ...ROWS]
    .map((row) => row.map((cell) => (/[;,\n|\t]/.test(cell) ? `"${cell}"` : cell)).join(separator))
    .join(lineEnd) + lineEnd;

describe("an encoding", () => {
  test.each([
    "utf-8",
    "utf-16le",
    "utf-16be",
    "utf-32le",
    "utf-32be",
    "windows-1252",
    "iso-8859-15",
  ])("of %s is detected, with a byte order mark or without", async (encoding) => {
    for (const addBOM of encoding.startsWith("utf") ? [true, false] : [false]) {
      const file = await prepare(iconv.encode(csv(), encoding, { addBOM }));
      expect([file.encoding, file.header, file.records]).toEqual([encoding, HEADER, 3]);
      expect(await valuesOf(file)).toEqual(ROWS);
    }
  });

  test.each(["macintosh", "cp850"])("of %s is detected", async (encoding) => {
    const file = await prepare(iconv.encode(csv().replaceAll("œ", "oe"), encoding));
    expect([file.encoding, file.header]).toEqual([encoding, HEADER]);
    await file.release();
  });

  test("can be declared", async () => {
    const file = await prepare(Buffer.from([...Buffer.from("a;b\n1;"), 0xa4, 10]), {
      encoding: "iso-8859-15",
    });
    expect(await valuesOf(file)).toEqual([["1", "€"]]);
  });

  test("is found where the first accent comes after megabytes of ASCII", async () => {
    const text = `id;titre\n${"INC;sans accent\n".repeat(100_000)}FIN;é très tôt\n`;
    const file = await prepare(iconv.encode(text, "windows-1252"));
    expect([file.encoding, file.records]).toEqual(["windows-1252", 100_001]);
    expect((await valuesOf(file)).at(-1)).toEqual(["FIN", "é très tôt"]);
  });

  test("that one record breaks costs that record", async () => {
    const bytes = Buffer.concat([
      Buffer.from(csv()),
      Buffer.from([0x58, 0x3b, 0xe9, 0x3b, 0x78, 10]),
    ]);
    const file = await prepare(bytes);
    expect([file.encoding, file.records, file.rejects?.count]).toEqual(["utf-8", 4, 1]);
    expect(await valuesOf(file)).toEqual(ROWS);
  });
});

describe("a dialect", () => {
  test.each([",", ";", "\t", "|", "^", "~"])(
    "with %j between values is detected",
    async (separator) => {
      expect(await valuesOf(await prepare(csv(separator)))).toEqual(ROWS);
    },
  );

  test.each<[string, string]>([
    ["CRLF", "\r\n"],
    ["CR alone", "\r"],
  ])("with %s at line ends is read", async (_name, lineEnd) => {
    expect(await valuesOf(await prepare(csv(";", lineEnd)))).toEqual(ROWS);
  });

  test("with line ends of all kinds is read", async () => {
    const file = await prepare('a,b\r\n1,2\n3,4\r5,"x\r\ny"\r\n');
    expect(file.records).toBe(3);
    expect(await valuesOf(file)).toEqual([
      ["1", "2"],
      ["3", "4"],
      ["5", "x\r\ny"],
    ]);
  });

  test("named by a first line sep=; is followed, and lines count from the file's first", async () => {
    for (const first of ["sep=;\n", "SEP=;\r\n", '"sep=;"\n']) {
      const file = await prepare(`${first}a,1;b,1;c,1\n1;2;3\n4;5;6\n`);
      expect([file.header, file.records, file.lineOf(2)]).toEqual([["a,1", "b,1", "c,1"], 2, 4]);
      expect(await valuesOf(file)).toEqual([
        ["1", "2", "3"],
        ["4", "5", "6"],
      ]);
    }
  });

  test("below a title and blank lines begins at its header", async () => {
    const file = await prepare(
      `Rapport des incidents\nÉdité le 03/04/2026; service informatique\n\n${csv()}`,
    );
    expect([file.header, file.records, file.lineOf(1)]).toEqual([HEADER, 3, 5]);
    expect(await valuesOf(file)).toEqual(ROWS);
  });

  test("with separators that trail in the header, in the records or in both is read", async () => {
    expect((await prepare("a;b;c;\n1;2;3\n4;5;6\n")).header).toEqual(["a", "b", "c"]);
    expect((await prepare("a;b;c\n1;2;3;\n4;5;6;\n")).header).toEqual(["a", "b", "c", "column_4"]);
    expect((await prepare("a;b;c;\n1;2;3;\n")).header).toEqual(["a", "b", "c", "column_4"]);
    // One value too many in every record is none of them.
    expect((await prepare("a;b;c\n1;2;3;4\n4;5;6;7\n")).header).toEqual(["a", "b", "c"]);
  });

  test("with a name that comes again numbers its columns", async () => {
    expect((await prepare("Titre,b,titre,Titre\n1,2,3,4\n")).header).toEqual([
      "Titre",
      "b",
      "titre#2",
      "Titre#3",
    ]);
  });

  test("of one column is no other", async () => {
    expect((await prepare("id\n1\n2\n")).header).toEqual(["id"]);
  });
});

describe("a packed file", () => {
  test("is read from a zip with one table, or the one named", async () => {
    const one = zipOf({ "lisez-moi.md": Buffer.from("x"), "export/t.csv": Buffer.from(csv()) });
    expect(await valuesOf(await prepare(one, {}, "t.zip"))).toEqual(ROWS);
    const two = zipOf({
      "a.csv": Buffer.from("a,b\n1,2\n"),
      "b.csv": iconv.encode(csv(), "utf-16le", { addBOM: true }),
    });
    await expect(prepare(two, {}, "t.zip")).rejects.toThrow(
      "cannot read t.zip: several files (a.csv, b.csv); expected one CSV file, or its name as `member` in the dialect of the mapping",
    );
    expect(await valuesOf(await prepare(two, { member: "b.csv" }, "t.zip"))).toEqual(ROWS);
  });

  test("that unpacks to a bomb is refused, and nothing is left of it", async () => {
    const bytes = Buffer.concat([Buffer.from("a,b\n"), Buffer.alloc(80_000_000, "1,2\n")]);
    const before = await readdir(landingFolder);
    for (const [name, packed] of [
      ["b.csv.gz", gzipSync(bytes)],
      ["b.zip", zipOf({ "b.csv": bytes })],
    ] as const) {
      await expect(prepare(packed, {}, name)).rejects.toThrow(
        /unpacks to more than 200 times its size \(a bomb\)/,
      );
    }
    expect(
      (await readdir(landingFolder)).filter(
        (name) => !before.includes(name) && !/^[0-9a-f]{64}\./.test(name),
      ),
    ).toEqual([]);
  });

  test.each<[string, string]>([
    ["an HTML table", "<html><table><tr><td>a</td></tr></table></html>"],
    [
      "UTF-16 HTML",
      iconv.encode("<table><tr><td>a", "utf-16le", { addBOM: true }).toString("latin1"),
    ],
  ])("that is %s is named for what it is", async (_title, text) => {
    await expect(prepare(Buffer.from(text, "latin1"), {}, "t.xls")).rejects.toThrow(
      "cannot read t.xls: the file is an HTML table saved under another name",
    );
  });
});

describe("a workbook", () => {
  const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

  function workbook(is1904: boolean): Buffer {
    const cell = (reference: string, text: string) =>
      `<c r="${reference}" t="inlineStr"><is><t>${text}</t></is></c>`;
    const sheet = (title: string, day: string) =>
      `${XML}<worksheet ${MAIN}><sheetData><row r="1">${cell("A1", "Numéro")}${cell("B1", "Créé le")}${cell("C1", title)}</row><row r="3">${cell("A3", "INC1")}<c r="B3" s="1"><v>${day}</v></c><c r="C3"><v>12.5</v></c></row></sheetData></worksheet>`;
    const files = {
      "[Content_Types].xml": `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
      "_rels/.rels": `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
      "xl/workbook.xml": `${XML}<workbook ${MAIN} xmlns:r="${RELS}"><workbookPr${is1904 ? ' date1904="1"' : ""}/><sheets><sheet name="Tickets" sheetId="1" r:id="rId1"/><sheet name="Autres" sheetId="2" r:id="rId2"/></sheets></workbook>`,
      "xl/_rels/workbook.xml.rels": `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELS}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${RELS}/styles" Target="styles.xml"/></Relationships>`,
      "xl/styles.xml": `${XML}<styleSheet ${MAIN}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>`,
      "xl/worksheets/sheet1.xml": sheet("Durée", is1904 ? "44653.59375" : "46115.59375"),
      "xl/worksheets/sheet2.xml": sheet("Autre", "46115"),
    };
    return zipOf(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    );
  }

  test("is read by its first sheet or the one named, days as instants by its own calendar, rows by their numbers", async () => {
    for (const is1904 of [false, true]) {
      const file = await prepare(workbook(is1904), {}, "t.xlsx");
      expect([file.header, file.lineOf(1)]).toEqual([["Numéro", "Créé le", "Durée"], 3]);
      expect(await valuesOf(file)).toEqual([["INC1", "2026-04-03 14:15:00", "12.5"]]);
    }
    const other = await prepare(workbook(false), { sheet: "Autres" }, "t.xlsx");
    expect(await valuesOf(other)).toEqual([["INC1", "2026-04-03", "12.5"]]);
    await expect(prepare(workbook(false), { sheet: "x" }, "t.xlsx")).rejects.toThrow(
      'cannot read t.xlsx: no sheet "x"; expected one of "Tickets", "Autres"',
    );
  });
});
