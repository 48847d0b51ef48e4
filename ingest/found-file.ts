import { glob, stat } from "node:fs/promises";
import { basename, relative } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Source } from "./config.ts";
import { exportInstant } from "./export-instant.ts";
import { refuseOutside } from "./folder.ts";
import { loadMapping, type Mapping, type MappingPlace } from "./mapping.ts";
import type { RejectLimit } from "./reject-limit.ts";

/** An input of the configuration with its paths resolved. */
export interface ResolvedInput {
  /** Absolute; may hold a glob. */
  path: string;
  /** As written in the configuration. */
  pattern: string;
  mapping: MappingPlace;
  /** See the configuration; default none. */
  exportedAt?: string | null;
  isFull?: boolean;
  maxRejects?: RejectLimit | null;
  isRequired?: boolean;
}

/** A source of the configuration with its paths resolved. */
export interface ResolvedSource extends Omit<Source, "inputs" | "kafka"> {
  inputs: ResolvedInput[];
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

/** Where files are looked for. */
interface Where {
  sources: readonly ResolvedSource[];
  /** Folder that the names of files are shown relative to. */
  folder: string;
  /** Folders that files may lie in; default anywhere. */
  folders?: readonly string[];
}

/**
 * The files of every source, in the order of the configuration; those of one input by their export, then their name.
 *
 * @throws when an input that needs a file has none, or a name does not tell the instant that it should.
 */
export async function findFiles(
  connection: DuckDBConnection,
  options: Where,
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
