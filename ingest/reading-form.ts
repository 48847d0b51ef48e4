import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import type { Field } from "./contract.ts";
import { type DateForms, decideDayOrder, detectDates, orderFormats } from "./date-format.ts";
import type { FieldSource, Mapping } from "./mapping.ts";
import { type DecimalForms, decideDecimal, detectDecimals } from "./number-format.ts";
import { rows } from "./query.ts";

/** A field of a mapping with the values of its columns. */
interface Column {
  field: Field;
  source: FieldSource;
  /** SQL of its columns. */
  columns: string[];
  values: string[];
}

/** SQL of the records of a file, and of each of its columns. */
export interface TableSql {
  file: TableFile;
  from: string;
  columns: ReadonlyMap<string, string>;
}

/**
 * The mapping with the forms that its columns show, where it declares none: formats of dates, the character before
 * decimals. A spread sample tells them; where it leaves day and month, or decimals and thousands, open, the whole column
 * is read; a column of dates that even then says nothing follows the others of the file, which one tool wrote.
 *
 * @throws when a column leaves it open, with the lines to add to the mapping.
 */
export async function decideForms(
  connection: DuckDBConnection,
  table: TableSql,
  mapping: Mapping,
  fields: readonly Field[],
): Promise<Mapping> {
  const header = table.file.header;
  const columns = fields.flatMap((field): Column[] => {
    const source = mapping.fields[field.name];
    const isOpen =
      source !== undefined &&
      ((isDated(field) && source.formats.length === 0) ||
        (isNumber(field) && source.decimal === undefined));
    if (!isOpen) return [];
    const found = source.columns.flatMap((name) => table.columns.get(name) ?? []);
    return found.length === 0 ? [] : [{ field, source, columns: found, values: [] }];
  });
  if (columns.length === 0) return mapping;
  const positions = new Map(header.map((_, position) => [`c${position}`, position]));
  const missing = new Set(mapping.missing);
  for (const record of table.file.sample()) {
    for (const column of columns) {
      for (const name of column.columns) {
        const value = record[positions.get(name)!]?.trim() ?? "";
        if (value !== "" && !missing.has(value)) column.values.push(value);
      }
    }
  }
  const decided: Record<string, FieldSource> = { ...mapping.fields };
  const name = table.file.name;
  const whole = (column: Column) => wholeColumn(connection, table, column, missing);
  for (const column of columns.filter(({ field }) => isNumber(field))) {
    const decimal = await decimalOf(column, whole, name);
    if (decimal) decided[column.field.name] = { ...column.source, decimal };
  }
  const dated = columns.filter(({ field }) => isDated(field));
  for (const [field, formats] of await formatsOf(dated, whole, name))
    decided[field.name] = { ...mapping.fields[field.name]!, formats };
  return { ...mapping, fields: decided };
}

const isDated = ({ type }: Field): boolean => type === "instant" || type === "date";
const isNumber = ({ type }: Field): boolean => type === "integer" || type === "decimal";

/** The distinct values of a whole column; a form is told from the first hundred thousand. */
async function wholeColumn(
  connection: DuckDBConnection,
  { from }: TableSql,
  { columns }: Column,
  missing: ReadonlySet<string>,
): Promise<string[]> {
  const found = await rows<{ value: string }>(
    connection,
    `select distinct value from (select unnest([${columns.join(", ")}]) as value from ${from}) where value is not null limit 100000`,
  );
  return found
    .map(({ value }) => value.trim())
    .filter((value) => value !== "" && !missing.has(value));
}

async function decimalOf(
  column: Column,
  whole: (column: Column) => Promise<string[]>,
  file: string,
): Promise<"." | "," | undefined> {
  let forms: DecimalForms = detectDecimals(column.values);
  if (forms.isOpen) forms = detectDecimals(await whole(column));
  if (!forms.isOpen) return decideDecimal(forms);
  // Whole numbers have no decimals: what parts them by three digits are thousands.
  if (column.field.type === "integer") return forms.open[0]!.includes(",") ? "." : ",";
  throw new Error(
    `cannot read column ${shownColumns(column)} of ${file}: ${shownValues(forms.open)} may be thousands or decimals; expected in the mapping, fields: ${column.field.name}: { column: ${shownColumns(column)}, decimal: "," } or decimal: "."`,
  );
}

async function formatsOf(
  columns: readonly Column[],
  whole: (column: Column) => Promise<string[]>,
  file: string,
): Promise<[Field, string[]][]> {
  const found = columns.map((column) => ({ column, forms: detectDates(column.values) }));
  const decided: [Field, string[]][] = [];
  const open: { column: Column; forms: DateForms }[] = [];
  const orders = new Set<"day_first" | "month_first">();
  for (const { column, forms: sampled } of found) {
    let forms = sampled;
    if (forms.formats.length === 0) continue;
    if (forms.hasNumericMonth && !decideDayOrder(forms)) forms = detectDates(await whole(column));
    const order = decideDayOrder(forms);
    if (order) orders.add(order);
    if (forms.hasNumericMonth && !order) open.push({ column, forms });
    else decided.push([column.field, order ? orderFormats(forms.formats, order) : forms.formats]);
  }
  for (const { column, forms } of open) {
    const [order, other] = orders;
    const isMixed = forms.dayFirst > 0 && forms.monthFirst > 0;
    if (!order || other || isMixed) throw new Error(describeOpen(column, forms, file));
    decided.push([column.field, orderFormats(forms.formats, order)]);
  }
  return decided;
}

function describeOpen(
  column: Column,
  { formats, dayFirst, monthFirst }: DateForms,
  file: string,
): string {
  const [format] = formats.filter((text) => text.startsWith("%d"));
  const isMixed = dayFirst > 0 && monthFirst > 0;
  const why = isMixed
    ? `${dayFirst} values can only begin with the day and ${monthFirst} only with the month`
    : "day and month cannot be told apart";
  const [byDay, byMonth] = (["day_first", "month_first"] as const).map(
    (order) => orderFormats([format!], order)[0],
  );
  return `cannot read column ${shownColumns(column)} of ${file}: ${shownValues(column.values)}: ${why}; expected in the mapping, fields: ${column.field.name}: { column: ${shownColumns(column)}, format: "${byDay}" } or format: "${byMonth}"`;
}

const shownColumns = ({ source }: Column): string =>
  source.columns.map((name) => `"${name}"`).join(" or ");
const shownValues = (values: readonly string[]): string =>
  [...new Set(values)].slice(0, 3).join(", ");
