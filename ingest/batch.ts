import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { type Contract, contractOf, type Field } from "./contract.ts";
import { type FieldContext, type FieldSql, fieldSql, personSql } from "./field-sql.ts";
import { instantSql } from "./instant-sql.ts";
import type { FieldSource, Mapping } from "./mapping.ts";
import { identifier, literal, row, rows } from "./query.ts";
import { type ZoneTransition, zoneTransitions } from "./zone.ts";

/** How one file is read: shared by the statements of one import. */
export interface BatchPlan {
  contract: Contract;
  fields: FieldSql[];
  /** Fields of the contract that nothing feeds. */
  absent: string[];
  /** Columns the mapping names and the file lacks. */
  missingColumns: { field: string; column: string }[];
  /** Fields whose unreadable values become missing instead of a fault. */
  lenient: ReadonlySet<string>;
  /** Instant field that orders the observations, when the mapping gives one. */
  orderField: string | null;
  select: string;
}

/** What a batch is read from: named columns `c0`, `c1`… of text, in order, and columns that pass through as they are. */
export interface BatchInput {
  name: string;
  header: readonly string[];
  /** SQL of the relation that has them. */
  relation: string;
  /** Default none. */
  carried?: readonly string[];
}

interface BatchSource {
  mapping: Mapping;
  zone: string;
  receivedAt: string;
  keepsPeople: boolean;
  /** Epoch seconds that all instants lie between: offset changes outside cannot concern them; default any. */
  span?: { from: number; to: number };
}

const ORDER_FIELDS = ["observed_at", "occurred_at"];

function findMissingColumns(
  mapping: Mapping,
  header: ReadonlySet<string>,
): BatchPlan["missingColumns"] {
  return Object.entries(mapping.fields).flatMap(([field, source]) =>
    source.columns.filter((column) => !header.has(column)).map((column) => ({ field, column })),
  );
}

const isFed = (source: FieldSource, header: ReadonlySet<string>): boolean =>
  source.constant !== undefined || source.columns.some((column) => header.has(column));

/**
 * Plans the one pass over a file: every field of the contract that the mapping feeds, its raw text, canonical value
 * and faults.
 *
 * @throws when a column that a required field needs is not in the file.
 */
export async function planBatch(
  connection: DuckDBConnection,
  input: BatchInput,
  source: BatchSource,
): Promise<BatchPlan> {
  const { mapping } = source;
  const contract = contractOf(mapping.record);
  const header = new Set(input.header);
  const missingColumns = findMissingColumns(mapping, header);
  const context: FieldContext = {
    columns: new Map(input.header.map((name, position) => [name, `c${position}`])),
    missing: mapping.missing,
    lookups: mapping.lookups,
    zone: source.zone,
    transitions: await transitionsWithin(connection, source),
    receivedAt: `timestamp ${literal(source.receivedAt)}`,
    keepsPeople: source.keepsPeople,
  };
  const fed = contract.fields.filter(
    ({ name }) => mapping.fields[name] && isFed(mapping.fields[name], header),
  );
  const starved = contract.fields.filter((field) => field.isRequired && !fed.includes(field));
  if (starved.length > 0) throw new Error(describeStarved(starved[0]!.name, mapping, input));
  const fields = fed.map((field) =>
    fieldSql(field, mapping.fields[field.name]!, context, {
      raw: `r_${field.name}`,
      value: `v_${field.name}`,
    }),
  );
  const orderField = ORDER_FIELDS.find((name) => fed.some((field) => field.name === name)) ?? null;
  // A record cannot do without a required field, however lenient the mapping is.
  const optional = fed.filter(({ isRequired }) => !isRequired).map(({ name }) => name);
  const lenient = new Set(optional.filter((name) => mapping.lenient.includes(name)));
  return {
    contract,
    fields,
    absent: contract.fields.filter((field) => !fed.includes(field)).map(({ name }) => name),
    missingColumns,
    lenient,
    orderField,
    select: batchSelect(input, mapping, fields, { orderField, lenient, context }),
  };
}

/** Local times are at most a day from UTC. */
const ZONE_MARGIN_SECONDS = 2 * 86_400;

async function transitionsWithin(
  connection: DuckDBConnection,
  { zone, span }: BatchSource,
): Promise<ZoneTransition[]> {
  if (zone === "UTC") return [];
  const all = await zoneTransitions(connection, zone);
  if (!span) return all;
  return all.filter(
    ({ at }) => at > span.from - ZONE_MARGIN_SECONDS && at < span.to + ZONE_MARGIN_SECONDS,
  );
}

function describeStarved(field: string, mapping: Mapping, input: BatchInput): string {
  const columns = mapping.fields[field]?.columns ?? [];
  const wanted =
    columns.length > 0 ? `column ${columns.map((name) => `"${name}"`).join(" or ")}` : "a mapping";
  return `cannot import ${input.name}: no ${wanted} for the required field ${field}; the file has ${input.header
    .slice(0, 12)
    .map((name) => `"${name}"`)
    .join(", ")}${input.header.length > 12 ? ", …" : ""}`;
}

