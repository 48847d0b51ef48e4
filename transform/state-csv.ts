import { readFile, rename, writeFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";

/** One record of a file that people edit, with the line it ends on. */
export interface StateRecord {
  line: number;
  values: Record<string, string>;
}

/** What is wrong in such a file, every fault with its line. */
export class StateFileError extends Error {
  constructor(path: string, faults: readonly { line: number; text: string }[]) {
    super(faults.map(({ line, text }) => `${path}:${line}: ${text}`).join("\n"));
  }
}

/** A spreadsheet takes text that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NEUTRALISED = /^'(?=[=+\-@\t\r])/;

/**
 * The records of a CSV that people edit: `;`, `,` or tab, with or without a byte order mark, whatever spreadsheet saved
 * it. An absent file has none.
 *
 * @param columns columns it must have. @param extra others it may have, which are not read.
 * @throws StateFileError with every fault of its shape.
 */
export async function readStateCsv(
  path: string,
  columns: readonly string[],
  extra: readonly string[] = [],
): Promise<StateRecord[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return [];
  const firstLine = /^\u{feff}?([^\r\n]*)/u.exec(text)?.[1] ?? "";
  const delimiter = [";", "\t", ","].find((mark) => firstLine.includes(mark)) ?? ";";
  const records = parseRecords(path, text, delimiter);
  const [header, ...body] = records;
  if (!header) return [];
  const names = header.cells.map((name) => name.trim());
  const missing = columns.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => ![...columns, ...extra].includes(name));
  const faults = [
    ...missing.map((name) => ({ line: header.line, text: `no column ${name}` })),
    ...unknown.map((name) => ({ line: header.line, text: `column "${name}"` })),
    ...(new Set(names).size < names.length ? [{ line: header.line, text: "a column twice" }] : []),
  ].map(({ line, text: fault }) => ({ line, text: `${fault}; expected ${columns.join(", ")}` }));
  for (const { line, cells } of body) {
    if (cells.length !== names.length)
      faults.push({ line, text: `${cells.length} values; expected ${names.length}` });
  }
  if (faults.length > 0) throw new StateFileError(path, faults);
  return body.map(({ line, cells }) => ({
    line,
    values: Object.fromEntries(
      names.map((name, index) => [name, cells[index]!.trim().replace(NEUTRALISED, "")]),
    ),
  }));
}

function parseRecords(path: string, text: string, delimiter: string) {
  try {
    const found = parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return found.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    const { lines, message } = error as Error & { lines?: number };
    throw new StateFileError(path, [
      { line: lines ?? 1, text: `${message}; expected a CSV file in UTF-8` },
    ]);
  }
}

function cell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[;"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Records as the text of a CSV that any spreadsheet opens rightly: `;`, a byte order mark, no formulas. */
export function stateCsv(
  columns: readonly string[],
  records: readonly Record<string, string>[],
): string {
  const lines = [columns, ...records.map((record) => columns.map((name) => record[name] ?? ""))];
  return `\u{feff}${lines.map((line) => line.map(cell).join(";")).join("\r\n")}\r\n`;
}

/** A file of the state as it is about to be: what stands in it stays, to the byte. */
export interface StateAddition {
  path: string;
  text: string;
  /** Records added. */
  entries: number;
}

/** A file of the state with more records at its end. */
export async function addToState(
  path: string,
  columns: readonly string[],
  records: readonly Record<string, string>[],
): Promise<StateAddition> {
  const text = stateCsv(columns, records);
  const entries = records.length;
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (before === null) return { path, text, entries };
  const body = text.slice(text.indexOf("\n") + 1);
  const end = before.endsWith("\n") ? "" : "\r\n";
  return { path, text: before + end + body, entries };
}

/** Replaces a file in one step: never half of it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.next`, text);
  await rename(`${path}.next`, path);
}
