import { constants } from "node:fs";
import { copyFile, rename } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { inTurn } from "../ingest/stream.ts";
import type { Warehouse } from "../ingest/warehouse.ts";
import { buildFrom } from "./build.ts";
import type { CommandContext } from "./command.ts";
import { transformIn } from "./transform.ts";

interface PublishOptions {
  everySeconds: number;
  /** Ends at once, in the middle of whatever is being done: the site and the marts stay as they were. */
  signal: AbortSignal;
  /** Called after the first publication and each that brought something new. */
  onPublished: () => void;
}

/** Copies the warehouse for those who read while it is open here. */
async function takeSnapshot({ connection, path }: Warehouse, snapshot: string): Promise<void> {
  await connection.run("checkpoint");
  await copyFile(path, `${snapshot}.new`, constants.COPYFILE_FICLONE);
  await rename(`${snapshot}.new`, snapshot);
}

/** Rebuilds marts, snapshot and site from what is stored now. True when anything was new. */
async function publish(
  warehouse: Warehouse,
  context: CommandContext,
  signal: AbortSignal,
): Promise<boolean> {
  const interrupt = () => warehouse.connection.interrupt();
  // Transactions of the stream wait; what comes meanwhile is buffered.
  const isNew = await inTurn(warehouse.connection, async () => {
    if (signal.aborted) return false;
    signal.addEventListener("abort", interrupt);
    try {
      const { skipped } = await transformIn(warehouse, context);
      if (!skipped) await takeSnapshot(warehouse, context.config.storage.snapshot);
      return !skipped;
    } finally {
      signal.removeEventListener("abort", interrupt);
    }
  });
  if (signal.aborted) return false;
  const { skipped } = await buildFrom({ ...context, signal });
  return isNew || !skipped;
}

/** Publishes again and again until told to end; what fails is said, and tried again the next time. */
export async function publishEvery(
  warehouse: Warehouse,
  context: CommandContext,
  { everySeconds, signal, onPublished }: PublishOptions,
): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const isNew = await publish(warehouse, context, signal);
      if (isNew || isFirst) onPublished();
    } catch (error) {
      if (!signal.aborted)
        context.warn(`publish    failed: ${(error as Error).message.split("\n")[0]}`);
    }
    await delay(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}