/** SQL of a table file as the relation of a batch. */
export function readCsvSql(file: TableFile): string {
  const columns = file.header.map((_, position) => `c${position}: 'varchar'`).join(", ");
  return `read_csv(${literal(file.path)}, auto_detect = false, header = true, delim = ${literal(file.separator)},
    quote = ${literal(file.quote)}, escape = ${literal(file.quote)}, columns = {${columns}},
    compression = ${file.compressed ? "'gzip'" : "'none'"}, max_line_size = 67108864, store_rejects = true, rejects_limit = 0)`;
}

const bit = (position: number): string => `(1::bigint << ${position})`;

function bitsSql(tests: readonly (string | null)[]): string {
  const terms = tests.flatMap((test, position) =>
    test === null || test === "false" ? [] : [`case when ${test} then ${bit(position)} else 0 end`],
  );
  return terms.length === 0 ? "0::bigint" : terms.join(" + ");
}

/** The value to keep: a person's where another field of the record says that it is one. */
function maskedSql(field: Field, fields: readonly FieldSql[], context: FieldContext): string {
  const value = `v_${field.name}`;
  const { personWhen } = field;
  if (!personWhen || !fields.some((other) => other.field.name === personWhen.field)) return value;
  return `case when v_${personWhen.field} = ${literal(personWhen.value)} then ${personSql(value, context)} else ${value} end`;
}

function batchSelect(
  input: BatchInput,
  mapping: Mapping,
  fields: readonly FieldSql[],
  options: { orderField: string | null; lenient: ReadonlySet<string>; context: FieldContext },
): string {
  const carried = (input.carried ?? []).map(identifier);
  const columns = [...input.header.map((_, position) => `c${position}`), ...carried];
  const raws = fields.map(({ field, raw }) => `${raw} as r_${field.name}`);
  const values = fields.map(({ field, value }) => `${value} as v_${field.name}`);
  const faults = bitsSql(
    fields.map(({ field, fault }) => (options.lenient.has(field.name) ? null : fault)),
  );
  const softened = bitsSql(
    fields.map(({ field, fault }) => (options.lenient.has(field.name) ? fault : null)),
  );
  const kept = fields.map(({ field, fault }) => {
    const value = maskedSql(field, fields, options.context);
    const soft = options.lenient.has(field.name)
      ? `case when not ${fault} then ${value} end`
      : value;
    return `${soft} as ${identifier(field.name)}`;
  });
  const words = fields
    .filter(({ field }) => field.type === "choice")
    .map(({ field }) => `r_${field.name} as ${identifier(`${field.name}_raw`)}`);
  const flags = fields.flatMap(({ field, timeFlag }) =>
    timeFlag === null ? [] : [`(${timeFlag})::tinyint as ${identifier(`${field.name}_flag`)}`],
  );
  const order = options.orderField ? mapping.fields[options.orderField]! : null;
  const foldSeconds = order
    ? instantSql(order, `r_${options.orderField}`, options.context).foldSeconds
    : "null::integer";
  const record = `to_json({${input.header.map((name, position) => `${literal(name)}: c${position}`).join(", ")}})`;
  return `select ${[...carried, ...kept, ...words, ...flags].join(", ")}, (${foldSeconds})::integer as fold_seconds, softened,
      faults, case when faults <> 0 then ${record}::varchar end as raw
    from (select *, ${faults} as faults, ${softened} as softened
      from (select *, ${values.join(", ")}
        from (select ${[...columns, ...raws].join(", ")} from ${input.relation})))`;
}

/** A record that DuckDB's reader could not cut into columns. */
export interface StructuralReject {
  /** Byte offset of the record's first byte in the (decompressed) file. */
  position: number;
  line: number;
  text: string;
  message: string;
}

/**
 * Fills the temporary table `batch`, one row per record that could be cut into columns, in file order.
 *
 * @returns the records that could not.
 */
export async function fillBatch(
  connection: DuckDBConnection,
  plan: BatchPlan,
): Promise<StructuralReject[]> {
  for (const table of ["reject_scans", "reject_errors", "batch"]) {
    await connection.run(`drop table if exists temp.${table}`);
  }
  await connection.run(`create temp table batch as ${plan.select}`);
  return rows<StructuralReject>(
    connection,
    `select line_byte_position::bigint as position, min(line)::bigint as line, any_value(csv_line) as text,
       min(error_message) as message
     from reject_errors group by 1 order by 1`,
  );
}

/** Rows in `batch`. */
export async function batchSize(connection: DuckDBConnection): Promise<number> {
  const { size } = await row<{ size: number }>(
    connection,
    "select count(*) as size from temp.batch",
  );
  return size;
}
