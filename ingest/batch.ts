import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { type Contract, contractOf, type Field } from "./contract.ts";
import { namedColumns } from "./column-name.ts";
import { type FieldContext, type FieldSql, fieldSql, partNames, personSql } from "./field-sql.ts";
import { instantSql } from "./instant-sql.ts";
import type { FieldSource, Mapping } from "./mapping.ts";
import { decideForms } from "./reading-form.ts";
import { identifier, literal, row } from "./query.ts";
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
  /** The mapping with the forms that the file's columns show. */
  mapping: Mapping;
}

/** What a batch is read from: columns `c0`, `c1`… of text, in the order of their names, and columns that pass through. */
export interface BatchInput {
  name: string;
  header: readonly string[];
  /** SQL of the relation that has them. */
  relation: string;
  /** Default none. */
  carried?: readonly string[];
}

export interface BatchSource {
  mapping: Mapping;
  zone: string;
  receivedAt: string;
  keepsPeople: boolean;
  /** Epoch seconds that all instants lie between: offset changes outside cannot concern them; default any. */
  span?: { from: number; to: number };
}

const ORDER_FIELDS = ["observed_at", "occurred_at"];

/** Fields that the mapping itself speaks of and no column feeds, by the first of those that would do. */
function findMissingColumns(mapping: Mapping, columns: Columns): BatchPlan["missingColumns"] {
  return Object.entries(mapping.fields)
    .filter(([, source]) => !source.isInherited && !isFed(source, columns))
    .map(([field, source]) => ({ field, column: source.columns[0]! }));
}

const isFed = (source: FieldSource, columns: Columns): boolean =>
  source.constant !== undefined || source.columns.some((column) => columns.has(column));

type Columns = ReadonlyMap<string, string>;

/**
 * Plans the one pass over an input: every field of the contract that the mapping feeds, its raw text, canonical value
 * and faults. Forms that the mapping leaves open are ISO 8601 and the decimal point.
 *
 * @throws when a column that a required field needs is not in the input.
 */
