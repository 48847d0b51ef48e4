import { createHash, randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { checkSite, finishPages } from "./check-site.ts";
import { siteLanguages, type SiteLanguage } from "./config.ts";
import { runFramework } from "./framework.ts";
import { PackageCache } from "./package-cache.ts";
import { readTemplates, writeSiteRoot, type AudienceContext } from "./site-root.ts";
import { checkWords, readWords, type Words } from "./words.ts";

const room = import.meta.dirname;
const languages = Object.keys(siteLanguages) as SiteLanguage[];

export interface BuildOptions {
  /** Folder with one folder per audience, each with context.json and its marts. */
  martsFolder: string;
  /** Where the site goes: `<audience>/<language>/`. Replaced as a whole when every build is good. */
  siteFolder: string;
  /** Where the temporary Framework roots go, removed afterwards, and bundled packages are kept. */
  workFolder: string;
  /** Ids of the audiences to publish, the first being the site's entrance. Default: all, by name. */
  audiences?: readonly string[];
  /** The metric dictionary. Default: transform/metrics.yaml. */
  metricsFile?: string;
  /** The page templates. Default: reports/pages. */
  pagesFolder?: string;
  onProgress?: (line: string) => void;
  /** Ends the build; the site that stands is left as it was. */
  signal?: AbortSignal;
}

export interface BuildResult {
  /** `<audience>/<language>` of each site built; empty when skipped. */
  built: string[];
  /** True when data, templates and words are those of the site that stands already. */
  skipped: boolean;
  /** Pages written, over all sites. */
  pages: number;
}

interface Audience {
  id: string;
  folder: string;
  context: AudienceContext;
}

function readAudiences(martsFolder: string, wanted?: readonly string[]): Audience[] {
  const found = existsSync(martsFolder) ? readdirSync(martsFolder).toSorted() : [];
  const audiences = (wanted ?? found)
    .filter((id) => existsSync(join(martsFolder, id, "context.json")))
    .map((id) => {
      const folder = join(martsFolder, id);
      const text = readFileSync(join(folder, "context.json"), "utf8");
      return { id, folder, context: JSON.parse(text) as AudienceContext };
    });
  if (audiences.length === 0) {
    throw new Error(
      `no marts to publish in ${martsFolder}; expected a folder with context.json per audience`,
    );
  }
  return audiences;
}

/** Every file that a site is made of, other than the marts. */
function* sourceFiles(): Generator<string> {
  for (const entry of readdirSync(room, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
  yield join(room, "../observablehq.config.ts");
  yield join(room, "../package-lock.json");
}

function fingerprint(audiences: Audience[], otherFiles: string[]): string {
  const hash = createHash("sha256");
  for (const { id, context } of audiences) hash.update(JSON.stringify([id, context]));
  for (const file of [...sourceFiles()].toSorted().concat(otherFiles)) {
    if (existsSync(file)) hash.update(basename(file)).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

function readAllWords(): Record<SiteLanguage, Words> {
  const byLanguage = Object.fromEntries(
    languages.map((language) => [
      language,
      readWords(join(room, "words", `${language}.yaml`), language),
    ]),
  ) as Record<SiteLanguage, Words>;
  const sources = [...sourceFiles()]
    .filter((file) => /\.(md|ts)$/.test(file))
    .map((file) => readFileSync(file, "utf8"));
  const faults = checkWords(byLanguage, sources);
  if (faults.length > 0) throw new Error(`the site's words do not fit: ${faults.join("; ")}`);
  return byLanguage;
}

function redirect(target: string, language: string): string {
  return `<!doctype html>\n<html lang="${language}">\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="0; url=${target}">\n<title>Vigie</title>\n<a href="${target}">${target}</a>\n`;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes what builds that were killed left behind; the names carry their process ids. */
function removeLeftovers(folder: string, prefix: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const processId = name.startsWith(prefix)
      ? /^\d+/.exec(name.slice(prefix.length))?.[0]
      : undefined;
    if (processId && !isRunning(Number(processId))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Puts the new site in the old one's place; the old one comes back if that fails. */
function swap(next: string, siteFolder: string): void {
  const previous = `${siteFolder}.previous`;
  rmSync(previous, { recursive: true, force: true });
  if (existsSync(siteFolder)) renameSync(siteFolder, previous);
  try {
    renameSync(next, siteFolder);
  } catch (error) {
    if (existsSync(previous)) renameSync(previous, siteFolder);
    throw error;
  }
  rmSync(previous, { recursive: true, force: true });
}

async function buildAll(
  options: BuildOptions & { metricsFile: string; pagesFolder: string },
  audiences: Audience[],
  next: string,
): Promise<{ built: string[]; pages: number; entrances: Map<string, string> }> {
  const words = readAllWords();
  const templates = readTemplates(options.pagesFolder);
  const packages = new PackageCache(options.workFolder);
  const built: string[] = [];
  let pages = 0;
  const entrances = new Map<string, string>();
  const builds = audiences.flatMap((audience) =>
    (audience.context.audience.languages ?? languages).map((language) => async () => {
      const label = `${audience.id}/${language}`;
      const folder = join(options.workFolder, `site-${process.pid}-${randomUUID().slice(0, 8)}`);
      const started = performance.now();
      try {
        const names = writeSiteRoot({
          folder,
          martsFolder: audience.folder,
          language,
          words: words[language],
          templates,
          metricsFile: options.metricsFile,
        });
        packages.give(join(folder, "root"));
        await runFramework(folder, label, options.signal);
        packages.take(join(folder, "root"));
        finishPages(join(folder, "dist"), language);
        cpSync(join(folder, "dist"), join(next, audience.id, language), { recursive: true });
        pages += names.length;
        built.push(label);
        // Without tickets there is no overview: the first page there is stands in for it.
        entrances.set(audience.id, `${names[0]}.html`);
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        options.onProgress?.(`site ${label}: ${names.length} pages in ${seconds} s`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
  );
  // Two at a time: one build keeps about one core busy.
  const work = async (): Promise<void> => {
    try {
      for (let build = builds.shift(); build; build = builds.shift()) await build();
    } catch (error) {
      builds.length = 0;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled([work(), work()]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason as Error;
  return { built: built.toSorted(), pages, entrances };
}

/**
 * Builds every audience's site in every language, checks the whole, and puts it in the place of
 * the old one. A failure leaves the old site as it was.
 *
 * @throws Error with one line: what failed, where, and what was expected
 */
export async function buildSites(options: BuildOptions): Promise<BuildResult> {
  const siteFolder = resolve(options.siteFolder);
  const workFolder = resolve(options.workFolder);
  const metricsFile = options.metricsFile ?? join(room, "../transform/metrics.yaml");
  const pagesFolder = options.pagesFolder ?? join(room, "pages");
  const audiences = readAudiences(options.martsFolder, options.audiences);
  const pageFiles = readdirSync(pagesFolder).map((file) => join(pagesFolder, file));
  const print = fingerprint(audiences, [metricsFile, ...pageFiles]);

  const previous = `${siteFolder}.previous`;
  // A run that died between the two renames of the swap left the old site under this name.
  if (!existsSync(siteFolder) && existsSync(previous)) renameSync(previous, siteFolder);
  const record = join(siteFolder, "build.json");
  if (existsSync(record)) {
    const { fingerprint: known } = JSON.parse(readFileSync(record, "utf8")) as {
      fingerprint: string;
    };
    if (known === print) return { built: [], skipped: true, pages: 0 };
  }

  const next = join(dirname(siteFolder), `.${basename(siteFolder)}-${process.pid}`);
  removeLeftovers(dirname(siteFolder), `.${basename(siteFolder)}-`);
  removeLeftovers(workFolder, "site-");
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  try {
    const { built, pages, entrances } = await buildAll(
      { ...options, workFolder, metricsFile, pagesFolder },
      audiences,
      next,
    );
    for (const { id, context } of audiences) {
      const language = context.audience.languages?.[0] ?? "fr";
      const target = `${language}/${entrances.get(id)}`;
      writeFileSync(join(next, id, "index.html"), redirect(target, language));
    }
    const [first] = audiences;
    const language = first?.context.audience.languages?.[0] ?? "fr";
    writeFileSync(join(next, "index.html"), redirect(`${first?.id}/index.html`, language));
    const faults = checkSite(next);
    if (faults.length > 0) {
      const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
      throw new Error(`site check failed: ${faults[0]}${more}`);
    }
    writeFileSync(
      join(next, "build.json"),
      `${JSON.stringify({ fingerprint: print, built, pages })}\n`,
    );
    swap(next, siteFolder);
    return { built, skipped: false, pages };
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}
