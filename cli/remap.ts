import { remap as readAgain, type RemapResult } from "../ingest/remap.ts";
import type { Command, CommandContext, CommandResult } from "./command.ts";
import { counted, openProject } from "./project.ts";

/** Reads landed files again as the configuration says now. */
export async function remapIn(
  { config }: Pick<CommandContext, "config">,
  options: { onlyRejects: boolean },
): Promise<RemapResult> {
  using warehouse = await openProject(config);
  return await readAgain(warehouse.connection, {
    sources: config.sources,
    landingFolder: config.storage.landing,
    pseudonymKey: process.env["VIGIE_PSEUDONYM_KEY"] || null,
    ...options,
  });
}

/** What reading again has done, for a person and a machine. */
export function remapLines(result: RemapResult): CommandResult {
  const { imports, unknown, added, changed, removed, released } = result;
  const lines =
    imports.length === 0
      ? ["nothing to read again: every file was read as the configuration says"]
      : [
          `${counted(imports.length, "file")} read again: ${counted(changed, "record")} changed, ${added.toLocaleString("en-GB")} added, ${removed.toLocaleString("en-GB")} removed`,
          released >= 0
            ? `${counted(released, "record")} left the quarantine`
            : `${counted(-released, "record")} went to quarantine`,
        ];
  if (unknown.length > 0)
    lines.push(`left as they were, no input reads them any more: ${unknown.join(", ")}`);
  return { lines, data: { ...result } };
}

export const remap: Command = {
  summary: "read everything landed again with the mappings as they are now",
  help: `Only files whose mapping, zone, exported_at or full_snapshot has changed since they were read; all in one transaction.
\`run\` or \`transform\` then computes the figures anew.`,
  async run(context) {
    return remapLines(await remapIn(context, { onlyRejects: false }));
  },
};
