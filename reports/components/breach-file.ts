import { neutralised } from "./csv.js";
import type { MartRow } from "./marts.js";

export type Breach = MartRow<"mart_provider_breaches">;

/** The columns that `vigie breaches --export` writes, and `--read` takes back. */
const FILE_COLUMNS = [
  "ticket",
  "commitment",
  "number",
  "site",
  "service",
  "priority",
  "assignment_group",
  "provider",
  "started_at",
  "due_at",
  "breach_at",
  "stopped_at",
  "elapsed_business_seconds",
  "target_seconds",
  "reason",
  "asked_by",
  "approved_by",
  "date",
] as const satisfies readonly (keyof Breach)[];

/** The list as `vigie breaches --export` writes it: the same columns, semicolons, no formulas. */
export function breachFile(rows: readonly Breach[]): string {
  const cell = (value: string | number | null): string => {
    const text = typeof value === "number" ? String(value) : neutralised(value ?? "");
    return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [FILE_COLUMNS, ...rows.map((row) => FILE_COLUMNS.map((name) => row[name]))];
  return `\ufeff${lines.map((line) => line.map(cell).join(";")).join("\r\n")}\r\n`;
}
