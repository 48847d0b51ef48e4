import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { contractOf, type Field, RECORD_KINDS } from "./contract.ts";
import { identifier, literal, row, transaction } from "./query.ts";
import { STREAM_TABLES } from "./stream-tables.ts";

export interface EngineOptions {
  /** DuckDB memory limit, such as `3GB`. */
  memoryLimit?: string | null;
  /** Threads; default the machine's. */
  threads?: number | null;
}

export interface Warehouse extends Disposable {
  path: string;
  connection: DuckDBConnection;
}

const SQL_TYPES: Record<Field["type"], string> = {
  text: "varchar",
  choice: "varchar",
  instant: "timestamp",
  date: "date",
  integer: "bigint",
  decimal: "decimal(18, 4)",
  boolean: "boolean",
};

/** SQL type of a contract's field; instants are `timestamp` in UTC. */
export const sqlType = (field: Field): string => SQL_TYPES[field.type];

const LEDGER = `
create schema if not exists ingest;
create table if not exists ingest.warehouse (shape varchar not null);
-- one row per import of a file (or stream segment): what came, when, by which mapping, and where every record went;
-- a later import of the same bytes by the same mapping file is a better reading and takes the place of the earlier one
create table if not exists ingest.imports (
  import_id integer not null, source_id varchar not null, instance varchar not null, record_kind varchar not null,
  file varchar not null, sha256 varchar not null, bytes bigint not null, compressed boolean not null,
  mapping varchar not null, mapping_file varchar not null, reading_sha256 varchar not null, row_kind varchar not null, received_at timestamp not null,
  records bigint not null, accepted bigint not null, quarantined bigint not null,
  inserted bigint not null, unchanged bigint not null, data_through timestamp
);
-- one row per fault of a record that was not taken
create table if not exists ingest.quarantine (
  import_id integer not null, record_number bigint not null, line bigint not null, column_name varchar,
  field varchar, value varchar, reason varchar not null, expected varchar not null, raw varchar
);
-- one row per import x field x value that a lookup has no home for
create table if not exists ingest.unmapped_values (
  import_id integer not null, field varchar not null, value varchar not null, records bigint not null
);
-- one row per import x field that the file supplies
create table if not exists ingest.supplied_fields (
  import_id integer not null, field varchar not null, filled bigint not null, ambiguous bigint not null, skipped bigint not null,
  unreadable bigint not null
);
-- one row per import x column that the mapping names and the file lacks
create table if not exists ingest.missing_columns (
  import_id integer not null, field varchar not null, column_name varchar not null
);
`;

function recordTable(kind: (typeof RECORD_KINDS)[number]): string {
  const { table, fields } = contractOf(kind);
  const columns = fields.flatMap((field) => [
    `${identifier(field.name)} ${sqlType(field)}`,
    ...(field.type === "choice" ? [`${identifier(`${field.name}_raw`)} varchar`] : []),
  ]);
  // fold_seconds: what to add to the ordering instant to take the later reading of a local time that occurs twice
  return `create table if not exists ingest.${table} (
    import_id integer not null, record_number bigint not null, instance varchar not null, source_id varchar not null,
    row_hash uhugeint not null, fold_seconds integer, ${columns.join(", ")})`;
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /conflicting lock|could not set lock/i.test(error.message);
}

async function openInstance(
  path: string,
  options: Record<string, string>,
): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.fromCache(path, options);
  } catch (error) {
    if (!isLocked(error)) throw error;
    const holder = /PID (\d+)/.exec((error as Error).message)?.[1];
    throw new Error(
      `cannot open the warehouse ${path}: in use by ${holder ? `process ${holder}` : "another process"}; expected one writer, wait until it ends`,
      { cause: error },
    );
  }
}

/**
 * Opens (or creates) the warehouse, alone: a second process is refused with a clear message. Extensions are never
 * downloaded, times are UTC whatever the machine's zone.
 */
export async function openWarehouse(path: string, engine: EngineOptions = {}): Promise<Warehouse> {
  if (path !== ":memory:") await mkdir(dirname(path), { recursive: true });
  const instance = await openInstance(path, {
    autoinstall_known_extensions: "false",
    ...(engine.memoryLimit ? { memory_limit: engine.memoryLimit } : {}),
    ...(engine.threads ? { threads: String(engine.threads) } : {}),
  });
  const connection = await instance.connect();
  const warehouse = {
    path,
    connection,
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
  try {
    await connection.run(`set timezone = 'UTC'; set checkpoint_threshold = '256MB'`);
    await transaction(connection, async () => {
      for (const table of tables()) await connection.run(table);
      await checkShape(connection, path);
    });
    return warehouse;
  } catch (error) {
    warehouse[Symbol.dispose]();
    throw error;
  }
}

/** The statements that make the tables of `ingest`; a warehouse whose tables were made by others is not opened. */
function tables(): string[] {
  return [LEDGER, STREAM_TABLES, ...RECORD_KINDS.map(recordTable)];
}

async function checkShape(connection: DuckDBConnection, path: string): Promise<void> {
  const shape = createHash("sha256").update(tables().join()).digest("hex");
  await connection.run(
    `insert into ingest.warehouse select '${shape}' where not exists (from ingest.warehouse)`,
  );
  const found = await row<{ shape: string }>(
    connection,
    "select max(shape) as shape from ingest.warehouse",
  );
  if (found.shape !== shape) {
    throw new Error(
      `warehouse ${path}: made by another version of vigie; expected tables of this one: move the file away and run again, imports are replayed from their files`,
    );
  }
}

/** Forbids reads and writes outside `folders` for the rest of the process's connection, for good. */
export async function confine(
  connection: DuckDBConnection,
  folders: readonly string[],
): Promise<void> {
  const list = folders.map((folder) => literal(folder.endsWith("/") ? folder : `${folder}/`));
  await connection.run(`set allowed_directories = [${list.join(", ")}]`);
  await connection.run("set enable_external_access = false");
  await connection.run("set lock_configuration = true");
}
