import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { linesAt } from "../connectors/csv.ts";
import { type BatchPlan, batchSize, fillBatch, planBatch, type StructuralReject } from "./batch.ts";
import { rawSql } from "./field-sql.ts";
import type { Mapping } from "./mapping.ts";
import { identifier, literal, row, rows, transaction } from "./query.ts";

/** Where a file comes from. */
export interface ImportSource {
  id: string;
  instance: string;
  /** Zone of the values that carry none. */
  zone: string;
}

/** Where every record of a file went: accepted + quarantined = records, accepted = inserted + unchanged. */
export interface ImportResult {
  importId: number;
  file: string;
  source: string;
  record: string;
  records: number;
  accepted: number;
  quarantined: number;
  inserted: number;
  unchanged: number;
  /** Columns the mapping names and the file lacks. */
  missingColumns: { field: string; column: string }[];
}

/** Hash of what a mapping says, wherever its file lies. */
export function mappingFingerprint(mapping: Mapping): string {
  const { path: _path, ...rest } = mapping;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}

/** True when this file has been imported by this mapping before. */
export async function isImported(
  connection: DuckDBConnection,
  source: ImportSource,
  file: TableFile,
  mapping: Mapping,
): Promise<boolean> {
  const found = await rows(
    connection,
    "select 1 from ingest.imports where source_id = ? and sha256 = ? and mapping_sha256 = ?",
    [source.id, file.sha256, mappingFingerprint(mapping)],
  );
  return found.length > 0;
}

/**
 * Imports one table file in one transaction: canonical rows, quarantine, what could not be mapped, and the ledger, or
 * nothing at all.
 *
 * @param receivedAt UTC text `YYYY-MM-DD HH:MM:SS`; instants after it are quarantined.
 * @throws when a column that a required field needs is missing, or when a record cannot be accounted for.
 */
export async function importFile(
  connection: DuckDBConnection,
  file: TableFile,
  source: ImportSource,
  mapping: Mapping,
  options: { receivedAt: string; keepsPeople: boolean },
): Promise<ImportResult> {
  const plan = await planBatch(connection, file, { mapping, zone: source.zone, ...options });
  // Outside the transaction: rows of an uncommitted table have no row numbers of their own yet.
  const rejects = await fillBatch(connection, plan);
  const read = await batchSize(connection);
  if (read + rejects.length !== file.records) {
    throw new Error(
      `cannot account for every record of ${file.name}: ${read} read and ${rejects.length} refused; expected ${file.records}, nothing was imported`,
    );
  }
  await numberRecords(connection, file, rejects);
  return transaction(connection, async () => {
    const { importId } = await row<{ importId: number }>(
      connection,
      `select coalesce(max(import_id), 0) + 1 as "importId" from ingest.imports`,
    );
    const quarantined = await writeQuarantine(connection, importId, plan, file, rejects, mapping);
    const accepted = file.records - quarantined;
    const inserted = await writeRecords(connection, importId, plan, source, mapping);
    await writeCoverage(connection, importId, plan, mapping);
    const counts = {
      records: file.records,
      accepted,
      quarantined,
      inserted,
      unchanged: accepted - inserted,
    };
    await writeLedger(connection, importId, plan, { file, source, mapping, ...options, ...counts });
    return {
      importId,
      file: file.name,
      source: source.id,
      record: mapping.record,
      ...counts,
      missingColumns: plan.missingColumns,
    };
  });
}

/** Gives the refused records their numbers (table `refused`), and every row of `batch` its own (view `numbered`). */
async function numberRecords(
  connection: DuckDBConnection,
  file: TableFile,
  rejects: readonly StructuralReject[],
): Promise<void> {
  const lines = await linesAt(
    file,
    rejects.map(({ position }) => position),
  );
  const numbers = lines.map((line) => file.recordOf(line));
  await connection.run(
    "create or replace temp table refused (record_number bigint, ordinal bigint, line bigint)",
  );
  const values = numbers.map((number, ordinal) => `(${number}, ${ordinal}, ${lines[ordinal]})`);
  if (values.length > 0)
    await connection.run(`insert into temp.refused values ${values.join(", ")}`);
  // The k-th row read is preceded by as many refused records as have (number - ordinal) <= k.
  const shift =
    values.length === 0
      ? "0"
      : "(select count(*) from temp.refused where refused.record_number - refused.ordinal <= batch.rowid + 1)";
  await connection.run(
    `create or replace temp view numbered as select *, rowid + 1 + ${shift} as record_number from temp.batch`,
  );
}

