import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { inflate, default as packaged } from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

/**
 * Unpacks the Chromium of the npm package once per version, into a folder of our own: its own way
 * of unpacking would let two processes run a half-written file.
 */
async function unpack(): Promise<string> {
  const packageFolder = join(
    dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))),
    "..",
  );
  const manifest = readFileSync(join(packageFolder, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(tmpdir(), `vigie-chromium-${version}`);
  if (existsSync(folder)) return folder;
  const temporary = mkdtempSync(`${folder}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    await packaged.executablePath();
    // Libraries that a bare Linux may lack; the package unpacks them only on its own cloud.
    await inflate(join(packageFolder, "bin/al2023.tar.br"));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

async function launchPackaged(): Promise<Browser> {
  const folder = await unpack();
  const options = {
    executablePath: join(folder, "chromium"),
    args: ["--no-sandbox", "--disable-gpu"],
  };
  try {
    return await chromium.launch(options);
  } catch {
    const libraries = join(folder, "al2023/lib");
    return chromium.launch({
      ...options,
      env: { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, "fonts") },
    });
  }
}

/**
 * A Chromium: the npm package's on Linux, else an installed Chrome, Edge or Chromium. Null where
 * none starts, which is said in one line; with CI set it is an error.
 */
export async function launchBrowser(): Promise<Browser | null> {
  const attempts: (() => Promise<Browser>)[] = [
    ...(process.platform === "linux" ? [launchPackaged] : []),
    ...["chrome", "msedge", "chromium"].map((channel) => () => chromium.launch({ channel })),
  ];
  let fault: unknown;
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      fault ??= error;
    }
  }
  const [reason] = String(fault).split("\n");
  const message = `no Chromium starts: ${reason}; expected x64 Linux, or Chrome, Edge or Chromium installed`;
  if (process.env.CI) throw new Error(message, { cause: fault });
  process.stderr.write(`browser tests skipped: ${message}\n`);
  return null;
}
