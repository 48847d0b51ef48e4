import { parse } from "csv-parse/sync";

/** Separators that are tried, in order of preference among equals: the usual ones, then stranger ones. */
const USUAL = [",", ";", "\t", "|"] as const;
const STRANGE = ["^", "~", "\u001f", "\u0001", "\u001e", "#", "!", ":", "*"] as const;

/** How a text of separated values is written. */
export interface Dialect {
  /** Character between values. */
  separator: string;
  /** Character around quoted values; doubled inside them. */
  quote: string;
  /** Physical lines before the header: a `sep=` line, a title, blank lines. */
  skipLines: number;
  /** Names of the columns as they stand, trimmed; empty where the cell is. */
  header: string[];
  /** Cells of most records: the header's, or one more or less where separators trail. */
  width: number;
  /** Every record of that width ends with a separator. */
  isTrailing: boolean;
}

export interface DeclaredDialect {
  separator?: string | null;
  quote?: string | null;
  skipLines?: number | null;
}

interface SampleRecord {
  cells: string[];
  /** Physical line it begins on, from 0. */
  line: number;
}

const MAX_SAMPLE_RECORDS = 500;

/**
 * The dialect of a text by its beginning (some hundred kilobytes): the separator that cuts the records most evenly,
 * quotes respected, and the first record that is as wide as the others for a header. Undefined for a blank text.
 *
 * @param isWhole false when the text goes on: its last record is then left out.
 */
export function detectDialect(
  text: string,
  declared: DeclaredDialect = {},
  isWhole = false,
): Dialect | undefined {
  const quote = declared.quote ?? '"';
  const sep = /^\ufeff?"?sep=(.)"?[ \t]*(\r\n|\n|\r|$)/i.exec(text);
  const separator = declared.separator ?? sep?.[1];
  const skipped = declared.skipLines ?? (sep ? 1 : 0);
  const lines = splitLines(text.replace(/^\ufeff/, ""));
  const sample = lines.slice(skipped);
  const candidates = separator === undefined ? [...USUAL, ...STRANGE] : [separator];
  let best: { dialect: Dialect; score: number } | undefined;
  for (const candidate of candidates) {
    const records = cutRecords(sample, candidate, quote, isWhole);
    const found = judge(records, candidate === (separator ?? ","));
    if (!found) continue;
    const isUsual = (USUAL as readonly string[]).includes(candidate);
    const score = isUsual || separator !== undefined ? found.score : found.score - 2;
    if (best && best.score >= score) continue;
    const firstLine =
      declared.skipLines === null || declared.skipLines === undefined
        ? found.header.line
        : (records[0]?.line ?? 0);
    const head = records.find(({ line }) => line === firstLine) ?? found.header;
    best = {
      score,
      dialect: {
        separator: candidate,
        quote,
        skipLines: skipped + head.line,
        header: head.cells.map((cell) => cell.trim()),
        width: found.width,
        isTrailing: found.isTrailing,
      },
    };
  }
  return best?.dialect;
}

/** The width of most records, the header and how evenly the records are cut. */
function judge(
  records: readonly SampleRecord[],
  canStandAlone: boolean,
): { score: number; width: number; isTrailing: boolean; header: SampleRecord } | undefined {
  const filled = records.filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
  const first = filled[0];
  if (!first) return undefined;
  const widths = new Map<number, number>();
  // The first records may be a title above the table; where they are all, they are the table.
  for (const { cells } of filled.length > 3 ? filled.slice(1) : filled)
    widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  const counted = [...widths.values()].reduce((sum, count) => sum + count, 0);
  const [width, count] = [...widths].reduce((a, b) =>
    b[1] > a[1] || (b[1] === a[1] && b[0] > a[0]) ? b : a,
  );
  const share = count / counted;
  const isTrailing = filled
    .slice(1)
    .every(({ cells }) => cells.length !== width || cells.at(-1)!.trim() === "");
  const header = findHeader(filled, { width, share, isTrailing });
  if (header.cells.length === 1) {
    // Without its separator in the header a text has one column.
    return canStandAlone ? { score: -1, width: 1, isTrailing: false, header } : undefined;
  }
  const isEven = header.cells.length === width ? 0.5 : 0;
  return { score: share * Math.log2(width + 1) + isEven, width, isTrailing, header };
}

