import {
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import { identifier } from "../ingest/query.ts";

const TYPES = {
  varchar: VARCHAR,
  integer: INTEGER,
  double: DOUBLE,
  boolean: BOOLEAN,
} satisfies Record<string, DuckDBType>;

export type Value = string | number | boolean | null;

/** Rows as columns of equal length, by name. */
export type Columns = Record<string, Value[]>;

/**
 * A relation that SQL cannot say: a pure function of the relations it reads. Its rows depend on nothing else, nor on
 * their order: they are given in the order of their own values.
 */
export interface TableModel {
  /** What one row is: `one row per …` */
  grain: string;
  /** Relations it reads, as `schema.name`, each with the columns it wants: varchar, integer, double or boolean. */
  reads: Record<string, readonly string[]>;
  /** Columns it makes. */
  columns: Record<string, keyof typeof TYPES>;
  rows: (inputs: Record<string, Columns>) => Columns;
}

/** Rows of one vector of the engine. */
const CHUNK = 2048;

async function readColumns(
  connection: DuckDBConnection,
  relation: string,
  names: readonly string[],
): Promise<Columns> {
  const reader = await connection.runAndReadAll(
    `select ${names.map(identifier).join(", ")} from ${relation} order by all`,
  );
  const values = reader.getColumnsJS() as Value[][];
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? []]));
}

/** Creates the table of a model and fills it with what its function makes of what it reads. */
export async function buildTable(
  connection: DuckDBConnection,
  id: string,
  model: TableModel,
): Promise<void> {
  const inputs: Record<string, Columns> = {};
  for (const [relation, names] of Object.entries(model.reads))
    inputs[relation] = await readColumns(connection, relation, names);
  await fillTable(connection, id, model.columns, model.rows(inputs));
}

/** Creates (or replaces) a table and fills it with columns of equal length. */
export async function fillTable(
  connection: DuckDBConnection,
  id: string,
  columns: TableModel["columns"],
  made: Columns,
): Promise<void> {
  const names = Object.keys(columns);
  const list = names.map((name) => `${identifier(name)} ${columns[name]!}`);
  await connection.run(`create or replace table ${id} (${list.join(", ")})`);
  const types = names.map((name) => TYPES[columns[name]!]);
  const size = made[names[0]!]?.length ?? 0;
  const wrong = names.find((name) => made[name]?.length !== size);
  if (wrong !== undefined) throw new Error(`column ${wrong}: not of ${size} rows`);
  const [schema, table] = id.split(".") as [string, string];
  const appender = await connection.createAppender(table, schema);
  try {
    for (let from = 0; from < size; from += CHUNK) {
      const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK, size - from));
      chunk.setColumns(names.map((name) => made[name]!.slice(from, from + CHUNK)));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}
