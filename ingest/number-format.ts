import { literal } from "./query.ts";

/** Blanks and apostrophes between thousands. */
const GROUPS = " \u00a0\u202f\u2009'’";

const GROUP = new RegExp(`[${GROUPS}]`, "gu");

/** What the numbers of a column tell of the character before their decimals. */
export interface DecimalForms {
  points: number;
  commas: number;
  /** Values that may have thousands or decimals: `1,234`. */
  open: string[];
  /** Nothing but such values. */
  isOpen: boolean;
}

/** Looks at the texts of a column's numbers. */
export function detectDecimals(values: Iterable<string>): DecimalForms {
  const found: DecimalForms = { points: 0, commas: 0, open: [], isOpen: false };
  for (const value of values) {
    const text = value.replaceAll(GROUP, "");
    const marks = text.replaceAll(/[^.,]/g, "");
    if (marks === "") continue;
    const last = marks.at(-1)!;
    const isOnce = marks.length === 1;
    if (isOnce && /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text)) {
      if (found.open.length < 10) found.open.push(value);
      continue;
    }
    // A mark that comes again parts thousands; the last of two kinds stands before the decimals.
    const isThousands = !isOnce && new Set(marks).size === 1;
    const decimal = isThousands ? (last === "," ? "." : ",") : last;
    if (decimal === ".") found.points += 1;
    else found.commas += 1;
  }
  found.isOpen = found.open.length > 0 && found.points === 0 && found.commas === 0;
  return found;
}

/** The character before the decimals; undefined where no number has any. */
export function decideDecimal({ points, commas }: DecimalForms): "." | "," | undefined {
  if (points === 0 && commas === 0) return undefined;
  return commas > points ? "," : ".";
}

/** SQL of a number's text in plain form: no thousands, a point before the decimals; null for what is no number. */
export function plainNumberSql(raw: string, decimal: "." | "," = "."): string {
  const thousands = decimal === "." ? "," : ".";
  const group = `[${GROUPS}${thousands}]`;
  const form = `[+-]?(\\d+|\\d{1,3}(${group}\\d{3})+)(\\${decimal}\\d+)?`;
  const bare = `regexp_replace(${raw}, ${literal(group)}, '', 'g')`;
  const plain = decimal === "," ? `replace(${bare}, ',', '.')` : bare;
  return `case when regexp_full_match(${raw}, '[+-]?\\d{1,18}') then ${raw} when regexp_full_match(${raw}, ${literal(form)}) then ${plain} end`;
}