/** What is narrower than the table, or nearly empty, above a record of names is a title. */
function findHeader(
  records: readonly SampleRecord[],
  { width, share, isTrailing }: { width: number; share: number; isTrailing: boolean },
): SampleRecord {
  const first = records[0]!;
  if (share < 0.6 || width < 3) return first;
  const isTitle = ({ cells }: SampleRecord) =>
    cells.length < (isTrailing ? width - 1 : width) ||
    cells.filter((cell) => cell.trim() !== "").length <= width / 3;
  if (!isTitle(first)) return first;
  const found = records.slice(0, 20).find((record) => !isTitle(record));
  return found && isHeaderLike(found) ? found : first;
}

const isHeaderLike = ({ cells }: SampleRecord): boolean => {
  const names = cells.map((cell) => cell.trim()).filter((cell) => cell !== "");
  const words = names.filter((name) => /\p{L}/u.test(name) && !/\d{4}-\d\d|\d\d?:\d\d/.test(name));
  return words.length >= names.length * 0.8;
};

const splitLines = (text: string): string[] => text.split(/\r\n|\n|\r/);

/** The records of some lines, cut at the separator outside quotes; a quote opens only where a value begins. */
function cutRecords(
  lines: readonly string[],
  separator: string,
  quote: string,
  isWhole: boolean,
): SampleRecord[] {
  const records: SampleRecord[] = [];
  for (let line = 0; line < lines.length && records.length < MAX_SAMPLE_RECORDS;) {
    const start = line;
    let text = lines[line]!;
    let cells = cutCells(text, separator, quote);
    // A quote that stays open for long is a character: what it would swallow tells more.
    for (let more = 1; !cells && more <= 100 && line + 1 < lines.length; more += 1) {
      line += 1;
      text += `\n${lines[line]}`;
      cells = cutCells(text, separator, quote);
    }
    if (!cells) {
      line = start;
      cells = lines[start]!.split(separator);
    }
    line += 1;
    if (line >= lines.length && !isWhole && records.length > 1) break;
    records.push({ cells, line: start });
  }
  return records;
}

/** The values of one record; undefined when a quote stays open. */
export function cutCells(text: string, separator: string, quote: string): string[] | undefined {
  if (!text.includes(quote)) return text.split(separator);
  const cells: string[] = [];
  let index = 0;
  for (;;) {
    let start = index;
    if (separator !== " ") while (text[start] === " ") start += 1;
    if (text[start] === quote) {
      let value = "";
      let from = start + 1;
      for (;;) {
        const close = text.indexOf(quote, from);
        if (close < 0) return undefined;
        value += text.slice(from, close);
        from = close + 1;
        if (text[from] !== quote) break;
        value += quote;
        from += 1;
      }
      const end = text.indexOf(separator, from);
      cells.push(value + text.slice(from, end < 0 ? undefined : end).trimEnd());
      if (end < 0) return cells;
      index = end + 1;
    } else {
      const end = text.indexOf(separator, index);
      cells.push(text.slice(index, end < 0 ? undefined : end));
      if (end < 0) return cells;
      index = end + 1;
    }
  }
}

/** Records as csv-parse cuts them, those it cannot cut left out; for samples. */
export function parseRecords(
  text: string,
  dialect: Pick<Dialect, "separator" | "quote">,
): string[][] {
  return parse(text, {
    delimiter: dialect.separator,
    quote: dialect.quote,
    escape: dialect.quote,
    relax_quotes: true,
    relax_column_count: true,
    skip_records_with_error: true,
    skip_empty_lines: true,
    trim: dialect.separator !== "\t",
  });
}

/**
 * Names by which the columns of a header are known: `column_3` for an empty third one; where a name comes again, letter
 * case aside, each of its columns gets its place among them: `Titre#1`, `Titre#2`. The first keeps the plain name too.
 */
export function nameColumns(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const taken = new Set(header.map((cell) => cell.toLowerCase()));
  return header.map((cell, index) => {
    // A name goes into statements, which end at a NUL.
    const name = cell.replaceAll("\0", "").trim() || `column_${index + 1}`;
    // DuckDB does not tell names apart by letter case.
    const key = name.toLowerCase();
    let count = (seen.get(key) ?? 0) + 1;
    if (count > 1) while (taken.has(`${key}#${count}`)) count += 1;
    seen.set(key, count);
    if (count === 1) return name;
    taken.add(`${key}#${count}`);
    return `${name}#${count}`;
  });
}
