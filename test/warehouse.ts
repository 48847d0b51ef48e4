import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

/** Opens the prepared warehouse of a folder to read it, beside other tests that do. */
export async function readWarehouse(folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(join(folder, "warehouse.duckdb"), {
    access_mode: "READ_ONLY",
  });
  return instance.connect();
}

/** ISO UTC text to the second of a `Date`, null of null: how expectations write instants. */
export const isoText = (value: unknown): unknown =>
  value instanceof Date ? `${value.toISOString().slice(0, 19)}Z` : value;
