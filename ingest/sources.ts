import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { findFiles, type FoundFile, type ResolvedSource } from "./found-file.ts";
import type { ImportJob, ImportResult } from "./import.ts";
import { type IngestProgress, progressReporter } from "./ingest-progress.ts";
import { landedIn } from "./landing.ts";
import { fileState } from "./ledger.ts";
import { prepareAhead } from "./preparation.ts";
import { settleImports } from "./settle.ts";

export interface IngestOptions {
  sources: readonly ResolvedSource[];
  /** Folder that the names of files are shown relative to. */
  folder: string;
  /** Folders that files may lie in; default anywhere. */
  folders?: readonly string[];
  landingFolder: string;
  /** Key of the pseudonyms of people; null keeps only their presence. */
  pseudonymKey: string | null;
  /** Instant of the receipt, UTC text `YYYY-MM-DD HH:MM:SS`: the only clock of an import. */
  receivedAt: string;
  /** Files that are checked, hashed and landed side by side, ahead of the one that is written; at least 1, default 2. */
  concurrency?: number;
  onFile?: (result: ImportResult) => void;
  onProgress?: (progress: IngestProgress) => void;
  /** Takes the error of one file, and the others go on; default: the first error ends the ingest. */
  onError?: (file: string, error: Error) => void;
}

export interface IngestResult {
  imports: ImportResult[];
  /** Files that an earlier import had taken already. */
  known: number;
}

/**
 * Imports every file of every source that has not been imported by its mapping yet, one transaction a file; the files
 * that a changed mapping reads anew share one.
 *
 * @throws at the first file that cannot be imported; those before it stay imported, it leaves nothing.
 */
export async function ingestSources(
  connection: DuckDBConnection,
  options: IngestOptions,
): Promise<IngestResult> {
  return takeFiles(connection, await findFiles(connection, options), options);
}

/** Imports files in the order given; those ahead are prepared meanwhile. */
export async function takeFiles(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  options: Omit<IngestOptions, "sources">,
): Promise<IngestResult> {
  await setPseudonymKey(connection, options.pseudonymKey);
  const result: IngestResult = { imports: [], known: 0 };
  const rereads: ImportJob[] = [];
  const findLanded = landedIn(options.landingFolder);
  const report = progressReporter(connection, files, options.onProgress);
  const settle = async (jobs: readonly ImportJob[]) => {
    const done = await report.during(jobs, () => settleImports(connection, jobs, findLanded));
    for (const imported of done) {
      result.imports.push(imported);
      options.onFile?.(imported);
    }
  };
  const guard = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!options.onError) throw error;
      options.onError(name, error as Error);
    }
  };
  // Together, and before what is new: it may be that only their new reading tells the order of the two.
  const settleRereads = async () => {
    const jobs = rereads.splice(0);
    if (jobs.length > 0) await settle(jobs);
  };
  const preparation = await prepareAhead(connection, files, options);
  try {
    for (const [index, found] of files.entries()) {
      await guard(found.name, async () => {
        const state = await stateOf(connection, found, await preparation.sha256Of(index), options);
        if (state === "known") result.known += 1;
        else {
          const job = jobOf(found, await preparation.take(index), options);
          if (state === "reread") rereads.push(job);
          else {
            await settleRereads();
            await settle([job]);
            await job.file.release();
          }
        }
      });
      report.done(found);
    }
    await guard(rereads.map(({ file }) => file.name).join(", "), settleRereads);
  } finally {
    await preparation.end();
  }
  return result;
}

function stateOf(
  connection: DuckDBConnection,
  { source, input, mapping, name, exportedAt }: FoundFile,
  sha256: string,
  { pseudonymKey }: Pick<IngestOptions, "pseudonymKey">,
) {
  return fileState(
    connection,
    source,
    { name, sha256 },
    {
      mapping,
      keepsPeople: pseudonymKey !== null,
      exportedAt,
      isFull: input.isFull ?? false,
    },
  );
}

/** Sets the key of the pseudonyms for the imports of a connection; null keeps only the presence of people. */
export async function setPseudonymKey(
  connection: DuckDBConnection,
  key: string | null,
): Promise<void> {
  if (key !== null) await connection.run("set variable pseudonym_key = ?", [key]);
}

function jobOf(
  { source, input, mapping, exportedAt }: FoundFile,
  file: TableFile,
  { pseudonymKey, receivedAt }: Pick<IngestOptions, "pseudonymKey" | "receivedAt">,
): ImportJob {
  return {
    file,
    source,
    mapping,
    keepsPeople: pseudonymKey !== null,
    receivedAt,
    stream: input.pattern,
    isFull: input.isFull ?? false,
    exportedAt,
    maxRejects: input.maxRejects ?? null,
  };
}
