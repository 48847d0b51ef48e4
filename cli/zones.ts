import { DuckDBInstance } from "@duckdb/node-api";

/** Names of the time zones that DuckDB knows, the only authority on them. */
export async function zonesOfDuckDb(): Promise<string[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      "select name from pg_timezone_names() order by name",
    );
    return reader.getRows().map(([name]) => String(name));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
