import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableFile } from "../../connectors/connector.ts";
import { type CsvOptions, linesAt, prepareCsv } from "../../connectors/csv.ts";
import { CsvPreflight } from "../../connectors/csv-preflight.ts";

const RUNS = process.env["VIGIE_LONG"] ? 5000 : 200;
/** For tests of many runs; only there to end a test that hangs. */
const MANY_RUNS_MS = 300_000;

let folder: string;
let landingFolder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-csv-"));
  landingFolder = join(folder, "landing");
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
});

afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true });
});

async function prepare(
  content: string | Uint8Array,
  options: { name?: string; dialect?: CsvOptions["dialect"] } = {},
): Promise<TableFile> {
  const path = join(folder, options.name ?? "tickets.csv");
  await writeFile(path, content);
  return prepareCsv(path, { landingFolder, ...(options.dialect && { dialect: options.dialect }) });
}

/** What DuckDB reads of a table file, with the positions of the records it refuses. */
async function readByDuckDb(file: TableFile): Promise<{ rows: unknown[][]; rejects: number[] }> {
  const columns = file.header.map((_, position) => `c${position}: 'varchar'`).join(", ");
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  try {
    const result = await connection.runAndReadAll(
      `select * from read_csv(${quoted(file.path)}, auto_detect = false, header = true, delim = ${quoted(file.separator)},
         quote = ${quoted(file.quote)}, escape = ${quoted(file.quote)}, columns = {${columns}},
         compression = ${file.compressed ? "'gzip'" : "'none'"}, store_rejects = true, rejects_limit = 0)`,
    );
    const rejects = await connection.runAndReadAll(
      "select distinct line_byte_position::integer from reject_errors order by 1",
    );
    return {
      rows: result.getRows(),
      rejects: rejects.getRows().map(([position]) => position as number),
    };
  } finally {
    await connection.run("drop table if exists reject_errors");
    await connection.run("drop table if exists reject_scans");
  }
}

const CONTENT = 'number,title\nINC1,"Panne, réseau"\nINC2,"deux\nlignes"\nINC3,x\n';

