import { isUtf8 } from "node:buffer";
import { CsvError } from "./csv-error.ts";
import { LineIndex } from "./line-index.ts";

/** DuckDB's limit as the import sets it: a longer line is a quote that never closes or no CSV at all. */
const MAX_LINE_BYTES = 67_108_864;

const LF = 10;
const CR = 13;
const SPACE = 32;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Records kept for samples: of the first megabyte, and of each one after it. */
const FIRST_SAMPLE = 500;
const NEXT_SAMPLE = 8;
const MAX_SAMPLE = 8000;
const MAX_SAMPLE_BYTES = 8192;

/** What the bytes of a CSV file tell. */
export interface Preflight {
  records: number;
  lineIndex: LineIndex;
  hasByteOrderMark: boolean;
  lineEnd: "lf" | "crlf" | "mixed";
  /** Bytes of the longest record. */
  longestRecord: number;
  /** Texts of records spread over the file, for a look at their values. */
  sample: string[];
}

/** Why DuckDB cannot read a file as it stands; what comes after it has not been looked at. */
export interface Damage {
  kind: "encoding" | "nul" | "carriage_return" | "long_line" | "open_quote";
  /** Physical line, from 1. */
  line: number;
}

/**
 * Counts the records of a CSV file over its bytes as DuckDB's reader does in strict mode: RFC 4180, and beyond it
 * a quote opens after one space too, a quote inside an unquoted value is a character, blank lines are no records
 * unless there is only one column.
 *
 * Feed it with `push` and finish with `end`; where `damage` is set in between, only the tolerant way is left.
 */
export class CsvPreflight {
  readonly #file: string;
  readonly #quote: number;
  readonly #isSeparator = new Uint8Array(256);
  readonly #hasOneColumn: boolean;
  damage: Damage | undefined;

  #carry: Uint8Array[] = [];
  #carryBytes = 0;
  #isStarted = false;
  #hasByteOrderMark = false;
  #isInQuotes = false;
  #openLine = 0;
  #line = 1;
  #recordLine = 1;
  /** The header is record 0; -1 until it has ended. */
  #record = -1;
  /** Bytes before the chunk being scanned, and before the record at hand. */
  #offset = 0;
  #recordOffset = 0;
  #longestRecord = 0;
  #lineFeeds = 0;
  #crlfs = 0;
  readonly #sample: string[] = [];
  /** Records of the chunk being scanned that may still go into the sample. */
  #toSample = FIRST_SAMPLE;
  readonly #lineIndex = new LineIndex();

  constructor(file: string, options: { separator: string; quote: string; columns: number }) {
    this.#file = file;
    this.#quote = options.quote.charCodeAt(0);
    this.#isSeparator[options.separator.charCodeAt(0)] = 1;
    this.#hasOneColumn = options.columns === 1;
  }