export async function planBatch(
  connection: DuckDBConnection,
  input: BatchInput,
  source: BatchSource,
): Promise<BatchPlan> {
  const { mapping } = source;
  const contract = contractOf(mapping.record);
  const columns = namedColumns(mapping, input.header, (position) => `c${position}`);
  const missingColumns = findMissingColumns(mapping, columns);
  const context: FieldContext = {
    contract,
    sources: mapping.fields,
    columns,
    missing: mapping.missing,
    lookups: mapping.lookups,
    zone: source.zone,
    transitions: await transitionsWithin(connection, source),
    receivedAt: `timestamp ${literal(source.receivedAt)}`,
    keepsPeople: source.keepsPeople,
  };
  const fed = contract.fields.filter(
    ({ name }) => mapping.fields[name] && isFed(mapping.fields[name], columns),
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
    mapping,
    select: batchSelect(input, fields, { orderField, lenient, context }),
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

/** DuckDB reads by buffers, which hold whole records; its own default is sixteen times the longest line it allows. */
const BUFFER_BYTES = 8 * 1_048_576;

function readCsvSql(file: TableFile): string {
  const columns = file.header.map((_, position) => `c${position}: 'varchar'`).join(", ");
  const lineEnd = file.lineEnd === "crlf" && !file.rejects ? "\\r\\n" : "\\n";
  const longest = Math.max(1_048_576, file.longestRecord * 2);
  return `read_csv(${literal(file.path)}, auto_detect = false, header = true, delim = ${literal(file.separator)},
    quote = ${literal(file.quote)}, escape = ${literal(file.quote)}, columns = {${columns}}, new_line = '${lineEnd}',
    compression = ${file.compressed ? "'gzip'" : "'none'"}, max_line_size = ${longest}, buffer_size = ${Math.max(BUFFER_BYTES, longest * 2)},
    store_rejects = true, rejects_limit = 0)`;
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
  fields: readonly FieldSql[],
  options: { orderField: string | null; lenient: ReadonlySet<string>; context: FieldContext },
): string {
  const carried = (input.carried ?? []).map(identifier);
  const columns = [...input.header.map((_, position) => `c${position}`), ...carried];
  const raws = fields.map(({ field, raw }) => `${raw} as r_${field.name}`);
  const parts = fields.flatMap((field) => field.parts.map(([name, sql]) => `${sql} as ${name}`));
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
  const { orderField } = options;
  const foldSeconds = orderField
    ? instantSql(partNames({ name: orderField }), options.context).foldSeconds
    : "null::integer";
  const record = `to_json({${input.header.map((name, position) => `${literal(name)}: c${position}`).join(", ")}})`;
  return `select *, ${hashSql(fields)} as row_hash
    from (select ${[...carried, ...kept, ...words, ...flags].join(", ")}, (${foldSeconds})::integer as fold_seconds, softened,
        faults, case when faults <> 0 then ${record}::varchar end as raw
      from (select *, ${faults} as faults, ${softened} as softened
        from (select *, ${values.join(", ")}
          from (select ${["*", ...parts].join(", ")}
            from (select ${[...columns, ...raws].join(", ")} from ${input.relation})))))`;
}

/** Names of the columns of a record table that some fields fill. */
export function filledColumns(fields: readonly FieldSql[]): string[] {
  return fields.flatMap(({ field }) => [
    field.name,
    ...(field.type === "choice" ? [`${field.name}_raw`] : []),
  ]);
}

/** What a record says, as one number; the key is part of it. */
function hashSql(fields: readonly FieldSql[]): string {
  const parts = fields.flatMap(({ field }) => {
    const name = identifier(field.name);
    // Numbers are written much faster than dates.
    if (field.type === "instant") return [`epoch_us(${name})::varchar`];
    return field.type === "choice" ? [name, identifier(`${field.name}_raw`)] : [`${name}::varchar`];
  });
  return `md5_number(concat_ws(chr(31), ${parts.map((part) => `coalesce(${part}, chr(1))`).join(", ")}))`;
}

/** A file read into the temporary tables `batch` and `refused`. */
export interface Batch {
  /** The file as it was read: the tolerant way's where the strict one lost records. */
  file: TableFile;
  plan: BatchPlan;
}

/** A file that DuckDB gave up on: the statement, and the transaction with it, have failed; the tolerant way is left. */
export class TornFile extends Error {
  readonly file: TableFile;

  constructor(file: TableFile, cause: unknown) {
    super(`cannot read ${file.name}: ${(cause as Error).message.split("\n")[0]}`, { cause });
    this.file = file;
  }
}

/**
 * Reads a file into the temporary table `batch`, one row per record that could be cut into columns, in file order. Where
 * rows and refused records do not add up to the file's, or a refused record swallowed lines, the file goes the
 * tolerant way.
 *
 * @throws TornFile when the reader gives up, with a transaction that has to be begun again; when a record cannot be
 * accounted for even the tolerant way; or when a column that a required field needs is missing.
 */
export async function readBatch(
  connection: DuckDBConnection,
  file: TableFile,
  source: BatchSource,
): Promise<Batch> {
  const first = await fillBatch(connection, file, source);
  if (first.plan && first.isWhole) return { file, plan: first.plan };
  if (first.error) throw new TornFile(file, first.error);
  const table = file.rejects ? file : await file.recover();
  const second = await fillBatch(connection, table, source);
  if (
    second.plan &&
    second.read + second.refused + table.rejects!.count === table.records &&
    second.refused === 0
  )
    return { file: table, plan: second.plan };
  throw new Error(
    `cannot account for every record of ${file.name}: ${second.read} read and ${second.refused + table.rejects!.count} refused; expected ${table.records}, nothing was imported`,
    { cause: second.error ?? first.error },
  );
}

/** Plans the pass over a file by the forms that its columns show. */
async function planFile(
  connection: DuckDBConnection,
  file: TableFile,
  source: BatchSource,
): Promise<BatchPlan> {
  const { fields } = contractOf(source.mapping.record);
  const columns = namedColumns(source.mapping, file.header, (position) => `c${position}`);
  const relation = readCsvSql(file);
  const table = { file, from: relation, columns };
  const mapping = await decideForms(connection, table, source.mapping, fields);
  const input = { name: file.name, header: file.header, relation };
  return planBatch(connection, input, { ...source, mapping });
}

interface Fill {
  plan?: BatchPlan;
  read: number;
  refused: number;
  /** Every record is either read or refused by itself. */
  isWhole: boolean;
  error?: unknown;
}

async function fillBatch(
  connection: DuckDBConnection,
  file: TableFile,
  source: BatchSource,
): Promise<Fill> {
  const plan = await planFile(connection, file, source);
  for (const table of ["reject_scans", "reject_errors", "batch"]) {
    await connection.run(`drop table if exists temp.${table}`);
  }
  try {
    await connection.run(`create temp table batch as ${plan.select}`);
  } catch (error) {
    if (file.rejects || !/csv|invalid input|maximum line size/i.test((error as Error).message))
      throw error;
    return { read: 0, refused: 0, isWhole: false, error };
  }
  const read = await batchSize(connection);
  const { refused, swallowed } = await row<{ refused: number; swallowed: number }>(
    connection,
    `select count(distinct line_byte_position) as refused,
       count(*) filter (contains(rtrim(csv_line, chr(10) || chr(13)), chr(10))) as swallowed
     from reject_errors`,
  );
  const rejected = file.rejects?.count ?? 0;
  return {
    plan,
    read,
    refused,
    isWhole: swallowed === 0 && read + refused + rejected === file.records,
  };
}

/** Rows in `batch`. */
async function batchSize(connection: DuckDBConnection): Promise<number> {
  const { size } = await row<{ size: number }>(
    connection,
    "select count(*) as size from temp.batch",
  );
  return size;
}
