import { createHash } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Mapping } from "./mapping.ts";
import { row } from "./query.ts";

/** How a file is read: its mapping, the zone of its source, and whether people are kept. */
export interface Reading {
  mapping: Mapping;
  zone: string;
  keepsPeople: boolean;
}

/** Hash of how a file is read, wherever its mapping lies: another reading of the same file is another import. */
export function readingFingerprint({ mapping, zone, keepsPeople }: Reading): string {
  const { path: _path, ...rest } = mapping;
  return createHash("sha256").update(JSON.stringify({ rest, zone, keepsPeople })).digest("hex");
}

/** Keeps a reading under its hash, so that a landed file can be read again as it was; returns the hash. */
export async function keepReading(connection: DuckDBConnection, reading: Reading): Promise<string> {
  const sha256 = readingFingerprint(reading);
  await connection.run(
    "insert into ingest.readings select $1, $2 where not exists (from ingest.readings where reading_sha256 = $1)",
    [
      sha256,
      JSON.stringify({
        mapping: reading.mapping,
        zone: reading.zone,
        keepsPeople: reading.keepsPeople,
      }),
    ],
  );
  return sha256;
}

/** The reading that was kept under a hash. */
export async function readingOf(connection: DuckDBConnection, sha256: string): Promise<Reading> {
  const { reading } = await row<{ reading: string }>(
    connection,
    "select reading from ingest.readings where reading_sha256 = ?",
    [sha256],
  );
  return JSON.parse(reading) as Reading;
}
