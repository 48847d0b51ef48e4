import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CsvError } from "../../connectors/csv-error.ts";
import { prepareCsv } from "../../connectors/csv.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { row, rows } from "../../ingest/query.ts";
import { importFile } from "../../ingest/settle.ts";
import { openWarehouse, type Warehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { RECEIVED_AT } from "../project.ts";

const isLong = Boolean(process.env["VIGIE_LONG"]);
const RUNS = isLong ? 25 : 1;
const ROWS = 40;
const MANY_RUNS_MS = 900_000;

const HEADER = "id;titre;ouvert;groupe;note";

/** A good file: plain and quoted values, accents, line ends and separators inside quotes. */
const goodRows = (count = ROWS): string[] =>
  Array.from({ length: count }, (_, at) => {
    const id = `INC${String(at).padStart(5, "0")}`;
    const title =
      at % 3 === 0
        ? `"Panne; étage ${at}"`
        : at % 5 === 0
          ? `"deux\nlignes ""ici"""`
          : `écran noir ${at}`;
    return `${id};${title};2026-01-${String((at % 28) + 1).padStart(2, "0")} 08:00;Support;"n${at}"`;
  });

/** Where and how hard a mutation strikes, from 0 to 1. */
interface Aim {
  at: number;
  size: number;
}

type Mutation = (good: string[], aim: Aim) => string | Uint8Array;

const join2 = (lines: readonly string[], end = "\n"): string =>
  `${[HEADER, ...lines].join(end)}${end}`;
const place = (length: number, at: number): number => Math.min(length - 1, Math.floor(at * length));
const bytesOf = (lines: string[]): Buffer => Buffer.from(join2(lines));

/** Changes one row. */
const oneRow =
  (change: (line: string, aim: Aim) => string): Mutation =>
  (good, aim) =>
    join2(good.with(place(good.length, aim.at), change(good[place(good.length, aim.at)]!, aim)));

/** Puts a line before one row. */
const line =
  (text: (aim: Aim) => string): Mutation =>
  (good, aim) =>
    join2(good.toSpliced(place(good.length, aim.at), 0, text(aim)));

/** Puts bytes anywhere. */
const splice =
  (insert: (aim: Aim) => Uint8Array | string, remove = 0): Mutation =>
  (good, aim) => {
    const bytes = bytesOf(good);
    const at = place(bytes.length, aim.at);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(insert(aim)),
      bytes.subarray(at + remove),
    ]);
  };

const encoded =
  (encoding: string, addBOM = false): Mutation =>
  (good) =>
    iconv.encode(join2(good), encoding, { addBOM });