describe("a table file", () => {
  test("tells what the file is", async () => {
    const {
      lineOf,
      recordOf,
      sample,
      recover: _recover,
      release: _release,
      ...file
    } = await prepare(CONTENT);
    const sha256 = createHash("sha256").update(CONTENT).digest("hex");
    const path = join(landingFolder, `${sha256}.csv`);
    expect(file).toEqual({
      kind: "table_file",
      path,
      landed: path,
      name: "tickets.csv",
      bytes: Buffer.byteLength(CONTENT),
      sha256,
      compressed: false,
      encoding: "utf-8",
      separator: ",",
      quote: '"',
      header: ["number", "title"],
      records: 3,
      longestRecord: 21,
      skippedLines: 0,
      rejects: null,
      hasByteOrderMark: false,
      lineEnd: "lf",
    });
    expect(sample()[0]).toEqual(["INC1", "Panne, réseau"]);
    expect([1, 2, 3].map(lineOf)).toEqual([2, 3, 5]);
    expect([1, 2, 3, 4, 5, 99].map(recordOf)).toEqual([0, 1, 2, 2, 3, 3]);
  });

  test("is landed once, as it came, with nothing left beside it", async () => {
    const first = await prepare(CONTENT);
    const second = await prepare(CONTENT, { name: "again.csv" });
    expect(second.path).toBe(first.path);
    expect(await readFile(first.path, "utf8")).toBe(CONTENT);
    expect((await readdir(landingFolder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("is the same gzipped, in one member or several", async () => {
    for (const bytes of [
      gzipSync(CONTENT),
      Buffer.concat([gzipSync(CONTENT.slice(0, 20)), gzipSync(CONTENT.slice(20))]),
    ]) {
      const file = await prepare(bytes, { name: "tickets.csv.gz" });
      expect(file).toMatchObject({ compressed: true, records: 3, bytes: bytes.length });
      expect(file.path).toMatch(/\.csv\.gz$/);
      expect((await readByDuckDb(file)).rows).toHaveLength(3);
    }
  });

  test.each([",", ";", "\t", "|"])(
    "detects the separator %j over the header",
    async (separator) => {
      const file = await prepare(`a${separator}"b,;x"${separator}c\n1${separator}2${separator}3\n`);
      expect(file).toMatchObject({ separator, header: ["a", "b,;x", "c"] });
      expect((await readByDuckDb(file)).rows).toEqual([["1", "2", "3"]]);
    },
  );

  test("follows a declared dialect", async () => {
    const file = await prepare("a,b;c\n'1;\n1';2\n", { dialect: { separator: ";", quote: "'" } });
    expect(file).toMatchObject({ header: ["a,b", "c"], records: 1, quote: "'" });
    expect((await readByDuckDb(file)).rows).toEqual([["1;\n1", "2"]]);
  });

  test("takes a byte order mark for none of the header", async () => {
    for (const name of ["bom.csv", "bom.csv.gz"]) {
      const text = "\ufeffnumber,title\nINC1,x\nINC2,y,z\n";
      const file = await prepare(name.endsWith(".gz") ? gzipSync(text) : text, { name });
      expect(file).toMatchObject({
        hasByteOrderMark: true,
        header: ["number", "title"],
        records: 2,
      });
      const { rows, rejects } = await readByDuckDb(file);
      expect(rows).toEqual([["INC1", "x"]]);
      expect(await linesAt(file, rejects)).toEqual([3]);
    }
  });

  test("takes quotes inside names for characters", async () => {
    const file = await prepare('5" disks,8" disks,name "x\n1,2,3\n');
    expect(file.header).toEqual(['5" disks', '8" disks', 'name "x']);
    expect((await readByDuckDb(file)).rows).toEqual([["1", "2", "3"]]);
  });

  test("names empty cells of the header by position", async () => {
    expect((await prepare('a, ,"",d\n1,2,3,4\n')).header).toEqual([
      "a",
      "column_2",
      "column_3",
      "d",
    ]);
  });

  test("counts a last record without line end", async () => {
    expect((await prepare("a,b\n1,2\n3,4")).records).toBe(2);
  });

  test("reads CRLF, and a mix of line ends from a copy with LF, line ends inside quotes kept", async () => {
    expect((await prepare("a,b\r\n1,2\r\n")).lineEnd).toBe("crlf");
    const text = 'a,b\r\n1,"x\r\ny"\n3,4\r\n\r\n5,6';
    const file = await prepare(text);
    expect(file).toMatchObject({ lineEnd: "mixed", records: 3 });
    expect((await readByDuckDb(file)).rows).toEqual([
      ["1", "x\r\ny"],
      ["3", "4"],
      ["5", "6"],
    ]);
    expect([1, 2, 3].map(file.lineOf)).toEqual([2, 4, 6]);
    expect(await readFile(join(landingFolder, `${file.sha256}.csv`), "utf8")).toBe(text);
    const zipped = await prepare(gzipSync(text), { name: "mixed.csv.gz" });
    expect(zipped).toMatchObject({ compressed: false, records: 3 });
    expect((await readByDuckDb(zipped)).rows).toHaveLength(3);
  });

  test("finds the records that DuckDB refuses, blank and multi-line records before them", async () => {
    const file = await prepare('a,b\n\n\n1\n"x\n\ny",2\n3,4,5\n\n6\n7,8\n');
    const { rows, rejects } = await readByDuckDb(file);
    expect(rows).toHaveLength(2);
    const lines = await linesAt(file, rejects.toReversed());
    expect(lines.toReversed()).toEqual([4, 8, 10]);
    expect(lines.toReversed().map(file.recordOf)).toEqual([1, 3, 4]);
  });
});

describe("a file that cannot be read", () => {
  const bytes = (...values: number[]) => Buffer.from(values);
  const zip = bytes(0x50, 0x4b, 3, 4, 20, 0, 6, 0);

  test.each<[string, string | Uint8Array, string]>([
    ["is empty", "", "the file is empty; expected a header and at least one record"],
    [
      "holds a byte order mark alone",
      "\ufeff",
      "the file is empty; expected a header and at least one record",
    ],
    [
      "holds blank lines alone",
      "\r\n\r\n",
      "the file is empty; expected a header and at least one record",
    ],
    [
      "holds a header alone",
      "a,b\n",
      "the file has a header and no record; expected at least one record",
    ],
    [
      "holds a header without line end",
      "a,b",
      "the file has a header and no record; expected at least one record",
    ],
    [
      "is a workbook",
      zip,
      "zip data broken (End of central directory record signature not found. Either not a zip file, or file is truncated.); expected a whole zip file",
    ],
    [
      "is an old workbook",
      bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1),
      "the file is an old Excel workbook (.xls); expected a CSV file or an .xlsx workbook: save it as one of them",
    ],
    [
      "is a web page",
      "\n <!DOCTYPE html><table><tr><td>a",
      "the file is an HTML table saved under another name; expected a CSV file: export it as CSV, or open it in a spreadsheet and save it as CSV UTF-8",
    ],
    [
      "is XML",
      '<?xml version="1.0"?><Workbook/>',
      "the file is XML; expected a CSV file: open it and save it as CSV UTF-8",
    ],
    [
      "is binary",
      Buffer.from([1, 0, 2, 0, 0, 0, 3, 3, 0, 0, 0, 7, 0, 0, 9, 0, 1, 0]),
      "the file is binary; expected a CSV file or an .xlsx workbook",
    ],
  ])("%s", async (_title, content, message) => {
    const error = await prepare(content).catch((cause: unknown) => cause);
    const where = message.startsWith("line ") ? ", " : ": ";
    expect((error as Error).message).toBe(`cannot read tickets.csv${where}${message}`);
    expect((await readdir(landingFolder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("is not there", async () => {
    await expect(prepareCsv(join(folder, "none.csv"), { landingFolder })).rejects.toThrow(
      "cannot read none.csv: no such file; expected a CSV file",
    );
  });

  test("is no gzip in spite of its name", async () => {
    await expect(prepare("a,b\n1,2\n", { name: "t.csv.gz" })).rejects.toThrow(
      "cannot read t.csv.gz: no gzip data; expected a gzip file, or a name without .gz",
    );
  });

  test("is gzip cut short", async () => {
    const cut = gzipSync(CONTENT.repeat(50)).subarray(0, -12);
    await expect(prepare(cut, { name: "t.csv.gz" })).rejects.toThrow(
      /^cannot read t\.csv\.gz: packed data broken \(.*\); expected a whole gzip or zip file$/,
    );
  });

  test("comes with a dialect of more than one byte", async () => {
    await expect(prepare("a§b\n1§2\n", { dialect: { separator: "§" } })).rejects.toThrow(
      'cannot read tickets.csv, dialect: "§"; expected one ASCII character',
    );
  });
});

describe("the count of records", () => {
  const value = fc.oneof(
    fc.constantFrom("", "x", "12", "2026-01-01 08:00", " spaced ", "d'été", "日本 🚑", '5" disk'),
    fc.string({
      unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r\n", "\r", " ", "é", "🚑"),
      maxLength: 8,
    }),
  );
  const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(
        fc.array(fc.tuple(value, fc.boolean()), { minLength: columns, maxLength: columns }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      separator: fc.constantFrom(",", ";", "\t", "|"),
      lineEnd: fc.constantFrom("\n", "\r\n"),
      hasMark: fc.boolean(),
      isClosed: fc.boolean(),
    }),
  );

  type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

  /** RFC 4180: quotes where a value needs them, and elsewhere as it pleases. */
  function write({ columns, rows, separator, lineEnd, hasMark, isClosed }: Table): string {
    const cell = ([text, isQuoted]: [string, boolean]) =>
      isQuoted || /[",;|\t\r\n]/.test(text) || text.startsWith(" ")
        ? `"${text.replaceAll('"', '""')}"`
        : text;
    const header = Array.from({ length: columns }, (_, index) => `h${index}`);
    const lines = [header.join(separator), ...rows.map((row) => row.map(cell).join(separator))];
    // Without it, a lone empty value at the end would be no line at all.
    const end = isClosed || lines.at(-1) === "" ? lineEnd : "";
    return (hasMark ? "\ufeff" : "") + lines.join(lineEnd) + end;
  }

  test(
    "is csv-parse's and DuckDB's for well-formed files, and so are the lines they begin on",
    async () => {
      await fc.assert(
        fc.asyncProperty(table, async (given) => {
          const text = write(given);
          const dialect = given.columns === 1 ? { separator: given.separator } : undefined;
          const file = await prepare(text, dialect && { dialect });
          const parsed = parse(text, {
            bom: true,
            delimiter: given.separator,
            record_delimiter: given.lineEnd,
            from: 2,
            info: true,
          }) as unknown as { record: string[] }[];
          const { rows, rejects } = await readByDuckDb(file);
          expect(rejects).toEqual([]);
          expect(file.records).toBe(given.rows.length);
          expect(parsed).toHaveLength(file.records);
          expect(rows).toHaveLength(file.records);
          let line = 2;
          for (const [index, row] of given.rows.entries()) {
            expect(rows[index]!.map((cell) => cell ?? "")).toEqual(row.map(([cell]) => cell));
            expect(file.lineOf(index + 1)).toBe(line);
            expect(file.recordOf(line)).toBe(index + 1);
            line += 1 + row.reduce((count, [cell]) => count + cell.split("\n").length - 1, 0);
          }
        }),
        { numRuns: RUNS },
      );
    },
    MANY_RUNS_MS,
  );

  test(
    "is what DuckDB reads and refuses, for text of any shape that a value does not go on after its closing quote",
    async () => {
      const body = fc.string({
        unit: fc.constantFrom("a", "b", ",", ",", '"', '"', "\n", "\n", " ", "  ", "é", "\t"),
        minLength: 1,
        maxLength: 16,
      });
      const isJunkAfterQuote = (text: string) => /"\s*[^\s",]/.test(text);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 3 }),
          body,
          fc.boolean(),
          async (columns, text, hasCrlf) => {
            fc.pre(!isJunkAfterQuote(text));
            const header = ["h1", "h2", "h3"].slice(0, columns).join(",");
            const content = `${header}\n${text}`;
            const file = await prepare(hasCrlf ? content.replaceAll("\n", "\r\n") : content, {
              dialect: { separator: ",", skipLines: 0 },
            }).catch((error: Error) => {
              expect(error.message).toMatch(/a header and no record/);
              return undefined;
            });
            if (!file) return;
            const { rows, rejects } = await readByDuckDb(file);
            const aside = file.rejects?.count ?? 0;
            expect(rows.length + rejects.length + aside).toBe(file.records);
            await file.release();
            const refused = (await linesAt(file, rejects)).map(file.recordOf);
            expect(new Set(refused).size).toBe(rejects.length);
          },
        ),
        { numRuns: RUNS },
      );
    },
    MANY_RUNS_MS,
  );

  test.each<[string, string, number]>([
    ["passes over blank lines between several columns", "a,b\n1,2\n\n3,4\n\n\n", 2],
    ["takes a blank line of a single column for an empty value", "a\n1\n\n3\n\n", 4],
    ["takes a lone quoted empty value for a record", 'a,b\n""\n1,2\n', 2],
    ["takes a line of spaces for a record", "a,b\n1,2\n  \n", 2],
    ["opens a quote after one space", 'a,b\n1, "x\ny"\n', 1],
    ["does not open one after two", 'a,b\n1,  "x\ny"\n', 2],
    ["takes a quote inside a value for a character", 'a,b\n1,5" disk\n2,3\n', 2],
    ["passes over spaces after a closing quote", 'a,b\n1,"x"  \n2,3\n', 2],
    [
      "ends a value that goes on after its closing quote at the line's end",
      'a,b\n1,"x"y"z\n2,3\n',
      2,
    ],
  ])("%s, as DuckDB does", async (_title, text, records) => {
    const file = await prepare(text);
    const { rows, rejects } = await readByDuckDb(file);
    expect([file.records, rows.length + rejects.length]).toEqual([records, records]);
  });

  test("differs from DuckDB's after a closing quote with letters beyond ASCII, which row accounting sees", async () => {
    const file = await prepare('h1,h2,h3\n""é,""a"\t\n');
    const { rows, rejects } = await readByDuckDb(file);
    expect(file.records).toBe(1);
    expect(rows.length + rejects.length).not.toBe(file.records);
  });

  test(
    "does not depend on how the bytes are cut into chunks",
    () => {
      fc.assert(
        fc.property(table, fc.integer({ min: 1, max: 7 }), (given, size) => {
          const bytes = Buffer.from(write(given));
          const countBy = (step: number) => {
            const scan = new CsvPreflight("t.csv", {
              quote: '"',
              separator: given.separator,
              columns: given.columns,
            });
            for (let start = 0; start < bytes.length; start += step)
              scan.push(bytes.subarray(start, start + step));
            const { lineIndex, sample: _sample, ...preflight } = scan.end();
            return {
              ...preflight,
              lines: given.rows.map((_, index) => lineIndex.lineOf(index + 1)),
            };
          };
          expect(countBy(size)).toEqual(countBy(bytes.length));
        }),
        { numRuns: RUNS },
      );
    },
    MANY_RUNS_MS,
  );
});
