import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Limits of the whole way on 2 cores, seconds. */
const LIMITS = { sample: 45, again: 5, log: 60 };

interface RunData {
  stepSeconds: Record<string, number>;
  peakMemoryBytes: number;
  ingested: { imports: { records: number }[] };
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Starts `vigie run`; settles with the seconds from the start of the process until `until` has come. */
async function timed<T>(args: string[], until: (line: string) => T | undefined) {
  const started = performance.now();
  const child = spawn(process.execPath, ["cli/main.ts", "run", "--quiet", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const found = until(line);
      if (found !== undefined) return { found, seconds: (performance.now() - started) / 1000 };
    }
    throw new Error(`vigie run ${args.join(" ")} ended; expected it to succeed`);
  } finally {
    child.kill();
    await ended;
  }
}

/** Makes the sample's exports where they are missing. Seconds. */
function toSample(): number {
  const started = performance.now();
  execFileSync(process.execPath, ["data/sample/generate.ts", "--if-missing"]);
  return (performance.now() - started) / 1000;
}

/** From installed packages to a served page, as `npm start` does it. */
async function toServed(storage: string) {
  const made = toSample();
  const { found: url, seconds } = await timed(
    ["--serve", "--port", "0", "--storage", storage],
    (line) => /^site at (\S+)/.exec(line)?.[1],
  );
  return { url, seconds: made + seconds };
}

const toResult = (line: string): RunData | undefined =>
  line.startsWith("{") ? (JSON.parse(line) as RunData) : undefined;

const ofLimit = (seconds: number, limit: number) => ({
  seconds: round(seconds),
  limit_seconds: limit,
  of_limit: round(seconds / limit),
});

/** The whole way: the sample to a served site, the same again with nothing new, and the real ServiceNow log. */
export async function benchPath(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    await rm("data/sample/.made", { force: true });
    const sample = await toServed(join(folder, "sample"));
    const again = await toServed(join(folder, "sample"));
    const log = await timed(
      ["--json", "--config", "data/servicenow-log/vigie.yaml", "--storage", join(folder, "log")],
      toResult,
    );
    const { stepSeconds, peakMemoryBytes, ingested } = log.found;
    const records = ingested.imports.reduce((sum, file) => sum + file.records, 0);
    return {
      sample: ofLimit(sample.seconds, LIMITS.sample),
      again: ofLimit(again.seconds, LIMITS.again),
      log: {
        ...ofLimit(log.seconds, LIMITS.log),
        step_seconds: Object.fromEntries(
          Object.entries(stepSeconds).map(([step, value]) => [step, round(value)]),
        ),
        records,
        rows_per_second_ingest: Math.round(records / stepSeconds["ingest"]!),
        rows_per_second_to_marts: Math.round(
          records / (stepSeconds["ingest"]! + stepSeconds["transform"]!),
        ),
        peak_memory_mb: Math.round(peakMemoryBytes / 1e6),
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
