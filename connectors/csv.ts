import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TableFile } from "./connector.ts";
import {
  type ContainerKind,
  containerOf,
  isWorkbook,
  listMembers,
  readContent,
} from "./container.ts";
import { CsvError, refuseOtherFormats } from "./csv-error.ts";
import { CsvPreflight, type Preflight } from "./csv-preflight.ts";
import { recoverCsv } from "./csv-recovery.ts";
import { type Dialect, detectDialect, nameColumns, parseRecords } from "./dialect.ts";
import { detectEncoding, type Encoding, EncodingEvidence, Transcoder } from "./encoding.ts";
import { writeSheet } from "./workbook.ts";

const CHUNK_BYTES = 1_048_576;
/** As much of a file as its encoding and dialect are told from. */
const HEAD_BYTES = 1_048_576;
const HEAD_CHARACTERS = 262_144;

/** How a file is written; what is null or left out is detected. */
export interface CsvDialect {
  separator?: string | null;
  quote?: string | null;
  encoding?: Encoding | null;
  /** Lines before the header. */
  skipLines?: number | null;
  /** Sheet of a workbook; the first by default. */
  sheet?: string | null;
  /** File in a zip; needed when there are several. */
  member?: string | null;
}

export interface CsvOptions {
  dialect?: CsvDialect;
  /** Folder of the landing store; made when it does not exist. */
  landingFolder: string;
}

/** What one look at the beginning of a file tells. */
export interface CsvHead {
  encoding: Encoding;
  dialect: Dialect;
  /** Names of the columns. */
  header: string[];
}

/**
 * Reads a file of separated values (plain, gzip, zip) or a workbook once, as it came: lands it under its SHA-256, finds
 * out how it is written, counts its records, and sees to it that DuckDB can read it: from the landed copy where that
 * will do, else from one in UTF-8. What is damaged goes the tolerant way. Memory stays bounded whatever the size.
 *
 * @throws CsvError when the file holds no table; nothing is kept then.
 */
export async function prepareCsv(path: string, options: CsvOptions): Promise<TableFile> {
  const preparation = new Preparation(basename(path), options);
  try {
    return await preparation.run(path);
  } catch (cause) {
    await preparation.release();
    throw cause;
  }
}

class Preparation {
  readonly #name: string;
  readonly #declared: CsvDialect;
  readonly #folder: string;
  readonly #copies: string[] = [];
  #landed = "";
  #sha256 = "";
  #bytes = 0;
  #kind: ContainerKind = "plain";
  /** What is read after landing: the landed file, or the sheet of a workbook as CSV. */
  #source: { path: string; kind: ContainerKind } = { path: "", kind: "plain" };

  constructor(name: string, options: CsvOptions) {
    this.#name = name;
    this.#declared = options.dialect ?? {};
    this.#folder = options.landingFolder;
  }

