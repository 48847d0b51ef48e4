export type Cell = string | number | null;

/**
 * A spreadsheet would run text that begins like a formula: an apostrophe makes it text again. Wide
 * signs, as East Asian keyboards write them, count too (OWASP, CSV injection).
 */
export function neutralised(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

/**
 * Rows as CSV for the spreadsheets of a language: French ones expect semicolons and decimal commas.
 */
export function toCsv(rows: Cell[][], language: string): string {
  const separator = language === "fr" ? ";" : ",";
  const cell = (value: Cell): string => {
    if (value === null) return "";
    if (typeof value === "number")
      return language === "fr" ? String(value).replace(".", ",") : String(value);
    const text = neutralised(value);
    return /["\n\r,;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(separator)}\r\n`).join("");
}

/** Rows as tab-separated text, as spreadsheets take it from the clipboard. */
export function toTsv(rows: Cell[][], language: string): string {
  return rows
    .map((row) =>
      row
        .map((value) =>
          typeof value === "number"
            ? toCsv([[value]], language).trim()
            : neutralised(value ?? "").replace(/[\t\r\n]+/g, " "),
        )
        .join("\t"),
    )
    .join("\n");
}

/** A file name from a title: letters and digits of the title, joined by hyphens. */
export function fileName(title: string, extension: string): string {
  const plain = title.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return `${plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60)}.${extension}`;
}
