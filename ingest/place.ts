import type { DuckDBConnection } from "@duckdb/node-api";
import type { BatchPlan } from "./batch.ts";
import { type ImportSource, standingImports, type StandingImport } from "./ledger.ts";
import { writePresences } from "./presence.ts";
import { literal } from "./query.ts";
import { writeVersions } from "./versions.ts";

/** True when something says which of two imports is the later: an order of their own, or one name. */
function areOrdered(a: StandingImport, b: StandingImport): boolean {
  if (a.isTopic !== b.isTopic) return true;
  if (a.orderedAt !== null && b.orderedAt !== null && a.orderedAt !== b.orderedAt) return true;
  return a.sourceId === b.sourceId && a.file === b.file && a.mappingFile === b.mappingFile;
}

/**
 * Writes the records of the batch at their import's place among the standing ones, which the ledger already knows.
 *
 * @returns how many rows are new, and the later imports that were compared with what it has changed.
 */
export async function placeBatch(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  source: ImportSource,
): Promise<{ inserted: number; disturbed: StandingImport[] }> {
  const standing = await standingImports(
    connection,
    `instance = ${literal(source.instance)} and record_kind = ${literal(plan.contract.kind)}`,
  );
  const own = standing.find((other) => other.importId === importId)!;
  const others = standing.filter((other) => other !== own);
  const earlier = others.filter(({ rank }) => rank < own.rank);
  const later = others.filter(({ rank }) => rank > own.rank);
  const { inserted, hasReplaced } = await writeVersions(connection, plan, {
    importId,
    source,
    earlier: earlier.map((other) => other.importId),
    unordered: others.filter((other) => !areOrdered(own, other)),
    file: own.file,
  });
  const isSameInput = (other: StandingImport) =>
    other.isFull && other.stream === own.stream && other.sourceId === own.sourceId;
  if (own.isFull) {
    await writePresences(connection, plan, {
      importId,
      instance: own.instance,
      stream: own.stream,
      earlier: earlier.filter(isSameInput).map((other) => other.importId),
    });
  }
  await connection.run(
    `update ingest.imports set inserted = ${inserted}, unchanged = accepted - ${inserted} where import_id = ${importId}`,
  );
  const disturbed = later.filter(
    (other) =>
      !other.isTopic &&
      ((hasReplaced && other.unchanged > 0) || (own.isFull && isSameInput(other))),
  );
  return { inserted, disturbed };
}
