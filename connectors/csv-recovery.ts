import { isUtf8 } from "node:buffer";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parse } from "csv-parse/sync";
import { LineIndex } from "./line-index.ts";
import { type PhysicalLine, PhysicalLines } from "./physical-lines.ts";
import { RecordScan } from "./record-scan.ts";

/** What a damaged file came to: its good records in a clean file, the others in a list. */
export interface Recovery {
  /** Records after the header, good and bad; blank lines are none. */
  records: number;
  rejects: number;
  lineIndex: LineIndex;
  /** Bytes of the longest good record as it was written, at most. */
  longestRecord: number;
}

export interface RecoveryTarget {
  /** Gets the header and the good records: UTF-8, commas, every value quoted, LF. */
  path: string;
  /** Gets a line of JSON per bad record: record_number, line, value, reason, expected, text. */
  rejectsPath: string;
}

export interface RecoveryDialect {
  separator: string;
  quote: string;
  /** Names of the columns; a record has as many values. */
  header: readonly string[];
}

interface Fault {
  value: string;
  reason:
    | "bad_quotes"
    | "wrong_column_count"
    | "bad_encoding"
    | "nul_byte"
    | "too_long"
    | "malformed";
  expected: string;
}

interface GoodRecord {
  record: number;
  line: number;
  text: string;
}

/** What is kept of the text of a bad record, and how many lines it may swallow until the next good one. */
const MAX_REJECT_BYTES = 65_536;
const MAX_SWALLOWED_LINES = 1000;
const BATCH_RECORDS = 2000;
const BATCH_CHARACTERS = 4_194_304;

/**
 * How far a record is followed before its open quote counts as a slip, by how much was followed in vain so far: a file
 * full of slips must not be read over and over again.
 */
const PATIENCE = [
  { spentBytes: 0, lines: 1_000_000, bytes: 67_108_864 },
  { spentBytes: 268_435_456, lines: 1000, bytes: 262_144 },
  { spentBytes: 536_870_912, lines: 8, bytes: 65_536 },
];

/**
 * Reads a damaged file the tolerant way. A record that quotes do not close well, or that has not as many values as the
 * header, is set aside with its line and text, and reading goes on at the next line that begins a whole record: one
 * slip costs one record. csv-parse cuts the good ones into values.
 *
 * @param content UTF-8, from the header on.
 */
export async function recoverCsv(
  content: AsyncIterable<Uint8Array>,
  dialect: RecoveryDialect,
  target: RecoveryTarget,
): Promise<Recovery> {
  const recovery = new CsvRecovery(content, dialect, target);
  return recovery.run();
}

class CsvRecovery {
  readonly #lines: PhysicalLines;
  readonly #dialect: RecoveryDialect;
  readonly #output: WriteStream;
  readonly #rejectOutput: WriteStream;
  readonly #lineIndex = new LineIndex();
  #batch: GoodRecord[] = [];
  #batchCharacters = 0;
  #record = 0;
  #rejects = 0;
  #longestRecord = 0;
  /** Physical line, from 1, of the first line not yet taken. */
  #line = 1;
  #spentBytes = 0;

  constructor(
    content: AsyncIterable<Uint8Array>,
    dialect: RecoveryDialect,
    target: RecoveryTarget,
  ) {
    this.#lines = new PhysicalLines(content);
    this.#dialect = dialect;
    this.#output = createWriteStream(target.path);
    this.#rejectOutput = createWriteStream(target.rejectsPath);
  }