/** Each turns a good file into one that might come; most names say what went wrong on the way. */
const MUTATIONS: Record<string, Mutation> = {
  nothing: (good) => join2(good),
  "cut anywhere": (good, { at }) =>
    bytesOf(good).subarray(0, Math.floor(at * bytesOf(good).length)),
  "cut at the front": (good, { at }) => bytesOf(good).subarray(Math.floor(at * 200)),
  "a byte lost": splice(() => "", 1),
  "ten bytes lost": splice(() => "", 10),
  "half a kilobyte lost": splice(() => "", 512),
  "a quote put in": splice(() => '"'),
  "two quotes put in": splice(() => '""'),
  "three quotes put in": splice(() => '"""'),
  "a separator put in": splice(() => ";"),
  "a line end put in": splice(() => "\n"),
  "a CR put in": splice(() => "\r"),
  "a CRLF put in": splice(() => "\r\n"),
  "a NUL put in": splice(() => "\0"),
  "a hundred NULs put in": splice(() => "\0".repeat(100)),
  "a NUL in the header": (good) => join2(good).replace(";", ";\0"),
  "an invalid byte put in": splice(() => new Uint8Array([0xff])),
  "a lone surrogate put in": splice(() => new Uint8Array([0xed, 0xa0, 0x80])),
  "an overlong slash put in": splice(() => new Uint8Array([0xc0, 0xaf])),
  "a byte order mark put in": splice(() => "\ufeff"),
  "a backslash and a quote put in": splice(() => '\\"'),
  "a control character put in": splice(() => "\u001a"),
  "random bytes put in": splice(({ size }) =>
    Buffer.from(Array.from({ length: 40 }, (_, at) => Math.floor(size * 7919 * (at + 1)) % 256)),
  ),
  "a byte changed": splice(({ size }) => new Uint8Array([Math.floor(size * 255)]), 1),
  "an opening quote lost": oneRow((text) => text.replace('"', "")),
  "a closing quote lost": oneRow((text) => text.replace(/"$/, "")),
  "all quotes lost": oneRow((text) => text.replaceAll('"', "")),
  "quotes doubled": oneRow((text) => text.replaceAll('"', '""')),
  "quotes tripled": oneRow((text) => text.replaceAll('"', '"""')),
  "a quote opened": oneRow((text) => text.replace(";", ';"')),
  "text after a closing quote": oneRow((text) => `${text}x`),
  "spaces after a closing quote": oneRow((text) => `${text}   `),
  "quotes of another kind": oneRow((text) => text.replaceAll('"', "'")),
  "a column too many": oneRow((text) => `${text};x`),
  "a separator at the end": oneRow((text) => `${text};`),
  "a column lost": oneRow((text) => text.slice(text.indexOf(";") + 1)),
  "columns swapped": oneRow((text) => text.split(";").toReversed().join(";")),
  "a row cut": oneRow((text, { size }) => text.slice(0, Math.floor(size * text.length))),
  "a row without values": oneRow(() => ";;;;"),
  "an empty row": line(() => ""),
  "a row of spaces": line(() => "   "),
  "a row of prose": line(() => "Total : 40 tickets exportés"),
  "the header again": line(() => HEADER),
  "a row twice": (good, { at }) =>
    join2(good.toSpliced(place(good.length, at), 0, good[place(good.length, at)]!)),
  "ten thousand empty lines": line(() => "\n".repeat(10_000)),
  "a cell of a megabyte": oneRow((text) => text.replace("Support", "x".repeat(1_200_000))),
  "a quoted cell of many lines": oneRow((text) =>
    text.replace("Support", `"${"ligne\n".repeat(20_000)}"`),
  ),
  "a row of three thousand columns": line(() => ";".repeat(3000)),
  "a file of three thousand columns": (good) =>
    [
      HEADER + Array.from({ length: 2995 }, (_, at) => `;c${at}`).join(""),
      ...good.map((text) => text + ";".repeat(2995)),
    ].join("\n"),
  "rows shuffled": (good, { at }) =>
    join2([...good.slice(place(good.length, at)), ...good.slice(0, place(good.length, at))]),
  "a title above": (good) => `Rapport des tickets\n\n${join2(good)}`,
  "sep= above": (good) => `sep=;\n${join2(good)}`,
  "a blank line above": (good) => `\n${join2(good)}`,
  "a footer": (good) => `${join2(good)}\nExporté le 01/02/2026\n`,
  "line ends of CRLF": (good) => join2(good, "\r\n"),
  "line ends of CR": (good) => join2(good, "\r"),
  "line ends mixed": (good, { at }) =>
    join2(good.slice(0, place(good.length, at)), "\r\n") +
    `${good.slice(place(good.length, at)).join("\n")}\n`,
  "line ends of all kinds": (good) =>
    [HEADER, ...good].map((text, at) => text + ["\n", "\r\n", "\r"][at % 3]!).join(""),
  "no line end at the end": (good) => join2(good).trimEnd(),
  "a byte order mark": (good) => `\ufeff${join2(good)}`,
  "UTF-16 LE": encoded("utf-16le", true),
  "UTF-16 BE": encoded("utf-16be", true),
  "UTF-16 LE without a mark": encoded("utf-16le"),
  "UTF-32 LE": encoded("utf-32le", true),
  "Windows-1252": encoded("windows-1252"),
  "Latin-9": encoded("iso-8859-15"),
  "Mac Roman": encoded("macintosh"),
  "UTF-16 cut anywhere": (good, aim) => {
    const bytes = iconv.encode(join2(good), "utf-16le", { addBOM: true });
    return bytes.subarray(0, Math.floor(aim.at * bytes.length));
  },
  "a row in another encoding": (good, { at }) => {
    const index = place(good.length, at);
    return Buffer.concat([
      Buffer.from(join2(good.slice(0, index))),
      iconv.encode(`${good[index]!}\n`, "windows-1252"),
      Buffer.from(`${good.slice(index + 1).join("\n")}\n`),
    ]);
  },
  "UTF-8 read as Windows-1252 and written again": (good) =>
    iconv.decode(bytesOf(good), "windows-1252"),
  gzip: (good) => gzipSync(join2(good)),
  "gzip cut anywhere": (good, { at }) => {
    const bytes = gzipSync(join2(good));
    return bytes.subarray(0, Math.floor(at * bytes.length));
  },
  "gzip with a byte changed": (good, { at }) => {
    const bytes = gzipSync(join2(good));
    bytes[place(bytes.length, at)]! ^= 0x55;
    return bytes;
  },
  "separators changed to commas": (good) => join2(good).replaceAll(";", ","),
  "separators changed to tabs": (good) => join2(good).replaceAll(";", "\t"),
  "two files one after the other": (good) => join2(good) + join2(good),
  "bytes backwards": (good) => bytesOf(good).toReversed(),
  "nothing at all": () => "",
  "random bytes alone": (_good, { at, size }) =>
    Buffer.from(
      Array.from(
        { length: 2000 },
        (_, index) => Math.floor((at + size + index) * 7919 * (index + 3)) % 256,
      ),
    ),
  "a formula": oneRow((text) => text.replace("Support", "=cmd|' /C calc'!A0")),
};

/** Only by `npm run test:long`: they take memory and seconds. */
const LARGE: Record<string, Mutation> = {
  "a cell of 50 MB": oneRow((text) => text.replace("Support", "x".repeat(50_000_000))),
  "a line of 80 MB": oneRow((text) => text.replace("Support", "x".repeat(80_000_000))),
  "a million empty lines": line(() => "\n".repeat(1_000_000)),
  "a quote that never closes before 200,000 rows": (_good, { at }) =>
    join2(
      goodRows(200_000).with(Math.floor(at * 1000), 'INC;"jamais fermé;2026-01-01 08:00;Support;n'),
    ),
  "an open quote in every row": () =>
    join2(
      Array.from({ length: 50_000 }, (_, at) => `INC${at};"ouvert ""x;2026-01-01 08:00;Support;n`),
    ),
};

const mapping = readMapping(
  parseYaml(
    "m.yaml",
    "{record: ticket, fields: {native_id: id, title: titre, opened_at: ouvert, assignment_group: groupe, resolution_code: note}}",
  ),
);
const source = { id: "source", instance: "tool", zone: "UTC" };

let folder: string;
let warehouse: Warehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-mutation-"));
  warehouse = await openWarehouse(":memory:", { memoryLimit: "1500MB" });
});

