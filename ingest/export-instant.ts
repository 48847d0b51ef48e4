import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal, row } from "./query.ts";

const CODES: Record<string, string> = {
  Y: "(?<Y>\\d{4})",
  m: "(?<m>0[1-9]|1[0-2])",
  d: "(?<d>0[1-9]|[12]\\d|3[01])",
  H: "(?<H>[01]\\d|2[0-3])",
  M: "(?<M>[0-5]\\d)",
  S: "(?<S>[0-5]\\d)",
};

/** True when a text is a form of file names that tells at least the year, month and day: `incident_%Y%m%d*.csv`. */
export function isNameForm(form: string): boolean {
  const codes = [...form.matchAll(/%(.)/g)].map(([, code]) => code!);
  return (
    ["Y", "m", "d"].every((code) => codes.includes(code)) &&
    codes.every((code) => code in CODES) &&
    new Set(codes).size === codes.length
  );
}

/** The local time that a file's name tells by a form, `YYYY-MM-DD HH:MM:SS`; null when the name has another form. */
export function localTimeOfName(name: string, form: string): string | null {
  const pattern = form
    .split(/(%.|\*)/)
    .map((part) =>
      part === "*"
        ? ".*"
        : part.startsWith("%")
          ? CODES[part[1]!]
          : part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"),
    )
    .join("");
  const groups = new RegExp(`^${pattern}$`).exec(basename(name))?.groups;
  if (!groups) return null;
  const { Y, m, d, H = "00", M = "00", S = "00" } = groups;
  return `${Y}-${m}-${d} ${H}:${M}:${S}`;
}

/**
 * The declared instant of an export, UTC text `YYYY-MM-DD HH:MM:SS`: an instant as it stands, or read from the file's
 * name in the zone of its source.
 *
 * @throws when the name has not the declared form.
 */
export async function exportInstant(
  connection: DuckDBConnection,
  name: string,
  declared: string | null,
  zone: string,
): Promise<string | null> {
  if (declared === null) return null;
  if (!declared.includes("%")) return declared.replace("T", " ").replace("Z", "");
  const local = localTimeOfName(name, declared);
  const found = await row<{ instant: string | null }>(
    connection,
    `select timezone('UTC', timezone(${literal(zone)}, try_cast(${local === null ? "null" : literal(local)} as timestamp)))::varchar as instant`,
  );
  if (found.instant !== null) return found.instant;
  throw new Error(
    `cannot tell when ${name} was exported: its name; expected the form ${declared} of exported_at`,
  );
}