  async run(): Promise<Recovery> {
    try {
      await this.#write(this.#output, `${this.#dialect.header.map(quoted).join(",")}\n`);
      await this.#takeHeader();
      while (await this.#lines.has(0)) await this.#takeRecord();
      await this.#flush();
    } finally {
      this.#output.end();
      this.#rejectOutput.end();
      await Promise.all([finished(this.#output), finished(this.#rejectOutput)]);
    }
    return {
      records: this.#record,
      rejects: this.#rejects,
      lineIndex: this.#lineIndex,
      longestRecord: this.#longestRecord,
    };
  }

  /** The header's names are known; only its lines are passed over. */
  async #takeHeader(): Promise<void> {
    if (!(await this.#lines.has(0))) return;
    const { lines, fault } = await this.#follow(0);
    this.#drop(fault?.reason === "bad_quotes" ? 1 : lines);
  }

  async #takeRecord(): Promise<void> {
    if (this.#lines.at(0).bytes.length === 0 && this.#dialect.header.length > 1)
      return this.#drop(1);
    const { lines, fault } = await this.#follow(0);
    this.#record += 1;
    this.#lineIndex.add(this.#record, this.#line);
    if (!fault) {
      const text = this.#textOf(lines).toString("utf8");
      // In UTF-8 a character takes three bytes at most for each of UTF-16; quotes are added.
      this.#longestRecord = Math.max(
        this.#longestRecord,
        text.length * 3 + this.#dialect.header.length * 3,
      );
      this.#batch.push({ record: this.#record, line: this.#line, text });
      this.#batchCharacters += text.length;
      this.#drop(lines);
      const isFull =
        this.#batch.length >= BATCH_RECORDS || this.#batchCharacters >= BATCH_CHARACTERS;
      return isFull ? this.#flush() : undefined;
    }
    // A quote that went wrong may have swallowed whole records: those come back, what is left between is in doubt.
    let swallowed = 1;
    while (
      swallowed < Math.min(lines, MAX_SWALLOWED_LINES) &&
      (await this.#follow(swallowed)).fault
    )
      swallowed += 1;
    await this.#reject(this.#record, this.#line, fault, this.#textOf(swallowed));
    return this.#drop(swallowed);
  }

  /** Follows a record from one of the lines ahead to its end: how many lines it takes, and what is wrong with it. */
  async #follow(from: number): Promise<{ lines: number; fault?: Fault }> {
    const { separator, quote, header } = this.#dialect;
    const scan = new RecordScan(separator, quote);
    const patience = PATIENCE.findLast(({ spentBytes }) => this.#spentBytes >= spentBytes)!;
    let bytes = 0;
    let lines = 0;
    let hasNul = false;
    let isText = true;
    do {
      const line = this.#lines.at(from + lines);
      bytes += line.bytes.length + 1;
      lines += 1;
      if (line.isCut) return { lines, fault: TOO_LONG };
      scan.push(line.bytes);
      hasNul ||= line.bytes.includes(0);
      isText &&= isUtf8(line.bytes);
    } while (
      scan.isOpen &&
      !scan.isBroken &&
      lines < patience.lines &&
      bytes < patience.bytes &&
      (await this.#lines.has(from + lines))
    );
    const fault =
      scan.isOpen || scan.isBroken
        ? BAD_QUOTES
        : scan.columns !== header.length
          ? wrongCount(scan.columns, header.length)
          : hasNul
            ? NUL_BYTE
            : isText
              ? undefined
              : BAD_ENCODING;
    if (!fault) return { lines };
    if (lines > 1) this.#spentBytes += bytes;
    return { lines, fault };
  }

  #textOf(lines: number): Buffer {
    if (lines === 1) return Buffer.from(this.#lines.at(0).bytes);
    const parts: Uint8Array[] = [];
    for (let index = 0; index < lines; index += 1) {
      const line: PhysicalLine = this.#lines.at(index);
      parts.push(line.bytes);
      if (index < lines - 1) parts.push(Buffer.from(line.end));
    }
    return Buffer.concat(parts);
  }

  #drop(lines: number): void {
    this.#lines.drop(lines);
    this.#line += lines;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchCharacters = 0;
    const width = this.#dialect.header.length;
    const rows = this.#cut(batch.map(({ text }) => text).join("\n"));
    if (rows?.length === batch.length && rows.every((row) => row.length === width)) {
      await this.#write(
        this.#output,
        `${rows.map((row) => row.map(quoted).join(",")).join("\n")}\n`,
      );
      return;
    }
    for (const { record, line, text } of batch) {
      const [row, more] = this.#cut(text) ?? [];
      if (row?.length === width && !more)
        await this.#write(this.#output, `${row.map(quoted).join(",")}\n`);
      else
        await this.#reject(
          record,
          line,
          { value: "", reason: "malformed", expected: `a record of ${width} columns` },
          Buffer.from(text),
        );
    }
  }

  #cut(text: string): string[][] | undefined {
    const { separator, quote, header } = this.#dialect;
    try {
      return parse(text, {
        delimiter: separator,
        quote,
        escape: quote,
        record_delimiter: "\n",
        relax_quotes: true,
        relax_column_count: true,
        skip_empty_lines: header.length > 1,
        trim: separator !== "\t",
      });
    } catch {
      return undefined;
    }
  }

  async #reject(record: number, line: number, fault: Fault, bytes: Buffer): Promise<void> {
    this.#rejects += 1;
    const kept = bytes.subarray(0, MAX_REJECT_BYTES);
    const text = (isUtf8(bytes) ? kept.toString("utf8") : kept.toString("latin1")).replaceAll(
      "\0",
      "␀",
    );
    const more = bytes.length > kept.length ? ` … (${bytes.length} bytes)` : "";
    const reject = { record_number: record, line, ...fault, text: text + more };
    await this.#write(
      this.#rejectOutput,
      `${JSON.stringify(reject)}
`,
    );
  }

  async #write(output: WriteStream, text: string): Promise<void> {
    if (!output.write(text)) await once(output, "drain");
  }
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const BAD_QUOTES: Fault = {
  value: "",
  reason: "bad_quotes",
  expected: "a quoted value to end at the separator",
};
const NUL_BYTE: Fault = { value: "", reason: "nul_byte", expected: "text without NUL bytes" };
const BAD_ENCODING: Fault = {
  value: "",
  reason: "bad_encoding",
  expected: "text in the encoding of the file",
};
const TOO_LONG: Fault = { value: "", reason: "too_long", expected: "a line of at most 64 MB" };

const wrongCount = (found: number, expected: number): Fault => ({
  value: `${found} columns`,
  reason: "wrong_column_count",
  expected: `${expected} columns, as the header has`,
});