afterAll(async () => {
  warehouse[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

/** Imports bytes; gives where each record went, or the message of the refusal. */
async function take(bytes: string | Uint8Array) {
  const { connection } = warehouse;
  for (const table of ["tickets", "quarantine", "imports"])
    await connection.run(`delete from ingest.${table}`);
  const path = join(folder, "t.csv");
  const landingFolder = join(folder, "landing");
  await writeFile(path, bytes);
  try {
    const file = await prepareCsv(path, { landingFolder });
    try {
      return await importFile(connection, file, source, mapping, {
        receivedAt: RECEIVED_AT,
        keepsPeople: false,
      });
    } finally {
      await file.release();
    }
  } catch (error) {
    // A refusal says so in one line of ours; anything else is a defect.
    const { message } = error as Error;
    if (!(error instanceof CsvError) && !/^cannot (import|read|account)/.test(message)) throw error;
    const { left } = await row<{ left: number }>(
      connection,
      "select (select count(*) from ingest.tickets) + (select count(*) from ingest.quarantine) + (select count(*) from ingest.imports) as left",
    );
    expect(left, message).toBe(0);
    return message;
  } finally {
    const copies = (await readdir(landingFolder).catch(() => [])).filter(
      (name) => !/^[0-9a-f]{64}\./.test(name),
    );
    expect(copies).toEqual([]);
  }
}

/** Whole good rows that the file still holds and that are neither tickets nor shown in the quarantine. */
async function lostRows(
  bytes: string | Uint8Array,
  result: Awaited<ReturnType<typeof take>>,
): Promise<string[]> {
  if (typeof result === "string") return [];
  if (result.accepted + result.quarantined !== result.records) return ["the count does not add up"];
  const { connection } = warehouse;
  const tickets = new Set(
    (await rows<{ id: string }>(connection, "select native_id as id from ingest.tickets")).map(
      ({ id }) => id,
    ),
  );
  const aside = await rows<{ raw: string | null }>(
    connection,
    "select distinct raw from ingest.quarantine",
  );
  const shown = aside.map(({ raw }) => raw ?? "").join("\n");
  const text = Buffer.from(bytes).toString("latin1");
  return goodRows().filter((good) => {
    const isThere = text.includes(`\n${Buffer.from(good).toString("latin1")}\n`);
    const id = good.slice(0, good.indexOf(";"));
    return isThere && !tickets.has(id) && !shown.includes(id);
  });
}

describe("a mutated file", () => {
  test.each(Object.entries(MUTATIONS))(
    "with %s is taken, set aside or refused, nothing lost",
    async (_name, mutate) => {
      const aim = fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        size: fc.double({ min: 0, max: 1, noNaN: true }),
      });
      await fc.assert(
        fc.asyncProperty(aim, async (given) => {
          const bytes = mutate(goodRows(), given);
          expect(await lostRows(bytes, await take(bytes))).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    MANY_RUNS_MS,
  );

  test("has more than sixty ways to be one", () => {
    expect(Object.keys(MUTATIONS).length).toBeGreaterThan(60);
  });

  test("with one quote that never closes loses that row alone", async () => {
    const good = goodRows(5000);
    const bytes = join2(good.with(17, 'INC00017;"jamais fermé;2026-01-01 08:00;Support;n'));
    const result = await take(bytes);
    expect(result).toMatchObject({ records: 5000, accepted: 4999, quarantined: 1 });
    const aside = await rows(
      warehouse.connection,
      "select line, reason, raw from ingest.quarantine",
    );
    expect(aside).toEqual([
      { line: 21, reason: "bad_quotes", raw: 'INC00017;"jamais fermé;2026-01-01 08:00;Support;n' },
    ]);
  });

  test.runIf(isLong).each(Object.entries(LARGE))(
    "with %s is taken, set aside or refused in bounded memory",
    async (_name, mutate) => {
      const bytes = mutate(goodRows(), { at: 0.4, size: 0.5 });
      expect(await lostRows(bytes, await take(bytes))).toEqual([]);
      expect(process.memoryUsage().rss).toBeLessThan(2.5e9);
    },
    MANY_RUNS_MS,
  );
});
