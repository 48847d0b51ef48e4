import type { Warehouse } from "../ingest/warehouse.ts";
import { exportMarts } from "../transform/export.ts";
import { transform as rebuild, type TransformResult } from "../transform/run.ts";
import type { Command, CommandContext } from "./command.ts";
import { configFingerprint } from "./config.ts";
import { type Doubts, readDoubts } from "./doubts.ts";
import { counted, openProject } from "./project.ts";

/** Rebuilds the marts of an open warehouse and writes them as files, unless nothing has changed. */
export async function transformIn(
  warehouse: Warehouse,
  { config, progress, warn, options }: CommandContext,
): Promise<TransformResult & Doubts & { files: number }> {
  const { connection } = warehouse;
  const force = options["force"] === true;
  const result = await rebuild(connection, config, {
    configFingerprint: configFingerprint(config),
    stateFolder: config.storage.state,
    force,
    onModel: ({ model, rows, seconds }) => {
      if (options["timings"])
        progress(`transform  ${model}: ${counted(rows, "row")}, ${seconds.toFixed(2)} s`);
    },
  });
  const { files, skipped } = await exportMarts(connection, config, {
    folder: config.storage.marts,
    fingerprint: result.fingerprint,
    force,
  });
  if (!result.skipped) progress(`transform  ${counted(result.models.length, "relation")} rebuilt`);
  if (!skipped) progress(`export     ${counted(files.length, "file")} of marts`);
  const doubts = await readDoubts(connection);
  for (const { source, reason, metrics } of result.skipped ? [] : doubts.withheld)
    progress(`withheld   ${source}: ${metrics.join(", ")} (${reason})`);
  for (const warning of doubts.warnings) warn(warning);
  return { ...result, ...doubts, files: files.length };
}

export const transform: Command = {
  summary: "rebuild the marts and write them as files",
  help: "Skipped when inputs, configuration and models are unchanged.",
  options: { force: { type: "boolean" }, timings: { type: "boolean" } },
  async run(context) {
    using warehouse = await openProject(context.config);
    const result = await transformIn(warehouse, context);
    const line = result.skipped
      ? "nothing changed: the marts are current"
      : `${counted(result.models.length, "relation")} rebuilt`;
    return { lines: [line], data: { ...result } };
  },
};
