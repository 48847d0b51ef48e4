import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { RecordKind } from "./contract.ts";
import type { Mapping } from "./mapping.ts";
import { literal, rows } from "./query.ts";
import { readingFingerprint } from "./reading.ts";

/** Where a file comes from. */
export interface ImportSource {
  id: string;
  instance: string;
  /** Zone of the values that carry none. */
  zone: string;
}

/** An import that counts: the last reading of its bytes. */
export interface StandingImport {
  importId: number;
  /** Its place among the standing imports, by `ordered_at`, then arrival. */
  rank: number;
  sourceId: string;
  instance: string;
  recordKind: RecordKind;
  file: string;
  sha256: string;
  mappingFile: string;
  readingSha256: string;
  /** The input of the configuration it came by. */
  stream: string;
  isFull: boolean;
  /** Declared instant of the export, UTC text; null where none was. */
  exportedAt: string | null;
  /** What orders it: the declared instant, else for dated records the latest in it; null where nothing does. */
  orderedAt: string | null;
  /** Import id of the first reading of these bytes: the order of arrival, which a later reading keeps. */
  arrival: number;
  receivedAt: string;
  quarantined: number;
  unchanged: number;
  /** True for a topic: it grows, takes the place of every file, and is compared with itself alone. */
  isTopic: boolean;
}

/** The imports that count, in the order in which their records take each other's place. */
export async function standingImports(
  connection: DuckDBConnection,
  where = "true",
): Promise<StandingImport[]> {
  return rows<StandingImport>(
    connection,
    `select import_id as "importId", import_rank as rank, source_id as "sourceId", instance, record_kind as "recordKind", file, sha256,
       mapping_file as "mappingFile", reading_sha256 as "readingSha256", stream, is_full as "isFull",
       exported_at::varchar as "exportedAt", ordered_at::varchar as "orderedAt", arrival, received_at::varchar as "receivedAt", quarantined, unchanged,
       is_topic as "isTopic"
     from ingest.standing_imports where ${where} order by import_rank`,
  );
}

/**
 * Condition on the ledger: the imports of the same bytes by the same mapping file, whatever it said then. Exports of
 * two declared instants are two, though nothing changed between them.
 */
export function sameBytes(
  sourceId: string,
  file: { name: string; sha256: string },
  reading: { mapping: Pick<Mapping, "path">; exportedAt?: string | null },
): string {
  const { mapping, exportedAt = null } = reading;
  const same = `source_id = ${literal(sourceId)} and sha256 = ${literal(file.sha256)} and mapping_file = ${literal(basename(mapping.path))}`;
  if (exportedAt === null) return same;
  return `${same} and (file = ${literal(file.name)} or exported_at is null or exported_at = ${literal(exportedAt)}::timestamp)`;
}

/** Condition on the ledger: what came before under the same name, in the same way; the later arrival replaces it. */
export function sameName(sourceId: string, file: string, mapping: Pick<Mapping, "path">): string {
  return `source_id = ${literal(sourceId)} and file = ${literal(file)} and mapping_file = ${literal(basename(mapping.path))}`;
}

/** How a file is to be read, and where its export stands among the others. */
export interface PlacedReading {
  mapping: Mapping;
  keepsPeople: boolean;
  exportedAt?: string | null;
  isFull?: boolean;
}

/** True when an import was made as its file would be read today. */
export const isSameReading = (
  standing: StandingImport,
  reading: PlacedReading & { source: Pick<ImportSource, "zone"> },
): boolean =>
  standing.readingSha256 === readingFingerprint({ ...reading, zone: reading.source.zone }) &&
  standing.exportedAt === (reading.exportedAt ?? null) &&
  standing.isFull === (reading.isFull ?? false);

/** What is to be done with a file: nothing, read it again under a better mapping, or import it. */
export type FileState = "known" | "reread" | "new";

/**
 * What the ledger says of a file: known when its bytes were imported with this reading and no other reading has taken
 * its place; new also when its name has brought other bytes since.
 */
export async function fileState(
  connection: DuckDBConnection,
  source: ImportSource,
  file: { name: string; sha256: string },
  reading: PlacedReading,
): Promise<FileState> {
  const [last] = await standingImports(connection, sameBytes(source.id, file, reading));
  if (!last) return "new";
  const [since] = await rows(
    connection,
    `select 1 as found from ingest.imports where is_standing and arrival > ${last.arrival}
       and ${sameName(source.id, file.name, reading.mapping)} limit 1`,
  );
  if (since) return "new";
  return isSameReading(last, { ...reading, source }) ? "known" : "reread";
}
