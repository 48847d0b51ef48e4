import type { DuckDBConnection } from "@duckdb/node-api";
import type { FoundFile } from "./found-file.ts";
import type { ImportJob } from "./import.ts";

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

/** How often the engine is asked how far a statement is. */
const POLL_MS = 250;

/** Tells how far an ingest is after each file, and while one is read. */
export function progressReporter(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  onProgress: ((progress: IngestProgress) => void) | undefined,
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
