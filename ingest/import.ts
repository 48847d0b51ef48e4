import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { type Batch, type BatchPlan, readBatch } from "./batch.ts";
import { type ImportSource, sameName, type StandingImport } from "./ledger.ts";
import type { Mapping } from "./mapping.ts";
import { placeBatch } from "./place.ts";
import { numberRecords, writeQuarantine } from "./quarantine.ts";
import { identifier, literal, row, rows } from "./query.ts";
import { keepReading } from "./reading.ts";
import { isPastLimit, type RejectLimit, showLimit } from "./reject-limit.ts";

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

/** A file to import, and how. */
export interface ImportJob {
  file: TableFile;
  source: ImportSource;
  mapping: Mapping;
  keepsPeople: boolean;
  /** UTC text `YYYY-MM-DD HH:MM:SS`; instants after it are quarantined. A later reading keeps that of the first. */
  receivedAt: string;
  /** The input of the configuration it came by; default its name. */
  stream?: string;
  /** True when what it does not show is no more; default false. */
  isFull?: boolean;
  /** Declared instant of the export, UTC text; default none. */
  exportedAt?: string | null;
  /** How many of its records may be quarantined; default any number. */
  maxRejects?: RejectLimit | null;
}

/**
 * Reads a file into the table `batch`, every record accounted for and numbered.
 *
 * @throws when a column that a required field needs is missing, or when a record cannot be accounted for.
 */
export async function loadBatch(
  connection: DuckDBConnection,
  { file, source, mapping, keepsPeople, receivedAt }: ImportJob,
): Promise<Batch> {
  const batch = await readBatch(connection, file, {
    mapping,
    zone: source.zone,
    receivedAt,
    keepsPeople,
  });
  await numberRecords(connection, batch.file);
  return batch;
}

/**
 * Imports one file inside an open transaction: canonical versions, quarantine, what could not be mapped, the ledger.
 *
 * @returns what was done, and the later imports whose records have to be written again because of it.
 */
export async function takeFile(
  connection: DuckDBConnection,
  job: ImportJob,
  replaced: StandingImport | null,
): Promise<{ result: ImportResult; disturbed: StandingImport[] }> {
  const { file, source, mapping } = job;
  const { plan, file: read } = await loadBatch(connection, job);
  const { records } = read;
  const { importId } = await row<{ importId: number }>(
    connection,
    `select coalesce(max(import_id), 0) + 1 as "importId" from ingest.imports`,
  );
  const quarantined = await writeQuarantine(connection, importId, plan, read);
  await refusePastLimit(connection, importId, job, { records, quarantined });
  const accepted = records - quarantined;
  await writeLedger(connection, importId, plan, {
    ...job,
    records,
    accepted,
    quarantined,
    arrival: replaced?.arrival ?? importId,
  });
  const { inserted, disturbed } = await placeBatch(connection, importId, plan, source);
  await writeCoverage(connection, importId, plan, mapping);
  const counts = { accepted, quarantined, inserted, unchanged: accepted - inserted };
  const result = {
    importId,
    file: file.name,
    source: source.id,
    record: mapping.record,
    records,
    ...counts,
    missingColumns: plan.missingColumns,
  };
  return { result, disturbed };
}

async function refusePastLimit(
  connection: DuckDBConnection,
  importId: number,
  { file, maxRejects }: ImportJob,
  { records: total, quarantined }: { records: number; quarantined: number },
): Promise<void> {
  if (!maxRejects || !isPastLimit(maxRejects, quarantined, total)) return;
  const reasons = await rows<{ column: string; reason: string; records: number; line: number }>(
    connection,
    `select coalesce(column_name, '(record)') as "column", reason, count(*) as records, min(line) as line
     from ingest.quarantine where import_id = ${importId} group by all order by records desc, line limit 3`,
  );
  const shown = reasons.map(
    ({ column, reason, records, line }) => `${column} ${reason} ${records} times from line ${line}`,
  );
  throw new Error(
    `cannot import ${file.name}: ${quarantined} of ${total} records cannot be taken (${shown.join("; ")}); expected at most ${showLimit(maxRejects)} by max_rejects, nothing was imported`,
  );
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

interface LedgerEntry extends ImportJob {
  records: number;
  accepted: number;
  quarantined: number;
  arrival: number;
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

/** What orders an import among others: see `ordered_at`. Under one name, a later arrival is never the earlier. */
function orderedAtSql(plan: BatchPlan, { exportedAt, source, file, mapping }: LedgerEntry): string {
  if (exportedAt) return `${literal(exportedAt)}::timestamp`;
  const isDated =
    plan.orderField !== null || plan.fields.some(({ field }) => field.name === "updated_at");
  if (!isDated) return "null::timestamp";
  return `greatest(${dataThroughSql(plan)}, (select max(ordered_at) from ingest.imports
    where is_standing and ${sameName(source.id, file.name, mapping)}))`;
}

async function writeLedger(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  entry: LedgerEntry,
): Promise<void> {
  const { file, source, mapping } = entry;
  const reading = await keepReading(connection, { ...entry, zone: source.zone });
  await connection.run(
    `insert into ingest.imports by name select ${importId} as import_id, ? as source_id, ? as instance, ? as record_kind,
       ? as file, ? as sha256, ${file.bytes} as bytes, ${file.compressed} as compressed, ? as mapping, ? as mapping_file,
       ? as reading_sha256,
       ? as row_kind, ${literal(entry.receivedAt)}::timestamp as received_at, ${entry.records} as records,
       ${entry.accepted} as accepted, ${entry.quarantined} as quarantined, 0 as inserted, 0 as unchanged,
       ${dataThroughSql(plan)} as data_through, ? as stream, ${entry.isFull ?? false} as is_full,
       ${entry.exportedAt ? literal(entry.exportedAt) : "null"}::timestamp as exported_at, ${orderedAtSql(plan, entry)} as ordered_at,
       ${entry.arrival} as arrival, true as is_standing, false as is_topic`,
    [
      source.id,
      source.instance,
      mapping.record,
      file.name,
      file.sha256,
      mapping.name ?? basename(mapping.path),
      basename(mapping.path),
      reading,
      mapping.rows,
      entry.stream ?? file.name,
    ],
  );
}
