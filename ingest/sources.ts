import { glob } from "node:fs/promises";
import { relative } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { prepareCsv } from "../connectors/csv.ts";
import type { Source } from "./config.ts";
import { importFile, type ImportResult, isImported } from "./import.ts";
import { loadMapping } from "./mapping.ts";

/** A source of the configuration with its paths resolved. */
export interface ResolvedSource extends Omit<Source, "inputs" | "kafka"> {
  inputs: { path: string; pattern: string; mapping: string }[];
}

export interface IngestOptions {
  sources: readonly ResolvedSource[];
  /** Folder that the names of files are shown relative to. */
  folder: string;
  landingFolder: string;
  /** Key of the pseudonyms of people; null keeps only their presence. */
  pseudonymKey: string | null;
  /** Instant of the receipt, UTC text `YYYY-MM-DD HH:MM:SS`: the only clock of an import. */
  receivedAt: string;
  onFile?: (result: ImportResult) => void;
}

export interface IngestResult {
  imports: ImportResult[];
  /** Files that an earlier import had taken already. */
  known: number;
}

async function filesOf(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern)) found.push(path);
  return found.toSorted();
}

/**
 * Imports every file of every source that has not been imported by its mapping yet, one transaction a file.
 *
 * @throws at the first file that cannot be imported; those before it stay imported, it leaves nothing.
 */
export async function ingestSources(
  connection: DuckDBConnection,
  options: IngestOptions,
): Promise<IngestResult> {
  const { pseudonymKey } = options;
  const keepsPeople = pseudonymKey !== null;
  if (pseudonymKey !== null) await connection.run("set variable pseudonym_key = ?", [pseudonymKey]);
  const result: IngestResult = { imports: [], known: 0 };
  for (const source of options.sources) {
    for (const input of source.inputs) {
      const mapping = await loadMapping(input.mapping);
      const files = await filesOf(input.path);
      if (files.length === 0) {
        throw new Error(
          `no file for source ${source.id}: ${input.pattern}; expected at least one file of that name`,
        );
      }
      for (const path of files) {
        const file = await prepareCsv(path, {
          dialect: mapping.dialect,
          landingFolder: options.landingFolder,
        });
        file.name = relative(options.folder, path);
        if (await isImported(connection, source, file, { mapping, keepsPeople })) {
          result.known += 1;
          continue;
        }
        const imported = await importFile(connection, file, source, mapping, {
          receivedAt: options.receivedAt,
          keepsPeople,
        });
        result.imports.push(imported);
        options.onFile?.(imported);
      }
    }
  }
  return result;
}
