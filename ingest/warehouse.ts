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
-- one row per import of a file, or of a topic, which grows: what came, when, by which mapping, and where every record went;
-- a later import of the same bytes by the same mapping file is a better reading: the earlier one stands no longer
create table if not exists ingest.imports (
  import_id integer not null, source_id varchar not null, instance varchar not null, record_kind varchar not null,
  file varchar not null, sha256 varchar not null, bytes bigint not null, compressed boolean not null,
  mapping varchar not null, mapping_file varchar not null, reading_sha256 varchar not null, row_kind varchar not null, received_at timestamp not null,
  records bigint not null, accepted bigint not null, quarantined bigint not null,
  inserted bigint not null, unchanged bigint not null, data_through timestamp,
  stream varchar not null, is_full boolean not null, exported_at timestamp, ordered_at timestamp,
  arrival integer not null, is_standing boolean not null, is_topic boolean not null
);
-- one row per import that counts, the last reading of its bytes; import_rank is the order in which records take each other's
-- place: what was declared or can be told of the export, then arrival. seen_at stands in for records that carry no instant
create view if not exists ingest.standing_imports as
select * exclude (seen_at), max(seen_at) over (
  partition by instance, record_kind order by import_rank rows between unbounded preceding and current row
) as seen_at
from (
  select *, least(coalesce(exported_at, data_through), received_at) as seen_at,
    row_number() over (order by coalesce(ordered_at, timestamp '1900-01-01'), arrival, import_id) as import_rank
  from ingest.imports where is_standing
);
-- one row per way of reading files that an import was made with
create table if not exists ingest.readings (reading_sha256 varchar not null, reading varchar not null);
-- one row per full export x record that it no longer shows, shows again, or shows first without saying anything new of it
create table if not exists ingest.presences (
  import_id integer not null, instance varchar not null, record_kind varchar not null, stream varchar not null,
  record_key varchar not null, is_present boolean not null
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

/** The view of a kind's records as they are: the last version of each, and whether the last full export still shows it. */
function currentView(kind: (typeof RECORD_KINDS)[number]): string {
  const { table, key, fields } = contractOf(kind);
  const instants = ["observed_at", "updated_at"].filter((name) =>
    fields.some((field) => field.name === name),
  );
  const sequence = fields.some(({ name }) => name === "source_sequence") && instants.length > 0;
  const keys = key.map(identifier).join(", ");
  const order = [
    `coalesce(${[...instants, "seen_at"].join(", ")}) desc`,
    ...(sequence ? ["source_sequence desc nulls last"] : []),
    "import_rank desc",
  ];
  // Of events one key may have several, all told by one import.
  const isLast =
    kind === "ticket_event"
      ? `rank() over (partition by instance, ${keys} order by import_rank desc)`
      : `row_number() over (partition by instance, ${keys} order by ${order.join(", ")}, record_number desc)`;
  return `create view if not exists ingest.current_${table} as
    with versions as (
      select records.*, import_rank, seen_at from ingest.${table} as records join ingest.standing_imports using (import_id)
    ),
    gone as (
      select instance, record_key, max(import_rank) as gone_rank
      from ingest.presences join ingest.standing_imports using (import_id, instance, record_kind)
      where record_kind = ${literal(kind)}
      group by instance, record_key having not arg_max(is_present, import_rank)
    )
    select last.* exclude (import_rank, seen_at), coalesce(gone_rank > import_rank, false) as is_gone
    from (from versions qualify ${isLast} = 1) as last
    left join gone on gone.instance = last.instance
      and gone.record_key = concat_ws(chr(31), ${key.map((name) => `coalesce(last.${identifier(name)}::varchar, '')`).join(", ")})`;
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
    // A table made in the same transaction is taken for an empty one, and joined by instants in a loop unless that is never done.
    await connection.run("set asof_loop_join_threshold = 0");
    await connection.run(
      `set timezone = 'UTC'; set checkpoint_threshold = '256MB'; set enable_progress_bar = true; set enable_progress_bar_print = false`,
    );
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
  return [
    LEDGER,
    STREAM_TABLES,
    ...RECORD_KINDS.map(recordTable),
    ...RECORD_KINDS.map(currentView),
  ];
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