async function writeQuarantine(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  file: TableFile,
  rejects: readonly StructuralReject[],
  mapping: Mapping,
): Promise<number> {
  const faulty = await rows<{ record: number }>(
    connection,
    "select record_number as record from numbered where faults <> 0 order by 1",
  );
  await connection.run(
    "create or replace temp table faulty_lines (record_number bigint, line bigint)",
  );
  for (let from = 0; from < faulty.length; from += 5000) {
    const values = faulty
      .slice(from, from + 5000)
      .map(({ record }) => `(${record}, ${file.lineOf(record)})`);
    await connection.run(`insert into temp.faulty_lines values ${values.join(", ")}`);
  }
  if (faulty.length > 0) await connection.run(faultRowsSql(importId, plan, file, mapping));
  for (const [ordinal, reject] of rejects.entries()) {
    await connection.run(
      `insert into ingest.quarantine select ${importId}, record_number, line, null, null, ?, ?, ?, ?
       from temp.refused where ordinal = ${ordinal}`,
      [...describeReject(reject, file.header.length), reject.text],
    );
  }
  return faulty.length + rejects.length;
}

/** Value, reason and expectation of a record that could not be cut into columns. */
function describeReject(
  { message }: StructuralReject,
  columns: number,
): [string | null, string, string] {
  const found = /Expected Number of Columns: \d+ Found: (\d+)/.exec(message)?.[1];
  if (found)
    return [`${found} columns`, "wrong_column_count", `${columns} columns, as the header has`];
  if (/quote/i.test(message)) return [null, "bad_quotes", "a quoted value to end at the separator"];
  return [message.split("\n")[0] ?? null, "malformed", `a record of ${columns} columns`];
}

function faultRowsSql(
  importId: number,
  plan: BatchPlan,
  file: TableFile,
  mapping: Mapping,
): string {
  const branches = plan.fields.flatMap((sql, position) => {
    if (sql.fault === "false" || plan.lenient.has(sql.field.name)) return [];
    const column = mapping.fields[sql.field.name]!.columns.join(" / ") || "(constant)";
    return [
      `case when faults & (1::bigint << ${position}) <> 0 then {column_name: ${literal(column)}, field: ${literal(sql.field.name)},
         value: r_${sql.field.name}, reason: ${sql.reason}, expected: ${sql.expected}} end`,
    ];
  });
  // A pointer, unlike a path, takes any name of a column.
  const pointer = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const columns = new Map(
    file.header.map((name) => [name, `json_extract_string(raw, ${literal(pointer(name))})`]),
  );
  const raws = plan.fields.map(({ field: { name } }) => {
    const text = rawSql(mapping.fields[name]!, { columns, missing: mapping.missing });
    return `${text} as r_${name}, ${identifier(name)} as v_${name}`;
  });
  return `insert into ingest.quarantine
    select ${importId}, record_number, line, fault.column_name, fault.field, fault.value, fault.reason, fault.expected, raw
    from (
      select record_number, line, raw, unnest(list_filter([${branches.join(", ")}], lambda fault: fault is not null)) as fault
      from (select numbered.*, ${raws.join(", ")} from numbered where faults <> 0) join temp.faulty_lines using (record_number)
    ) order by record_number, fault.field`;
}

/** Names of the columns of a record table that the batch fills. */
function filledColumns(plan: BatchPlan): string[] {
  return plan.fields.flatMap(({ field }) => [
    field.name,
    ...(field.type === "choice" ? [`${field.name}_raw`] : []),
  ]);
}

function hashSql(plan: BatchPlan): string {
  const parts = filledColumns(plan).map((name) => `coalesce(${identifier(name)}::varchar, chr(1))`);
  return `md5_number(concat_ws(chr(31), ${parts.join(", ")}))`;
}

/** Appends the records that say something new; returns how many. */
async function writeRecords(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  source: ImportSource,
  mapping: Mapping,
): Promise<number> {
  const { contract } = plan;
  const columns = filledColumns(plan).map(identifier);
  const key = contract.key
    .filter((name) => plan.fields.some(({ field }) => field.name === name))
    .map(identifier);
  const known = knownSql(plan, mapping, source, key);
  // Written twice in one file, a record counts once; the first place is kept.
  const result = await connection.run(
    `insert into ingest.${contract.table} by name
     select ${importId}::integer as import_id, record_number, ${literal(source.instance)} as instance,
       ${literal(source.id)} as source_id, row_hash, fold_seconds, ${columns.join(", ")}
     from (select *, ${hashSql(plan)} as row_hash from numbered where faults = 0) as incoming
     where not exists (select 1 from (${known}) as known where known.row_hash = incoming.row_hash and ${key
       .map((name) => `known.${name} is not distinct from incoming.${name}`)
       .join(" and ")})
     qualify row_number() over (partition by ${key.join(", ")}, row_hash order by record_number) = 1
     order by record_number`,
  );
  return result.rowsChanged;
}

