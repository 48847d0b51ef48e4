import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";

export type Row = Record<string, unknown>;

/** Text as a SQL literal. */
export const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Texts as a SQL list. */
export const literalList = (values: readonly string[]): string =>
  `[${values.map(literal).join(", ")}]`;

/** A name as a SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`integer ${value}; expected at most 2^53`);
  return number;
}

/**
 * The rows of a query as plain objects; integers come as numbers, timestamps as `Date` of their UTC instant.
 * For results that fit in memory.
 */
export async function rows<T extends object = Row>(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<T[]> {
  const reader = await connection.runAndReadAll(sql, values);
  return reader
    .getRowObjectsJS()
    .map((found) =>
      Object.fromEntries(Object.entries(found).map(([name, value]) => [name, plain(value)])),
    ) as T[];
}

/** The only row of a query. */
export async function row<T extends object = Row>(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<T> {
  const [first, second] = await rows<T>(connection, sql, values);
  if (!first || second) throw new Error(`query ${sql.slice(0, 80)}; expected one row`);
  return first;
}

/** Runs `work` between BEGIN and COMMIT; rolls back whatever it throws. */
export async function transaction<T>(
  connection: DuckDBConnection,
  work: () => Promise<T>,
): Promise<T> {
  await connection.run("begin");
  try {
    const result = await work();
    await connection.run("commit");
    return result;
  } catch (error) {
    // A fatal engine error has already ended the transaction; the first error is the one to show.
    await connection.run("rollback").catch(() => undefined);
    throw error;
  }
}
