import { dirname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { TornFile } from "./batch.ts";
import { contractOf } from "./contract.ts";
import { type ImportJob, type ImportResult, loadBatch, takeFile } from "./import.ts";
import { type FindLanded, landedIn } from "./landing.ts";
import {
  type ImportSource,
  sameBytes,
  sameName,
  standingImports,
  type StandingImport,
} from "./ledger.ts";
import type { Mapping } from "./mapping.ts";
import { placeBatch } from "./place.ts";
import { literal, row, transaction } from "./query.ts";
import { readingOf } from "./reading.ts";

/** What is still to be done: a file to take, or a standing import whose records are to be written again. */
type Task =
  | { job: ImportJob; replaced: StandingImport | null }
  | { job: null; replaced: StandingImport };

/** Text whose order is that of the imports; files that are new come last, as they were given. */
const orderOf = ({ replaced }: Task): string =>
  replaced
    ? `${replaced.orderedAt ?? "1900"} ${String(replaced.arrival).padStart(10, "0")}`
    : "9999";

/** Imports one file in one transaction; see `settleImports`. Landed files are looked for beside the file's own. */
export async function importFile(
  connection: DuckDBConnection,
  file: TableFile,
  source: ImportSource,
  mapping: Mapping,
  options: Omit<ImportJob, "file" | "source" | "mapping">,
): Promise<ImportResult> {
  const job = { file, source, mapping, ...options };
  const results = await settleImports(connection, [job], landedIn(dirname(file.landed)));
  return results[0]!;
}

/**
 * Imports files in one transaction, all or nothing, each at its place in the order of exports. An import that comes
 * before others is as if it had come first: what those said is written again from their landed files.
 *
 * @throws when a file cannot be taken; the warehouse is then as it was.
 */
export async function settleImports(
  connection: DuckDBConnection,
  jobs: readonly ImportJob[],
  findLanded: FindLanded,
): Promise<ImportResult[]> {
  // A file that the reader gives up on ends the transaction: it is begun again with that file the tolerant way.
  const recovered = new Map<string, TableFile>();
  const opened: TableFile[] = [];
  const find: FindLanded = async (file, mapping) => {
    const known = recovered.get(file.sha256);
    if (known) return known;
    const found = await findLanded(file, mapping);
    opened.push(found);
    return found;
  };
  try {
    for (;;) {
      const ready = jobs.map((job) => ({
        ...job,
        file: recovered.get(job.file.sha256) ?? job.file,
      }));
      try {
        return await transaction(connection, () => settleTasks(connection, ready, find));
      } catch (error) {
        if (!(error instanceof TornFile)) throw error;
        const table = await error.file.recover();
        opened.push(table);
        recovered.set(table.sha256, { ...table, name: error.file.name });
      }
    }
  } finally {
    for (const file of opened) await file.release();
  }
}

async function settleTasks(
  connection: DuckDBConnection,
  jobs: readonly ImportJob[],
  findLanded: FindLanded,
): Promise<ImportResult[]> {
  const tasks = new Map<number, Task>();
  // A task is known by the import that it writes again or replaces; what is new has none.
  const idOf = ({ replaced }: Task) => replaced?.importId ?? -1 - tasks.size;
  for (const job of jobs) {
    const { own, later } = await unseat(connection, job);
    tasks.set(idOf(own), own);
    for (const again of later) if (!tasks.has(idOf(again))) tasks.set(idOf(again), again);
  }
  const results: ImportResult[] = [];
  while (tasks.size > 0) {
    const [id, next] = [...tasks].reduce((a, b) => (orderOf(b[1]) < orderOf(a[1]) ? b : a));
    tasks.delete(id);
    const { result, disturbed } = next.job
      ? await takeFile(connection, next.job, next.replaced)
      : await writeAgain(connection, next.replaced, findLanded);
    if (result) results.push(result);
    for (const replaced of disturbed) {
      if (!tasks.has(replaced.importId)) tasks.set(replaced.importId, { job: null, replaced });
    }
  }
  return results;
}

/** Takes the earlier reading of a job's bytes out of the standing imports; gives the job, and whom that may concern. */
async function unseat(
  connection: DuckDBConnection,
  job: ImportJob,
): Promise<{ own: Task; later: Task[] }> {
  const { source, file, mapping } = job;
  const same = sameBytes(source.id, file, job);
  const [replaced = null] = await standingImports(connection, same);
  if (!replaced) return { own: { job, replaced: null }, later: [] };
  const { since } = await row<{ since: number }>(
    connection,
    `select count(*) as since from ingest.imports where is_standing and arrival > ${replaced.arrival}
       and ${sameName(source.id, file.name, mapping)}`,
  );
  const later = await standingImports(
    connection,
    `instance = ${literal(replaced.instance)} and record_kind = ${literal(replaced.recordKind)} and import_rank > ${replaced.rank}
       and not is_topic and (unchanged > 0 or is_full and stream = ${literal(replaced.stream)})`,
  );
  await connection.run(
    `update ingest.imports set is_standing = false where is_standing and ${same}`,
  );
  // Bytes that come back under a name that has brought others since are a new arrival.
  const own: Task =
    since > 0
      ? { job, replaced: null }
      : { job: { ...job, receivedAt: replaced.receivedAt }, replaced };
  return { own, later: later.map((again): Task => ({ job: null, replaced: again })) };
}

/** Writes the records of a standing import again, read as they were, and notes what is new of them now. */
async function writeAgain(
  connection: DuckDBConnection,
  standing: StandingImport,
  findLanded: FindLanded,
): Promise<{ result: null; disturbed: StandingImport[] }> {
  const [own] = await standingImports(connection, `import_id = ${standing.importId}`);
  if (!own) return { result: null, disturbed: [] };
  const reading = await readingOf(connection, standing.readingSha256);
  const file = await findLanded({ name: standing.file, sha256: standing.sha256 }, reading.mapping);
  const source = { id: standing.sourceId, instance: standing.instance, zone: reading.zone };
  const { plan } = await loadBatch(connection, {
    file,
    source,
    mapping: reading.mapping,
    keepsPeople: reading.keepsPeople,
    receivedAt: standing.receivedAt,
  });
  const { table } = contractOf(standing.recordKind);
  for (const relation of [table, "presences"])
    await connection.run(`delete from ingest.${relation} where import_id = ${standing.importId}`);
  const { disturbed } = await placeBatch(connection, standing.importId, plan, source);
  return { result: null, disturbed };
}
