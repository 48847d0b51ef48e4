import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { TableFile } from "./connector.ts";
import { CsvError, refuseOtherFormats } from "./csv-error.ts";
import { CsvPreflight } from "./csv-preflight.ts";
import type { Preflight } from "./csv-preflight.ts";

const CHUNK_BYTES = 1_048_576;

export interface CsvOptions {
  /** How the file is written; the separator is detected over the header unless given, the quote is `"` unless given. */
  dialect?: { separator?: string | null; quote?: string | null };
  /** Folder of the landing store; made when it does not exist. */
  landingFolder: string;
}

/**
 * Reads a CSV file once, as it came (gunzipped when its bytes say gzip): checks it, counts its records and keeps a copy
 * under its SHA-256 in the landing store. Memory stays bounded whatever the size.
 *
 * @throws CsvError when the file is no readable CSV in UTF-8; nothing is kept then.
 */
export async function prepareCsv(path: string, options: CsvOptions): Promise<TableFile> {
  const name = basename(path);
  const quote = oneByte(name, options.dialect?.quote) ?? '"';
  const separator = oneByte(name, options.dialect?.separator);
  const scan = new CsvPreflight(name, separator === undefined ? { quote } : { quote, separator });
  const compressed = await isGzip(path, name);
  await mkdir(options.landingFolder, { recursive: true });
  const incoming = join(options.landingFolder, `incoming-${randomUUID()}.tmp`);
  try {
    const { sha256, bytes } = await copy(path, incoming, compressed, scan);
    const { preflight } = scan.end();
    const header = parseHeader(name, preflight, quote);
    const suffix = compressed ? ".csv.gz" : ".csv";
    const landed = join(options.landingFolder, sha256 + suffix);
    if (!(await exists(landed))) await rename(incoming, landed);
    const isMixed = preflight.lineEnd === "mixed";
    return {
      kind: "table_file",
      path: isMixed
        ? await withLineFeeds(landed, { compressed, name, quote, separator: preflight.separator })
        : landed,
      name,
      bytes,
      sha256,
      compressed: compressed && !isMixed,
      separator: preflight.separator,
      quote,
      header,
      records: preflight.records,
      lineOf: (record) => preflight.lineIndex.lineOf(record),
      recordOf: (line) => preflight.lineIndex.recordOf(line, preflight.records),
      hasByteOrderMark: preflight.hasByteOrderMark,
      lineEnd: preflight.lineEnd,
    };
  } finally {
    await rm(incoming, { force: true });
  }
}

/**
 * Physical lines of byte positions in a table file, in the order given. Positions count from 1 in the gunzipped file,
 * as DuckDB's `reject_errors.line_byte_position` does; blank lines at a position are passed over, since DuckDB points
 * at them instead of at the record after them.
 */
export async function linesAt(
  file: Pick<TableFile, "path" | "compressed">,
  positions: readonly number[],
): Promise<number[]> {
  const lines = positions.map(() => 1);
  const order = [...positions.keys()].toSorted((a, b) => positions[a]! - positions[b]!);
  if (order.length === 0) return lines;
  let next = 0;
  let line = 1;
  let offset = 0;
  await readBytes(file.path, file.compressed, (chunk) => {
    let index = 0;
    while (next < order.length) {
      const target = positions[order[next]!]! - 1 - offset;
      for (
        let end = chunk.indexOf(10, index);
        end >= 0 && end < target;
        end = chunk.indexOf(10, index)
      ) {
        line += 1;
        index = end + 1;
      }
      if (target >= chunk.length) break;
      let at = Math.max(index, target);
      for (; chunk[at] === 10 || chunk[at] === 13; at++) {
        if (chunk[at] === 10) {
          line += 1;
          index = at + 1;
        }
      }
      if (at >= chunk.length) break;
      lines[order[next]!] = line;
      next += 1;
    }
    offset += chunk.length;
  });
  for (; next < order.length; next++) lines[order[next]!] = line;
  return lines;
}

