import { watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { findFiles, type FoundFile } from "./found-file.ts";
import { type IngestOptions, takeFiles } from "./sources.ts";

export interface InboxOptions extends Omit<IngestOptions, "receivedAt"> {
  /** Receipt of what is taken now, UTC text `YYYY-MM-DD HH:MM:SS`. */
  receiptNow: () => string;
  /** Ends the watch, after the import at hand. */
  signal: AbortSignal;
  /** How long a file's size and time must not have changed before it is taken, in milliseconds; default 2000. */
  settleMs?: number;
  /** How often the folders are looked at whatever the system notices, in milliseconds; default 10,000. */
  rescanMs?: number;
  /** Takes every error, of one file or of a look at the folders; the watch goes on. */
  onError: (file: string, error: Error) => void;
}

/** A file as it was last seen: what tells that it has changed, and since when it has not. */
interface Seen {
  mark: string;
  since: number;
  isTaken: boolean;
}

/** The folder of a path or glob that holds no wildcard. */
export function fixedFolder(pattern: string): string {
  const wildcard = pattern.search(/[*?[{]/);
  return dirname(wildcard < 0 ? pattern : pattern.slice(0, wildcard + 1));
}

/**
 * Imports what comes into the folders of the inputs, in their order, until the signal. A file is taken once it has
 * stopped growing; one that fails stays where it is and is tried again when it has changed.
 */
export async function watchInbox(
  connection: DuckDBConnection,
  options: InboxOptions,
): Promise<void> {
  const { signal, settleMs = 2000, rescanMs = 10_000 } = options;
  const sources = options.sources.map((source) => ({
    ...source,
    inputs: source.inputs.map((input) => ({ ...input, isRequired: false })),
  }));
  const seen = new Map<string, Seen>();
  const bell = new Bell(signal);
  const folders = new Set(
    sources.flatMap(({ inputs }) => inputs.map(({ path }) => fixedFolder(path))),
  );
  const watchers = [...folders].flatMap((folder) => watcherOf(folder, () => bell.ring()));
  try {
    while (!signal.aborted) {
      let isSettling = false;
      try {
        const found = await findFiles(connection, { ...options, sources });
        isSettling = await note(seen, found, settleMs);
        const ready = found.filter(({ path }) => isReady(seen.get(path), settleMs));
        for (const file of ready) {
          if (signal.aborted) break;
          seen.get(file.path)!.isTaken = true;
          await takeFiles(connection, [file], { ...options, receivedAt: options.receiptNow() });
        }
      } catch (error) {
        options.onError("inbox", error as Error);
      }
      await bell.wait(isSettling ? Math.min(settleMs, rescanMs) : rescanMs);
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

const isReady = (file: Seen | undefined, settleMs: number): boolean =>
  file !== undefined && !file.isTaken && performance.now() - file.since >= settleMs;

/** Notes size and time of what was found; true while something has to be looked at again before it can be taken. */
async function note(
  seen: Map<string, Seen>,
  found: readonly FoundFile[],
  settleMs: number,
): Promise<boolean> {
  for (const { path } of found) {
    const status = await stat(path).catch(() => null);
    const mark = `${status?.size} ${status?.mtimeMs} ${status?.ino}`;
    if (seen.get(path)?.mark !== mark)
      seen.set(path, { mark, since: performance.now(), isTaken: false });
  }
  return found.some(({ path }) => {
    const file = seen.get(path)!;
    return !file.isTaken && !isReady(file, settleMs);
  });
}

function watcherOf(folder: string, onChange: () => void) {
  try {
    const watcher = watch(folder, onChange);
    // Some file systems cannot be watched, and a folder may go: looking at it now and then is enough.
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/** Waits that a ring or the signal ends early. */
class Bell {
  #wake: () => void = () => undefined;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.ring());
  }

  ring(): void {
    this.#wake();
  }

  async wait(ms: number): Promise<void> {
    if (this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
