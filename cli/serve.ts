import { serveSite } from "../reports/serve.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";

/** Serves the built site on this machine until the process is stopped. */
export async function serveFrom(
  { config, options }: Pick<CommandContext, "config" | "options">,
  /** Ends it too; default signals alone. */
  ended?: AbortSignal,
) {
  const port = Number(options["port"] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port ${String(options["port"])}; expected a number from 0 to 65535`);
  }
  const server = await serveSite({ folder: config.storage.site, port });
  const until = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => resolve(server.close()));
    ended?.addEventListener("abort", () => resolve(server.close()));
  });
  return { url: server.url, until };
}

export const serve: Command = {
  summary: "serve the built site on 127.0.0.1",
  help: "Takes port 3000 or the next free one (--port to begin elsewhere); stops at Ctrl+C.",
  options: { port: { type: "string" } },
  async run(context) {
    const { url, until } = await serveFrom(context);
    return { lines: [`site at ${url}`], data: { url }, until };
  },
};
