import { createHash, randomUUID } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const lockFile = join(import.meta.dirname, "../package-lock.json");

/**
 * Bundles of the packages that pages import, kept between builds: bundling them is half of what a
 * build takes. One set for each package-lock.json; those of other versions are removed.
 */
export class PackageCache {
  readonly #workFolder: string;
  readonly #folder: string;

  constructor(workFolder: string) {
    const hash = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
    this.#workFolder = workFolder;
    this.#folder = join(workFolder, `packages-${hash.slice(0, 12)}`);
  }

  /** Hands the bundles to a root that is about to be built. */
  give(root: string): void {
    if (!existsSync(this.#folder)) return;
    cpSync(this.#folder, join(root, ".observablehq/cache/_node"), { recursive: true });
  }

  /** Keeps the bundles of a root that was built, unless there are some. */
  take(root: string): void {
    const bundles = join(root, ".observablehq/cache/_node");
    if (existsSync(this.#folder) || !existsSync(bundles)) return;
    for (const name of readdirSync(this.#workFolder)) {
      if (name.startsWith("packages-")) rmSync(join(this.#workFolder, name), { recursive: true });
    }
    const copy = join(this.#workFolder, `.packages-${randomUUID()}`);
    cpSync(bundles, copy, { recursive: true });
    try {
      // By rename, so that a build never sees half of them.
      renameSync(copy, this.#folder);
    } catch {
      // Another process was quicker, or the folder cannot be kept; the next build bundles again.
      rmSync(copy, { recursive: true, force: true });
    }
  }
}
