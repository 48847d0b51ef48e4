import { join } from "node:path";
import { buildSites } from "../reports/build.ts";
import type { Command, CommandContext } from "./command.ts";
import { counted } from "./project.ts";

/** Builds the sites of every audience and language from the exported marts, unless nothing has changed. */
export async function buildFrom({
  config,
  progress,
  signal,
}: Pick<CommandContext, "config" | "progress"> & { signal?: AbortSignal }) {
  const result = await buildSites({
    martsFolder: config.storage.marts,
    siteFolder: config.storage.site,
    audiences: config.audiences.map(({ id }) => id),
    workFolder: join(config.storage.folder, "build"),
    onProgress: (line) => progress(`build      ${line}`),
    ...(signal ? { signal } : {}),
  });
  return result;
}

export const build: Command = {
  summary: "build the site from the marts",
  help: "Reads only the exported marts, never the warehouse; a failed build leaves the old site. Skipped when nothing changed.",
  async run(context) {
    const result = await buildFrom(context);
    const line = result.skipped
      ? "nothing changed: the site is current"
      : `${counted(result.pages, "page")} built`;
    return {
      lines: [line, context.config.storage.site],
      data: { ...result, folder: context.config.storage.site },
    };
  },
};
