import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import readExcelFile from "read-excel-file/node";
import { measureMembers } from "./container.ts";
import { CsvError } from "./csv-error.ts";

/** A workbook is unpacked in memory: larger ones are to be saved as CSV. */
const MAX_UNPACKED_BYTES = 300 * 1_048_576;

/**
 * Writes one sheet of a workbook as CSV: every value quoted, instants as ISO 8601 without zone, one line a row, so that
 * rows keep their numbers.
 *
 * @param sheet name of the sheet; the first when null.
 * @throws CsvError when it is no workbook, has no such sheet, or is too large.
 */
export async function writeSheet(
  path: string,
  name: string,
  sheet: string | null,
  target: string,
): Promise<void> {
  if ((await measureMembers(path, name)) > MAX_UNPACKED_BYTES)
    throw new CsvError(
      name,
      "",
      "a workbook of more than 300 MB unpacked",
      "a smaller one, or the sheet saved as CSV UTF-8",
    );
  const sheets = await readExcelFile(path, { trim: false }).catch((cause: Error) => {
    throw new CsvError(
      name,
      "",
      `the workbook cannot be read (${cause.message.split("\n")[0]})`,
      "an .xlsx workbook",
    );
  });
  const found = sheet === null ? sheets[0] : sheets.find((other) => other.sheet === sheet);
  if (!found) {
    const names = sheets.map((other) => `"${other.sheet}"`).join(", ");
    throw new CsvError(name, "", `no sheet "${sheet ?? ""}"`, `one of ${names || "its sheets"}`);
  }
  const output = createWriteStream(target);
  for (const row of found.data) {
    const cells = (row as unknown[]).map((cell) => quoted(cellText(cell)));
    const isBlank = cells.every((cell) => cell === "");
    if (!output.write(isBlank ? "\n" : `${cells.join(",")}\n`)) await once(output, "drain");
  }
  output.end();
  await finished(output);
}

const quoted = (text: string): string => (text === "" ? "" : `"${text.replaceAll('"', '""')}"`);

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) return instantText(cell);
  return `${cell as string | number | boolean}`;
}

/** A serial number of days has no zone, and its seconds are off by what a fraction cannot hold. */
function instantText(value: Date): string {
  if (Number.isNaN(value.getTime())) return "";
  const text = new Date(Math.round(value.getTime() / 1000) * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}
