import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { type BatchPlan, batchSize, fillBatch, planBatch, readCsvSql } from "./batch.ts";
import type { Mapping } from "./mapping.ts";
import { numberRecords, writeQuarantine } from "./quarantine.ts";
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

/** How a file is read: its mapping, the zone of its source, and whether people are kept. */
interface Reading {
  mapping: Mapping;
  zone: string;
  keepsPeople: boolean;
}

/** Hash of how a file is read, wherever its mapping lies: another reading of the same file is another import. */
export function readingFingerprint({ mapping, zone, keepsPeople }: Reading): string {
  const { path: _path, ...rest } = mapping;
  return createHash("sha256").update(JSON.stringify({ rest, zone, keepsPeople })).digest("hex");
}

/** Condition on the ledger: the imports of the same bytes by the same mapping file, whatever it said then. */
function sameBytes(source: ImportSource, file: TableFile, mapping: Mapping): string {
  return `source_id = ${literal(source.id)} and sha256 = ${literal(file.sha256)} and mapping_file = ${literal(basename(mapping.path))}`;
}

/** True when this file has been imported with this reading before, and no other reading has taken its place since. */
export async function isImported(
  connection: DuckDBConnection,
  source: ImportSource,
  file: TableFile,
  reading: Omit<Reading, "zone">,
): Promise<boolean> {
  const found = await rows<{ is_same: boolean }>(
    connection,
    `select reading_sha256 = ? as is_same from ingest.imports where ${sameBytes(source, file, reading.mapping)}
     order by import_id desc limit 1`,
    [readingFingerprint({ ...reading, zone: source.zone })],
  );
  return found[0]?.is_same ?? false;
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
  const input = { name: file.name, header: file.header, relation: readCsvSql(file) };
  const plan = await planBatch(connection, input, { mapping, zone: source.zone, ...options });
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
    const replaced = `select import_id from ingest.imports where ${sameBytes(source, file, mapping)}`;
    const inserted = await writeRecords(connection, importId, plan, { source, mapping, replaced });
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

/** Where the records of a batch come from, and the imports (a query of ids) whose place they take. */
interface Origin {
  source: ImportSource;
  mapping: Mapping;
  replaced: string;
}

/** Appends the records of the view `numbered` that say something new; returns how many. */
export async function writeRecords(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  origin: Origin,
): Promise<number> {
  const { contract } = plan;
  const { source } = origin;
  const columns = filledColumns(plan).map(identifier);
  const key = contract.key
    .filter((name) => plan.fields.some(({ field }) => field.name === name))
    .map(identifier);
  const known = knownSql(plan, origin, key);
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
function knownSql(plan: BatchPlan, origin: Origin, key: readonly string[]): string {
  const { source, mapping, replaced } = origin;
  // What an earlier reading of the same bytes said is no longer known: it is about to be replaced.
  const ours = `from ingest.${plan.contract.table}
    where instance = ${literal(source.instance)} and import_id not in (${replaced})`;
  const isDated =
    plan.orderField !== null || plan.fields.some(({ field }) => field.name === "updated_at");
  if (isDated || mapping.rows === "history") return `select ${key.join(", ")}, row_hash ${ours}`;
  return `select ${key.join(", ")}, row_hash ${ours}
    qualify row_number() over (partition by ${key.join(", ")} order by import_id desc, record_number desc) = 1`;
}

/** Words of a field's lookup that say nothing: no value, yet not without a home. */
export function silentWords(mapping: Mapping, field: string): string[] {
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
  keepsPeople: boolean;
  records: number;
  accepted: number;
  quarantined: number;
  inserted: number;
  unchanged: number;
}

/** The latest plausible instant of the accepted records: how far the file's data reaches, unless declared. */
export function dataThroughSql(plan: BatchPlan): string {
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
       ? as file, ? as sha256, ${file.bytes} as bytes, ${file.compressed} as compressed, ? as mapping, ? as mapping_file,
       ? as reading_sha256,
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
      basename(mapping.path),
      readingFingerprint({ mapping, zone: source.zone, keepsPeople: entry.keepsPeople }),
      mapping.rows,
    ],
  );
}
