import { spawn } from "node:child_process";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");

function firstFault(output: string): string {
  const lines = output
    .split("\n")
    // oxlint-disable-next-line no-control-regex -- Framework colours its output
    .map((line) => line.replace(/\u001b\[\d+m/g, "").trim())
    .filter(Boolean);
  return (
    lines.find((line) => line.startsWith("offline-guard:")) ??
    lines.find((line) => /Error\b.*:/.test(line)) ??
    lines.at(-1) ??
    "no message"
  );
}

/**
 * Builds `folder/root` into `folder/dist` with Observable Framework, in a process of its own
 * without network.
 *
 * @throws Error with the first fault that Framework reports
 */
export function runFramework(folder: string, label: string, signal?: AbortSignal): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      join(import.meta.dirname, "offline-guard.ts"),
      join(repository, "node_modules/@observablehq/framework/dist/bin/observable.js"),
      "build",
      "--config",
      join(repository, "observablehq.config.ts"),
    ],
    {
      cwd: folder,
      ...(signal ? { signal } : {}),
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        OBSERVABLE_TELEMETRY_DISABLE: "true",
        VIGIE_SITE_ROOT: join(folder, "root"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`site build failed for ${label}: ${firstFault(output)}`));
    });
  });
}