  async run(path: string): Promise<TableFile> {
    const { kind } = await containerOf(path, this.#name);
    this.#kind = kind;
    await mkdir(this.#folder, { recursive: true });
    const workbook = kind === "zip" && isWorkbook(await listMembers(path, this.#name));
    // A plain or gzipped file is scanned while it is copied; what has to be unpacked or rewritten first, after it.
    if (kind === "zip") {
      await this.#land(path, workbook ? ".xlsx" : ".zip");
      this.#source = { path: this.#landed, kind };
      if (workbook) {
        this.#source = { path: this.#copyPath(".csv"), kind: "plain" };
        await writeSheet(this.#landed, this.#name, this.#declared.sheet ?? null, this.#source.path);
      }
      return this.#read(await this.#look(this.#source.path, this.#source.kind));
    }
    const head = await this.#look(path, kind);
    const scan = this.#canReadAsIs(head) ? this.#preflightOf(head) : undefined;
    await this.#land(path, kind === "gzip" ? ".csv.gz" : ".csv", scan);
    this.#source = { path: this.#landed, kind };
    if (!scan) return this.#read(head);
    return this.#finish(head, scan, { path: this.#landed, compressed: kind === "gzip" });
  }

  /** Encoding and dialect by the first megabyte. */
  async #look(path: string, kind: ContainerKind, known?: Encoding): Promise<CsvHead> {
    const head = await readHead(path, this.#name, kind, this.#declared.member);
    refuseOtherFormats(this.#name, head.bytes);
    return detectCsv(head.bytes, head.isWhole, this.#name, {
      ...this.#declared,
      ...(known && { encoding: known }),
    });
  }

  #canReadAsIs({ encoding, dialect }: CsvHead): boolean {
    return encoding === "utf-8" && dialect.skipLines === 0;
  }

  #preflightOf({ dialect, header }: CsvHead): CsvPreflight {
    return new CsvPreflight(this.#name, { ...dialect, columns: header.length });
  }

  async #land(path: string, suffix: string, scan?: CsvPreflight): Promise<void> {
    const incoming = join(this.#folder, `incoming-${randomUUID()}.tmp`);
    try {
      const { sha256, bytes } = await copy(path, incoming, this.#kind, this.#name, scan);
      this.#sha256 = sha256;
      this.#bytes = bytes;
      this.#landed = join(this.#folder, sha256 + suffix);
      if (!(await exists(this.#landed))) await rename(incoming, this.#landed);
    } finally {
      await rm(incoming, { force: true });
    }
  }

  /** Writes a copy in UTF-8 from the header on, and counts its records on the way. */
  async #read(head: CsvHead): Promise<TableFile> {
    const scan = this.#preflightOf(head);
    if (this.#canReadAsIs(head) && this.#source.kind === "plain") {
      for await (const chunk of this.#content(head)) scan.push(chunk);
      return this.#finish(head, scan, { path: this.#source.path, compressed: false });
    }
    const target = this.#copyPath(".csv");
    const handle = await open(target, "wx");
    try {
      for await (const chunk of this.#content(head)) {
        scan.push(chunk);
        await writeAll(handle, chunk);
      }
    } finally {
      await handle.close();
    }
    return this.#finish(head, scan, { path: target, compressed: false });
  }

  async #finish(
    head: CsvHead,
    scan: CsvPreflight,
    readable: { path: string; compressed: boolean },
  ): Promise<TableFile> {
    const preflight = scan.end();
    const isGuessed = (this.#declared.encoding ?? null) === null && head.encoding === "utf-8";
    if (scan.damage?.kind === "encoding" && isGuessed) {
      // The beginning was all ASCII: the whole of it tells the encoding.
      const evidence = new EncodingEvidence();
      const { path, kind } = this.#source;
      for await (const chunk of readContent(path, this.#name, kind, this.#declared.member))
        evidence.push(chunk);
      const encoding = evidence.decide();
      if (encoding !== "utf-8") return this.#read(await this.#look(path, kind, encoding));
    }
    if (scan.damage || preflight.lineEnd === "mixed") return this.#recover(head, preflight);
    const { separator, quote, skipLines } = head.dialect;
    return {
      ...this.#common(head, preflight),
      ...readable,
      separator,
      quote,
      records: preflight.records,
      longestRecord: preflight.longestRecord,
      skippedLines: skipLines,
      lineOf: (record) => preflight.lineIndex.lineOf(record) + skipLines,
      recordOf: (line) => preflight.lineIndex.recordOf(line - skipLines, preflight.records),
      rejects: null,
      recover: () => this.#recover(head, preflight),
    };
  }

  async #recover(head: CsvHead, preflight: Preflight): Promise<TableFile> {
    const target = { path: this.#copyPath(".csv"), rejectsPath: this.#copyPath(".rejects.jsonl") };
    const { dialect, header } = head;
    const found = await recoverCsv(this.#content(head), { ...dialect, header }, target);
    if (found.records === 0)
      throw new CsvError(
        this.#name,
        "",
        "the file has a header and no record",
        "at least one record",
      );
    const table: TableFile = {
      ...this.#common(head, preflight),
      path: target.path,
      compressed: false,
      separator: ",",
      quote: '"',
      records: found.records,
      longestRecord: found.longestRecord,
      skippedLines: dialect.skipLines,
      lineOf: (record) => found.lineIndex.lineOf(record) + dialect.skipLines,
      recordOf: (line) => found.lineIndex.recordOf(line - dialect.skipLines, found.records),
      rejects: { count: found.rejects, path: target.rejectsPath },
      recover: () => Promise.resolve(table),
    };
    return table;
  }

  #common(
    { encoding, dialect, header }: CsvHead,
    { hasByteOrderMark, lineEnd, sample }: Preflight,
  ) {
    return {
      kind: "table_file" as const,
      landed: this.#landed,
      name: this.#name,
      bytes: this.#bytes,
      sha256: this.#sha256,
      encoding,
      header,
      hasByteOrderMark,
      lineEnd,
      sample: () => parseRecords(sample.join("\n"), dialect),
      release: () => this.release(),
    };
  }

  /** The text in UTF-8 from the header on. */
  async *#content({ encoding, dialect }: CsvHead): AsyncGenerator<Buffer> {
    const { path, kind } = this.#source;
    const bytes = readContent(path, this.#name, kind, this.#declared.member);
    yield* withoutLines(
      encoding === "utf-8" ? bytes : transcoded(bytes, encoding),
      dialect.skipLines,
    );
  }

  #copyPath(suffix: string): string {
    const path = join(this.#folder, `copy-${randomUUID()}${suffix}`);
    this.#copies.push(path);
    return path;
  }

  async release(): Promise<void> {
    for (const path of this.#copies.splice(0)) await rm(path, { force: true });
  }
}

/**
 * Encoding, dialect and columns by the first bytes of a file's content (unpacked).
 *
 * @throws CsvError when they are no text, or hold no header.
 */
export function detectCsv(
  head: Uint8Array,
  isWhole: boolean,
  name: string,
  declared: CsvDialect = {},
): CsvHead {
  const encoding = declared.encoding ?? detectEncoding(head);
  if (!encoding)
    throw new CsvError(name, "", "the file is binary", "a CSV file or an .xlsx workbook");
  const transcoder = new Transcoder(encoding);
  const text = transcoder
    .push(Buffer.from(head))
    .subarray(0, HEAD_CHARACTERS * 4)
    .toString("utf8")
    .slice(0, HEAD_CHARACTERS);
  const separator = oneByte(name, declared.separator);
  const quote = oneByte(name, declared.quote);
  const dialect = detectDialect(
    text,
    { separator: separator ?? null, quote: quote ?? null, skipLines: declared.skipLines ?? null },
    isWhole && text.length < HEAD_CHARACTERS,
  );
  if (!dialect)
    throw new CsvError(name, "", "the file is empty", "a header and at least one record");
  oneByte(name, dialect.separator);
  const cells = [...dialect.header];
  // Separators may trail in the header alone, or in the records alone.
  if (cells.length === dialect.width + 1 && cells.at(-1) === "") cells.pop();
  if (cells.length === dialect.width - 1 && dialect.isTrailing) cells.push("");
  return { encoding, dialect, header: nameColumns(cells) };
}

async function readHead(path: string, name: string, kind: ContainerKind, member?: string | null) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isWhole = true;
  for await (const chunk of readContent(path, name, kind, member)) {
    if (bytes + chunk.length > HEAD_BYTES && bytes > 0) isWhole = false;
    if (!isWhole) break;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > HEAD_BYTES) isWhole = false;
    if (!isWhole) break;
  }
  return { bytes: Buffer.concat(chunks), isWhole };
}

async function* transcoded(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  const transcoder = new Transcoder(encoding);
  for await (const chunk of chunks) yield transcoder.push(chunk);
  yield transcoder.end();
}

/** Drops lines from the beginning, whatever ends them. */
async function* withoutLines(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  let isAfterCr = false;
  for await (const chunk of chunks) {
    let index = 0;
    while (index < chunk.length && (left > 0 || isAfterCr)) {
      const byte = chunk[index]!;
      if (isAfterCr && byte !== 10 && left === 0) break;
      if (byte === 13 || (byte === 10 && !isAfterCr)) left -= 1;
      isAfterCr = byte === 13;
      index += 1;
      if (byte === 10 && left === 0) break;
    }
    if (left === 0 && index < chunk.length) isAfterCr = false;
    if (index < chunk.length) yield chunk.subarray(index);
  }
}

/**
 * Physical lines of byte positions in a table file, in the order given. Positions count from 1 in the gunzipped file,
 * as DuckDB's `reject_errors.line_byte_position` does; blank lines at a position are passed over, since DuckDB points
 * at them instead of at the record after them.
 */
export async function linesAt(
  file: Pick<TableFile, "path" | "compressed" | "name" | "skippedLines">,
  positions: readonly number[],
): Promise<number[]> {
  const lines = positions.map(() => 1 + file.skippedLines);
  const order = [...positions.keys()].toSorted((a, b) => positions[a]! - positions[b]!);
  if (order.length === 0) return lines;
  let next = 0;
  let line = 1 + file.skippedLines;
  let offset = 0;
  for await (const chunk of readContent(file.path, file.name, file.compressed ? "gzip" : "plain")) {
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
    if (next === order.length) break;
  }
  for (; next < order.length; next++) lines[order[next]!] = line;
  return lines;
}

/** SHA-256 of a file as it is, hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, {
    highWaterMark: CHUNK_BYTES,
  }) as AsyncIterable<Buffer>)
    hash.update(chunk);
  return hash.digest("hex");
}

async function copy(
  path: string,
  target: string,
  kind: ContainerKind,
  name: string,
  scan: CsvPreflight | undefined,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(target, "wx");
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: CHUNK_BYTES,
    }) as AsyncIterable<Buffer>) {
      const written = writeAll(handle, chunk);
      hash.update(chunk);
      bytes += chunk.length;
      if (kind === "plain") scan?.push(chunk);
      await written;
    }
    // A source may be gone tomorrow: its copy must outlive a power cut before an import refers to it.
    await handle.datasync();
    if (scan && kind === "gzip")
      for await (const chunk of readContent(target, name, kind)) scan.push(chunk);
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
}

function oneByte(name: string, character: string | null | undefined): string | undefined {
  if (character === null || character === undefined) return undefined;
  const code = character.length === 1 ? character.charCodeAt(0) : 0;
  if (code > 0 && code < 127 && code !== 10 && code !== 13) return character;
  throw new CsvError(name, "dialect", JSON.stringify(character), "one ASCII character");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
