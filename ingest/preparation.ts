import type { DuckDBConnection } from "@duckdb/node-api";
import PQueue from "p-queue";
import type { TableFile } from "../connectors/connector.ts";
import { hashFile, prepareCsv } from "../connectors/csv.ts";
import type { FoundFile } from "./found-file.ts";
import { rows } from "./query.ts";

/** A file as far as it is prepared: hashed only, where the ledger knows one of its size and it may go no further. */
interface Prepared {
  sha256: string;
  file: TableFile | null;
}

/** Prepares files side by side under a limit, a little ahead of the one whose turn it is. */
export async function prepareAhead(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  { landingFolder, concurrency = 2 }: { landingFolder: string; concurrency?: number },
) {
  const known = await rows<{ source: string; bytes: number }>(
    connection,
    "select distinct source_id as source, bytes from ingest.imports",
  );
  const sizes = new Set(known.map(({ source, bytes }) => `${source} ${bytes}`));
  const queue = new PQueue({ concurrency });
  const opened: TableFile[] = [];
  const prepare = async (found: FoundFile): Promise<TableFile> => {
    const file = await prepareCsv(found.path, { dialect: found.mapping.dialect, landingFolder });
    opened.push(file);
    return Object.assign(file, { name: found.name });
  };
  const look = async (found: FoundFile): Promise<Prepared> => {
    if (sizes.has(`${found.source.id} ${found.bytes}`))
      return { sha256: await hashFile(found.path), file: null };
    const file = await prepare(found);
    return { sha256: file.sha256, file };
  };
  const prepared: Promise<Prepared>[] = [];
  const preparedAt = (index: number): Promise<Prepared> => {
    // No further ahead than that: a file may need a copy that is easier to read, which lasts until it is taken.
    for (const next of files.slice(prepared.length, index + 1 + concurrency)) {
      const looking = queue.add(() => look(next));
      // Its turn to be waited for may come later, or never: until then its error is nobody's.
      looking.catch(() => undefined);
      prepared.push(looking);
    }
    return prepared[index]!;
  };
  return {
    sha256Of: async (index: number) => (await preparedAt(index)).sha256,
    take: async (index: number) => (await preparedAt(index)).file ?? prepare(files[index]!),
    async end(): Promise<void> {
      queue.clear();
      await queue.onIdle();
      for (const file of opened) await file.release();
    },
  };
}
