import { buildFrom } from "./build.ts";
import type { Command } from "./command.ts";
import { ingestInto, ingestLine } from "./ingest.ts";
import { openProject } from "./project.ts";
import { serveFrom } from "./serve.ts";
import { streamInto } from "./stream.ts";
import { transformIn } from "./transform.ts";

export const run: Command = {
  summary: "ingest, transform and build, as far as anything is new",
  help: "--serve goes on to serve the site (--port to choose where).",
  options: {
    serve: { type: "boolean" },
    port: { type: "string" },
    force: { type: "boolean" },
    timings: { type: "boolean" },
  },
  async run(context) {
    const started = performance.now();
    const done = await steps(context);
    const seconds = (performance.now() - started) / 1000;
    const isIdle =
      done.ingested.imports.length === 0 &&
      done.streamed.transactions === 0 &&
      done.transformed.skipped &&
      done.built.skipped;
    const line = isIdle
      ? "nothing new: the site is current"
      : `${ingestLine(done.ingested)}; site built in ${seconds.toFixed(1)} s`;
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    const data = { ...done, seconds, peakMemoryBytes, changed: !isIdle };
    if (context.options["serve"] !== true) return { lines: [line], data };
    const { url, until } = await serveFrom(context);
    return { lines: [line, `site at ${url}`], data: { ...data, url }, until };
  },
};

/** The warehouse stays open over the build, so that a second run is refused until this one ends. */
async function steps(context: Parameters<Command["run"]>[0]) {
  const seconds: Record<string, number> = {};
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[step] = (performance.now() - started) / 1000;
    return result;
  };
  using warehouse = await timed("open", () => openProject(context.config));
  const ingested = await timed("ingest", () => ingestInto(warehouse, context));
  const streamed = await timed("stream", () => streamInto(warehouse, context));
  const transformed = await timed("transform", () => transformIn(warehouse, context));
  const built = await timed("build", () => buildFrom(context));
  return { ingested, streamed, transformed, built, stepSeconds: seconds };
}
