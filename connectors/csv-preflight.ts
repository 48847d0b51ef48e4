import { isUtf8 } from "node:buffer";
import { CsvError } from "./csv-error.ts";
import { LineIndex } from "./line-index.ts";

/** Separators that can be detected, in order of preference among equals. */
export const SEPARATORS = [",", ";", "\t", "|"] as const;

/** DuckDB's limit as the import sets it: a longer line is a quote that never closes or no CSV at all. */
const MAX_LINE_BYTES = 67_108_864;

const LF = 10;
const CR = 13;
const SPACE = 32;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What the bytes of a CSV file tell. */
export interface Preflight {
  /** Text of the header record, without byte order mark and line end. */
  header: string;
  separator: string;
  records: number;
  lineIndex: LineIndex;
  hasByteOrderMark: boolean;
  lineEnd: "lf" | "crlf" | "mixed";
}

/**
 * Counts the records of a CSV file over its bytes as DuckDB's reader does in strict mode: RFC 4180, and beyond it
 * a quote opens after one space too, a quote inside an unquoted value is a character, blank lines are no records
 * unless there is only one column.
 *
 * Feed it with `push` and finish with `end`; both throw CsvError at the first thing that makes the file unreadable.
 */
export class CsvPreflight {
  readonly #file: string;
  readonly #quote: number;
  readonly #isSeparator = new Uint8Array(256);
  /** Offsets of the CRs before record ends in the chunk last scanned, when they are asked for. */
  readonly carriageReturns: number[] | undefined;

  #separator: string | undefined;
  #hasOneColumn = false;
  #carry: Uint8Array = new Uint8Array(0);
  #isStarted = false;
  #hasByteOrderMark = false;
  #isInQuotes = false;
  #openLine = 0;
  #line = 1;
  #recordLine = 1;
  /** The header is record 0; -1 until it has ended. */
  #record = -1;
  #headerParts: Uint8Array[] = [];
  #header = "";
  #lineFeeds = 0;
  #crlfs = 0;
  readonly #lineIndex = new LineIndex();

  constructor(
    file: string,
    options: { separator?: string; quote: string; keepsCarriageReturns?: boolean },
  ) {
    this.#file = file;
    this.#quote = options.quote.charCodeAt(0);
    this.#separator = options.separator;
    this.carriageReturns = options.keepsCarriageReturns ? [] : undefined;
    for (const separator of options.separator === undefined ? SEPARATORS : [options.separator]) {
      this.#isSeparator[separator.charCodeAt(0)] = 1;
    }
  }