async function copy(path: string, target: string, compressed: boolean, scan: CsvPreflight) {
  const name = basename(path);
  const hash = createHash("sha256");
  let bytes = 0;
  let head: Buffer | undefined = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 4096) return;
      refuseOtherFormats(name, head);
      scan.push(head);
      head = undefined;
    } else scan.push(chunk);
  };
  const handle = await open(target, "wx");
  try {
    await readBytes(path, compressed, take, async (chunk) => {
      const written = writeAll(handle, chunk);
      hash.update(chunk);
      bytes += chunk.length;
      await written;
    });
    // A source may be gone tomorrow: its copy must outlive a power cut before an import refers to it.
    await handle.datasync();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith("Z_") !== true) throw cause;
    throw new CsvError(
      name,
      "",
      `gzip data broken (${(cause as Error).message})`,
      "a whole gzip file",
    );
  } finally {
    await handle.close();
  }
  if (head) {
    refuseOtherFormats(name, head);
    scan.push(head);
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
}

/** Hands over a file's bytes, gunzipped when compressed, and before that the bytes as they are to `tap`. */
async function readBytes(
  path: string,
  compressed: boolean,
  take: (chunk: Buffer) => void | Promise<void>,
  tap?: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  async function* tapped(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const taken = tap?.(chunk);
      try {
        yield chunk;
      } finally {
        await taken;
      }
    }
  }
  const sink = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await take(chunk);
  };
  if (compressed) await pipeline(source, tapped, createGunzip({ chunkSize: CHUNK_BYTES }), sink);
  else await sink(tapped(source));
}

/** A copy with LF ends beside the landed file, for DuckDB, which refuses a file whose lines end in two ways. */
async function withLineFeeds(
  landed: string,
  file: { compressed: boolean; name: string; quote: string; separator: string },
): Promise<string> {
  const target = landed.replace(/\.csv(\.gz)?$/, ".lf.csv");
  if (await exists(target)) return target;
  const incoming = `${target}.${randomUUID()}.tmp`;
  const scan = new CsvPreflight(file.name, { ...file, keepsCarriageReturns: true });
  const output = createWriteStream(incoming);
  try {
    async function* normalised(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield withoutBytes(scan.push(chunk), scan.carriageReturns!);
      yield withoutBytes(scan.end().rest, scan.carriageReturns!);
    }
    const source = createReadStream(landed, { highWaterMark: CHUNK_BYTES });
    if (file.compressed) await pipeline(source, createGunzip(), normalised, output);
    else await pipeline(source, normalised, output);
    await rename(incoming, target);
  } finally {
    await rm(incoming, { force: true });
  }
  return target;
}

function withoutBytes(bytes: Uint8Array, offsets: readonly number[]): Buffer {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const offset of offsets) {
    parts.push(bytes.subarray(start, offset));
    start = offset + 1;
  }
  return Buffer.concat([...parts, bytes.subarray(start)]);
}

function parseHeader(name: string, preflight: Preflight, quote: string): string[] {
  const [cells = []] = parse(preflight.header, {
    delimiter: preflight.separator,
    quote,
    escape: quote,
    trim: preflight.separator !== "\t",
    relax_quotes: true,
    skip_empty_lines: false,
  });
  const header = cells.map((cell, index) => cell.trim() || `column_${index + 1}`);
  const seen = new Map<string, number>();
  for (const [index, cell] of header.entries()) {
    // DuckDB does not tell names apart by letter case.
    const first = seen.get(cell.toLowerCase());
    if (first !== undefined) {
      const found = `column "${cell}" twice, at positions ${first + 1} and ${index + 1}`;
      throw new CsvError(name, "line 1", found, "each column name once, letter case aside");
    }
    seen.set(cell.toLowerCase(), index);
  }
  return header;
}

function oneByte(name: string, character: string | null | undefined): string | undefined {
  if (character === null || character === undefined) return undefined;
  if (/^[\t\x20-\x7e]$/.test(character)) return character;
  throw new CsvError(name, "dialect", JSON.stringify(character), "one ASCII character");
}

async function isGzip(path: string, name: string): Promise<boolean> {
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    throw new CsvError(name, "", "no such file", "a CSV file");
  });
  try {
    if (!(await handle.stat()).isFile()) throw new CsvError(name, "", "not a file", "a CSV file");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const isCompressed = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    if (!isCompressed && name.endsWith(".gz") && bytesRead > 0) {
      throw new CsvError(name, "", "no gzip data", "a gzip file, or a name without .gz");
    }
    return isCompressed;
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