/** What the warehouse already holds: each dated version, or only the current one where versions carry no instant. */
function knownSql(
  plan: BatchPlan,
  mapping: Mapping,
  source: ImportSource,
  key: readonly string[],
): string {
  const table = `ingest.${plan.contract.table}`;
  const ours = `from ${table} where instance = ${literal(source.instance)}`;
  const isDated =
    plan.orderField !== null || plan.fields.some(({ field }) => field.name === "updated_at");
  if (isDated || mapping.rows === "history") return `select ${key.join(", ")}, row_hash ${ours}`;
  return `select ${key.join(", ")}, row_hash ${ours}
    qualify row_number() over (partition by ${key.join(", ")} order by import_id desc, record_number desc) = 1`;
}

/** Words of a field's lookup that say nothing: no value, yet not without a home. */
function silentWords(mapping: Mapping, field: string): string[] {
  const lookup = mapping.lookups[mapping.fields[field]?.lookup ?? ""] ?? {};
  return Object.keys(lookup)
    .filter((word) => lookup[word] === null)
    .map((word) => word.toLowerCase());
}

async function writeCoverage(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  mapping: Mapping,
): Promise<void> {
  for (const [position, { field, timeFlag }] of plan.fields.entries()) {
    const name = identifier(field.name);
    const flag = timeFlag === null ? "null" : identifier(`${field.name}_flag`);
    await connection.run(
      `insert into ingest.supplied_fields
       select ${importId}, ${literal(field.name)}, count(${name}), count(*) filter (${flag} = 1), count(*) filter (${flag} = 2),
         count(*) filter (softened & (1::bigint << ${position}) <> 0)
       from temp.batch where faults = 0`,
    );
    if (field.type !== "choice") continue;
    await connection.run(
      `insert into ingest.unmapped_values
       select ${importId}, ${literal(field.name)}, ${identifier(`${field.name}_raw`)}, count(*)
       from temp.batch where faults = 0 and ${name} is null and ${identifier(`${field.name}_raw`)} is not null
         and not list_contains([${["", ...silentWords(mapping, field.name)].map(literal).join(", ")}], lower(${identifier(`${field.name}_raw`)}))
       group by all order by 3`,
    );
  }
  for (const { field, column } of plan.missingColumns) {
    await connection.run("insert into ingest.missing_columns values (?, ?, ?)", [
      importId,
      field,
      column,
    ]);
  }
}

interface LedgerEntry {
  file: TableFile;
  source: ImportSource;
  mapping: Mapping;
  receivedAt: string;
  records: number;
  accepted: number;
  quarantined: number;
  inserted: number;
  unchanged: number;
}

/** The latest plausible instant of the accepted records: how far the file's data reaches, unless declared. */
function dataThroughSql(plan: BatchPlan): string {
  const instants = plan.fields
    .filter(({ field }) => field.isPast)
    .map(({ field }) => `max(${identifier(field.name)})`);
  return instants.length === 0
    ? "null"
    : `(select greatest(${instants.join(", ")}) from temp.batch where faults = 0)`;
}

async function writeLedger(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  entry: LedgerEntry,
): Promise<void> {
  const { file, source, mapping } = entry;
  await connection.run(
    `insert into ingest.imports by name select ${importId} as import_id, ? as source_id, ? as instance, ? as record_kind,
       ? as file, ? as sha256, ${file.bytes} as bytes, ${file.compressed} as compressed, ? as mapping, ? as mapping_sha256,
       ? as row_kind, ${literal(entry.receivedAt)}::timestamp as received_at, ${entry.records} as records,
       ${entry.accepted} as accepted, ${entry.quarantined} as quarantined, ${entry.inserted} as inserted,
       ${entry.unchanged} as unchanged, ${dataThroughSql(plan)} as data_through`,
    [
      source.id,
      source.instance,
      mapping.record,
      file.name,
      file.sha256,
      mapping.name ?? basename(mapping.path),
      mappingFingerprint(mapping),
      mapping.rows,
    ],
  );
}