  /** Takes the next bytes; returns the whole lines that they complete, which have been scanned. */
  push(bytes: Uint8Array): Uint8Array {
    const end = bytes.lastIndexOf(LF) + 1;
    if (end === 0) {
      this.#carry = joined(this.#carry, bytes);
      if (this.#carry.length > MAX_LINE_BYTES) this.#failOnLongLine();
      return new Uint8Array(0);
    }
    const lines = joined(this.#carry, bytes.subarray(0, end));
    this.#carry = bytes.slice(end);
    return this.#scanLines(lines);
  }

  /** Ends the file; returns the bytes after its last line feed. */
  end(): { preflight: Preflight; rest: Uint8Array } {
    const rest = this.#scanLines(this.#carry);
    if (this.#isInQuotes) {
      this.#fail(
        `line ${this.#openLine}`,
        "a quote opens here and never closes",
        "a closing quote before the end of the file",
      );
    }
    const lastByte = rest.at(-1);
    if (rest.length > 0 && lastByte !== LF) this.#endRecord(rest, this.#recordStart, rest.length);
    if (this.#record < 0) this.#fail("", "the file is empty", "a header and at least one record");
    if (this.#record === 0)
      this.#fail("", "the file has a header and no record", "at least one record");
    const lineEnd = this.#crlfs === 0 ? "lf" : this.#lineFeeds === 0 ? "crlf" : "mixed";
    const preflight: Preflight = {
      header: this.#header,
      separator: this.#separator!,
      records: this.#record,
      lineIndex: this.#lineIndex,
      hasByteOrderMark: this.#hasByteOrderMark,
      lineEnd,
    };
    return { preflight, rest };
  }

  /** Where the record at hand begins in the chunk being scanned; 0 when it began before. */
  #recordStart = 0;

  #scanLines(lines: Uint8Array): Uint8Array {
    if (this.carriageReturns) this.carriageReturns.length = 0;
    if (lines.length === 0) return lines;
    let from = 0;
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#hasByteOrderMark = BYTE_ORDER_MARK.every((byte, index) => lines[index] === byte);
      if (this.#hasByteOrderMark) from = 3;
    }
    if (!isUtf8(lines)) this.#failOnEncoding(lines);
    if (lines.includes(0)) this.#failOnNul(lines);
    this.#recordStart = from;
    this.#scan(lines, from);
    if (this.#record < 0) this.#headerParts.push(lines.slice(this.#recordStart));
    return lines;
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
      if (carriageReturnAt < Math.min(quoteAt, lineFeedAt - 1)) this.#failOnCarriageReturn(lines);
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
        if (carriageReturnAt < lines.length) this.#failOnCarriageReturn(lines);
        return;
      }
    }
  }

  #endLine(lines: Uint8Array, lineFeedAt: number, isCrlf: boolean): void {
    if (isCrlf) {
      this.#crlfs += 1;
      this.carriageReturns?.push(lineFeedAt - 1);
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
    const isBlank = start === end && this.#recordLine === this.#line;
    if (this.#record < 0) {
      if (isBlank) this.#failOnBlankHeader(lines, start);
      this.#endHeader(lines.subarray(start, end));
    } else if (isBlank && !this.#hasOneColumn) return;
    this.#record += 1;
    if (this.#record > 0) this.#lineIndex.add(this.#record, this.#recordLine);
  }

  #endHeader(last: Uint8Array): void {
    this.#header = Buffer.concat([...this.#headerParts, last]).toString("utf8");
    this.#headerParts = [];
    const counts = countOutsideQuotes(this.#header, String.fromCharCode(this.#quote));
    this.#separator ??= SEPARATORS.reduce((best, separator) =>
      (counts.get(separator) ?? 0) > (counts.get(best) ?? 0) ? separator : best,
    );
    this.#isSeparator.fill(0);
    this.#isSeparator[this.#separator.charCodeAt(0)] = 1;
    this.#hasOneColumn = !counts.has(this.#separator);
  }

  #fail(where: string, found: string, expected: string): never {
    throw new CsvError(this.#file, where, found, expected);
  }

  #failOnLongLine(): never {
    if (!this.#isInQuotes && this.#carry.includes(CR)) this.#failOnCarriageReturn(this.#carry);
    const where = this.#isInQuotes ? this.#openLine : this.#line;
    this.#fail(
      `line ${where}`,
      "more than 64 MB without a line end",
      "records of text separated by line ends",
    );
  }

  #failOnBlankHeader(lines: Uint8Array, start: number): never {
    const isEmpty = lines.subarray(start).every((byte) => byte === LF || byte === CR);
    if (isEmpty) this.#fail("", "the file is empty", "a header and at least one record");
    this.#fail(`line ${this.#line}`, "a blank line", "the header on the first line");
  }

  #failOnNul(lines: Uint8Array): never {
    const before = lines.subarray(0, lines.indexOf(0));
    const line = this.#line + before.filter((byte) => byte === LF).length;
    this.#fail(`line ${line}`, "a NUL byte", "text in UTF-8: save the file again as CSV UTF-8");
  }

  #failOnCarriageReturn(lines: Uint8Array): never {
    if (this.#record < 0 && !lines.subarray(0, -1).includes(LF)) {
      this.#fail(
        "line 1",
        "lines end with a carriage return alone",
        "lines that end with LF or CRLF: save the file again as CSV UTF-8",
      );
    }
    this.#fail(
      `line ${this.#line}`,
      "a carriage return outside quotes",
      "lines that end with LF or CRLF, and line breaks inside values only between quotes",
    );
  }

  #failOnEncoding(lines: Uint8Array): never {
    let line = this.#line;
    let start = 0;
    for (;;) {
      const end = lines.indexOf(LF, start);
      const stop = end < 0 ? lines.length : end + 1;
      const bytes = lines.subarray(start, stop);
      if (!isUtf8(bytes)) {
        const offset = new TextDecoder("utf-8", { ignoreBOM: true })
          .decode(bytes)
          .indexOf("\ufffd");
        const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).slice(0, offset);
        const position = Buffer.byteLength(before);
        const hex = bytes[position]!.toString(16).toUpperCase().padStart(2, "0");
        this.#fail(
          `line ${line}, byte ${position + 1}`,
          `0x${hex} is not UTF-8`,
          "text in UTF-8: save the file as CSV UTF-8, or convert it from its encoding (often Windows-1252)",
        );
      }
      line += 1;
      start = stop;
    }
  }
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array =>
  first.length === 0 ? second : Buffer.concat([first, second]);

/** How often each character stands outside quotes; anywhere when the quotes do not pair (`5" disk`). */
function countOutsideQuotes(text: string, quote: string): Map<string, number> {
  const parts = text.split(quote);
  const outside = parts.length % 2 === 1 ? parts.filter((_, index) => index % 2 === 0) : parts;
  const counts = new Map<string, number>();
  for (const character of outside.join("")) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return counts;
}
