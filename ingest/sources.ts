import { glob, stat } from "node:fs/promises";
import { basename, relative } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import PQueue from "p-queue";
import type { TableFile } from "../connectors/connector.ts";
import { prepareCsv } from "../connectors/csv.ts";
import type { Source } from "./config.ts";
import { exportInstant } from "./export-instant.ts";
import { refuseOutside } from "./folder.ts";
import type { ImportJob, ImportResult } from "./import.ts";
import { landedIn } from "./landing.ts";
import { fileState } from "./ledger.ts";
import { loadMapping, type Mapping } from "./mapping.ts";
import type { RejectLimit } from "./reject-limit.ts";
import { settleImports } from "./settle.ts";

/** An input of the configuration with its paths resolved. */
export interface ResolvedInput {
  /** Absolute; may hold a glob. */
  path: string;
  /** As written in the configuration. */
  pattern: string;
  mapping: string;
  /** See the configuration; default none. */
  exportedAt?: string | null;
  isFull?: boolean;
  maxRejects?: RejectLimit | null;
  isRequired?: boolean;
}

/** A source of the configuration with its paths resolved. */
export interface ResolvedSource extends Omit<Source, "inputs"> {
  inputs: ResolvedInput[];
}

/** How far an ingest has come. */
export interface IngestProgress {
  files: number;
  filesDone: number;
  /** Bytes of the files as they lie there. */
  bytes: number;
  /** Bytes of the files that are done with. */
  bytesDone: number;
  /** Records imported. */
  records: number;
}

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

/** A file of an input, not read yet. */
export interface FoundFile {
  source: ResolvedSource;
  input: ResolvedInput;
  mapping: Mapping;
  path: string;
  /** Relative to the folder of the configuration. */
  name: string;
  exportedAt: string | null;
  bytes: number;
}

/** What is still being written, or is no export: `x.csv.part`, `~$x.csv`, `.x.csv`. */
const UNFINISHED = /^[.~]|\.(part|partial|filepart|crdownload|tmp|temp)$/i;

async function pathsOf({ path, pattern, isRequired }: ResolvedInput, source: string) {
  const found: string[] = [];
  for await (const match of glob(path))
    if (!UNFINISHED.test(basename(match)) && (await stat(match)).isFile()) found.push(match);
  if (found.length === 0 && isRequired !== false) {
    throw new Error(
      `no file for source ${source}: ${pattern}; expected at least one file of that name`,
    );
  }
  return found.toSorted();
}

/**
 * The files of every source, in the order of the configuration; those of one input by their export, then their name.
 *
 * @throws when an input that needs a file has none, or a name does not tell the instant that it should.
 */
export async function findFiles(
  connection: DuckDBConnection,
  options: Pick<IngestOptions, "sources" | "folder" | "folders">,
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const source of options.sources) {
    for (const input of source.inputs) {
      const mapping = await loadMapping(input.mapping);
      const own: FoundFile[] = [];
      for (const path of await pathsOf(input, source.id)) {
        const name = relative(options.folder, path);
        if (options.folders) await refuseOutside(path, options.folders);
        const declared = input.exportedAt ?? null;
        const exportedAt = await exportInstant(connection, name, declared, source.zone);
        const { size: bytes } = await stat(path);
        own.push({ source, input, mapping, path, name, exportedAt, bytes });
      }
      files.push(...own.toSorted((a, b) => compare(a.exportedAt ?? "", b.exportedAt ?? "")));
    }
  }
  return files;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
  const report = reporter(connection, files, options);
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
  const concurrency = options.concurrency ?? 2;
  const queue = new PQueue({ concurrency });
  const prepared: Promise<TableFile>[] = [];
  const opened: TableFile[] = [];
  try {
    for (const [index, found] of files.entries()) {
      // No further ahead than that: a file may need a copy that is easier to read, which lasts until it is taken.
      for (const next of files.slice(prepared.length, index + 1 + concurrency))
        prepared.push(prepareIn(queue, next, options.landingFolder));
      await guard(found.name, async () => {
        const file = await prepared[index]!;
        opened.push(file);
        const job = jobOf(found, file, options);
        const state = await fileState(connection, job.source, job.file, job);
        if (state === "reread") rereads.push(job);
        else {
          if (state === "known") result.known += 1;
          else {
            await settleRereads();
            await settle([job]);
          }
          await file.release();
        }
      });
      report.done(found);
    }
    await guard(rereads.map(({ file }) => file.name).join(", "), settleRereads);
  } finally {
    queue.clear();
    await queue.onIdle();
    for (const file of await Promise.allSettled(prepared.slice(opened.length)))
      if (file.status === "fulfilled") opened.push(file.value);
    for (const file of opened) await file.release();
  }
  return result;
}

/** Sets the key of the pseudonyms for the imports of a connection; null keeps only the presence of people. */
export async function setPseudonymKey(
  connection: DuckDBConnection,
  key: string | null,
): Promise<void> {
  if (key !== null) await connection.run("set variable pseudonym_key = ?", [key]);
}

function prepareIn(queue: PQueue, found: FoundFile, landingFolder: string): Promise<TableFile> {
  const preparing = queue.add(async () => {
    const file = await prepareCsv(found.path, { dialect: found.mapping.dialect, landingFolder });
    return Object.assign(file, { name: found.name });
  });
  // Its turn to be waited for may come later, or never: until then its error is nobody's.
  preparing.catch(() => undefined);
  return preparing;
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

/** How often the engine is asked how far a statement is. */
const POLL_MS = 250;

function reporter(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  { onProgress }: Pick<IngestOptions, "onProgress">,
) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = { files: files.length, filesDone: 0, bytes, bytesDone: 0, records: 0 };
  return {
    async during<T>(jobs: readonly ImportJob[], work: () => Promise<T>): Promise<T> {
      const size = jobs.reduce((sum, { file }) => sum + file.bytes, 0);
      const records = jobs.reduce((sum, { file }) => sum + file.records, 0);
      let share = 0;
      const poll = () => {
        // The statements after the one that reads begin again from nothing, and are short.
        share = Math.max(share, Math.min(1, connection.progress.percentage / 100));
        onProgress?.({
          ...progress,
          bytesDone: progress.bytesDone + Math.round(share * size),
          records: progress.records + Math.round(share * records),
        });
      };
      const timer = onProgress ? setInterval(poll, POLL_MS) : undefined;
      try {
        const result = await work();
        progress.records += records;
        return result;
      } finally {
        clearInterval(timer);
      }
    },
    done(file: FoundFile) {
      progress.filesDone += 1;
      progress.bytesDone += file.bytes;
      onProgress?.({ ...progress });
    },
  };
}