  /** Takes the next bytes of the file, from its header on. */
  push(bytes: Uint8Array): void {
    if (this.damage) return;
    const end = bytes.lastIndexOf(LF) + 1;
    if (end === 0) {
      this.#carry.push(bytes.slice());
      this.#carryBytes += bytes.length;
      if (this.#carryBytes > MAX_LINE_BYTES) this.#setDamage("long_line");
      return;
    }
    const lines =
      this.#carryBytes === 0
        ? bytes.subarray(0, end)
        : Buffer.concat([...this.#carry, bytes.subarray(0, end)]);
    this.#carry = end < bytes.length ? [bytes.slice(end)] : [];
    this.#carryBytes = bytes.length - end;
    this.#scanLines(lines);
  }

  /** @throws CsvError when the file holds no record. */
  end(): Preflight {
    const rest = this.#carry.length === 1 ? this.#carry[0]! : Buffer.concat(this.#carry);
    this.#carry = [];
    if (!this.damage) this.#scanLines(rest);
    if (this.#isInQuotes) this.#setDamage("open_quote", this.#openLine);
    if (!this.damage) {
      if (rest.length > 0) {
        this.#offset -= rest.length;
        this.#endRecord(rest, this.#recordStart, rest.length);
      }
      if (this.#record < 0) this.#fail("the file is empty");
      if (this.#record === 0) this.#fail("the file has a header and no record");
    }
    const lineEnd = this.#crlfs === 0 ? "lf" : this.#lineFeeds === 0 ? "crlf" : "mixed";
    return {
      records: this.#record,
      lineIndex: this.#lineIndex,
      hasByteOrderMark: this.#hasByteOrderMark,
      lineEnd,
      longestRecord: this.#longestRecord,
      sample: this.#sample,
    };
  }

  /** Where the record at hand begins in the chunk being scanned; 0 when it began before. */
  #recordStart = 0;

  #scanLines(lines: Uint8Array): void {
    if (lines.length === 0) return;
    let from = 0;
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#hasByteOrderMark = BYTE_ORDER_MARK.every((byte, index) => lines[index] === byte);
      if (this.#hasByteOrderMark) from = 3;
    } else this.#toSample = this.#sample.length < MAX_SAMPLE ? NEXT_SAMPLE : 0;
    if (!isUtf8(lines)) return this.#setDamage("encoding");
    if (lines.includes(0)) return this.#setDamage("nul");
    this.#recordStart = from;
    this.#scan(lines, from);
    this.#offset += lines.length;
    // The record that goes on in the next chunk has no beginning there.
    if (this.#isInQuotes) this.#recordStart = -1;
  }

  /** Hops from quote to line end to quote by `indexOf`, which is several times faster than a look at every byte. */
  #scan(lines: Uint8Array, from: number): void {
    const next = (byte: number, start: number) => {
      // The next quote is often near, and a call costs as much as a look at some 20 bytes.
      const near = Math.min(start + 20, lines.length);
      for (let index = start; index < near; index += 1) if (lines[index] === byte) return index;
      const index = lines.indexOf(byte, near);
      return index < 0 ? lines.length : index;
    };
    const quote = this.#quote;
    let quoteAt = next(quote, from);
    let lineFeedAt = next(LF, from);
    let carriageReturnAt = next(CR, from);
    let closedAt = -1;
    for (;;) {
      if (this.#isInQuotes) {
        for (; lineFeedAt < quoteAt; lineFeedAt = next(LF, lineFeedAt + 1)) this.#line += 1;
        if (quoteAt === lines.length) return;
        const isDoubled = lines[quoteAt + 1] === quote;
        if (!isDoubled) closedAt = quoteAt;
        this.#isInQuotes = isDoubled;
        if (!isDoubled && carriageReturnAt < quoteAt) carriageReturnAt = next(CR, quoteAt);
        quoteAt = next(quote, quoteAt + (isDoubled ? 2 : 1));
        continue;
      }
      if (carriageReturnAt < Math.min(quoteAt, lineFeedAt - 1))
        return this.#setDamage("carriage_return");
      if (quoteAt < lineFeedAt) {
        this.#isInQuotes = this.#canOpen(lines, quoteAt, from, closedAt);
        if (this.#isInQuotes) this.#openLine = this.#line;
        quoteAt = next(quote, quoteAt + 1);
      } else if (lineFeedAt < lines.length) {
        const isCrlf = carriageReturnAt === lineFeedAt - 1;
        this.#endLine(lines, lineFeedAt, isCrlf);
        lineFeedAt = next(LF, lineFeedAt + 1);
        if (isCrlf) carriageReturnAt = next(CR, carriageReturnAt + 1);
      } else {
        if (carriageReturnAt < lines.length) this.#setDamage("carriage_return");
        return;
      }
    }
  }

  #endLine(lines: Uint8Array, lineFeedAt: number, isCrlf: boolean): void {
    if (isCrlf) {
      this.#crlfs += 1;
    } else this.#lineFeeds += 1;
    this.#endRecord(lines, this.#recordStart, isCrlf ? lineFeedAt - 1 : lineFeedAt);
    this.#line += 1;
    this.#recordLine = this.#line;
    this.#recordStart = lineFeedAt + 1;
  }

  /** Whether a quote opens at `index`: where a value begins, one space aside, or after another quote closed and spaces. */
  #canOpen(lines: Uint8Array, index: number, from: number, closedAt: number): boolean {
    const isStart = (at: number) =>
      at <= from || lines[at - 1] === LF || this.#isSeparator[lines[at - 1]!] === 1;
    if (isStart(index)) return true;
    if (lines[index - 1] !== SPACE) return false;
    if (isStart(index - 1)) return true;
    let before = index - 1;
    while (lines[before] === SPACE) before -= 1;
    return before === closedAt;
  }

  #endRecord(lines: Uint8Array, start: number, end: number): void {
    const longest = this.#offset + end - this.#recordOffset;
    if (longest > this.#longestRecord) this.#longestRecord = longest;
    this.#recordOffset = this.#offset + end + 1;
    const isBlank = start === end && this.#recordLine === this.#line;
    if (isBlank && (!this.#hasOneColumn || this.#record < 0)) return;
    this.#record += 1;
    if (this.#record === 0) return;
    this.#lineIndex.add(this.#record, this.#recordLine);
    if (this.#toSample === 0 || start < 0 || end - start > MAX_SAMPLE_BYTES) return;
    this.#toSample -= 1;
    this.#sample.push(Buffer.from(lines.buffer, lines.byteOffset + start, end - start).toString());
  }

  #setDamage(kind: Damage["kind"], line = this.#line): void {
    this.damage ??= { kind, line };
  }

  #fail(found: string): never {
    throw new CsvError(
      this.#file,
      "",
      found,
      this.#record < 0 ? "a header and at least one record" : "at least one record",
    );
  }
}
