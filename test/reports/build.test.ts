import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { buildSites, type BuildOptions } from "../../reports/build.ts";
import { checkSite, finishPages } from "../../reports/check-site.ts";
import { runFramework } from "../../reports/framework.ts";
import { writeSiteRoot, type PageTemplate } from "../../reports/site-root.ts";
import { readWords } from "../../reports/words.ts";

const room = join(import.meta.dirname, "../../reports");
const repository = join(room, "..");
let folder: string;
let martsFolder: string;
let options: BuildOptions;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-build-"));
  martsFolder = join(folder, "marts");
  cpSync(join(inject("sample"), "marts"), martsFolder, { recursive: true });
  // One language is enough here, and quicker.
  const file = join(martsFolder, "group/context.json");
  const context = JSON.parse(readFileSync(file, "utf8")) as { audience: { languages: string[] } };
  context.audience.languages = ["fr"];
  writeFileSync(file, JSON.stringify(context));
  options = { martsFolder, siteFolder: join(folder, "site"), workFolder: join(folder, "work") };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pagesWith(name: string, text: string): string {
  const pages = mkdtempSync(join(folder, "pages-"));
  cpSync(join(room, "pages"), pages, { recursive: true });
  writeFileSync(
    join(pages, `${name}.md`),
    `${readFileSync(join(pages, `${name}.md`), "utf8")}\n${text}\n`,
  );
  return pages;
}

describe("buildSites", () => {
  it("builds every page, leads to the first language, and skips when nothing changed", async () => {
    const lines: string[] = [];
    const first = await buildSites({ ...options, onProgress: (line) => lines.push(line) });
    // The sample has no changes, assets, providers nor major incidents, and proof sheets are for who sees tickets.
    const pages = readdirSync("reports/pages").length - 5;
    expect(first).toEqual({ built: ["group/fr"], skipped: false, pages });
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^site group/fr: ${pages} pages in [\\d.]+ s$`)),
    ]);
    expect(readdirSync(join(options.siteFolder, "group/fr"))).toContain("sla.html");
    expect(readFileSync(join(options.siteFolder, "index.html"), "utf8")).toContain(
      "url=group/index.html",
    );
    expect(readFileSync(join(options.siteFolder, "group/index.html"), "utf8")).toContain(
      "url=fr/index.html",
    );
    expect(readdirSync(options.workFolder)).toEqual([expect.stringMatching(/^packages-/)]);
    expect(await buildSites(options)).toEqual({ built: [], skipped: true, pages: 0 });
  });

  it("leaves the old site when a check fails", async () => {
    const before = readFileSync(join(options.siteFolder, "build.json"), "utf8");
    // Left by a build that was killed: no process has this id, which is above every system's limit.
    mkdirSync(join(folder, ".site-99999999"));
    const pagesFolder = pagesWith("sla", "<img src='https://example.org/a.png' alt=''>");
    await expect(buildSites({ ...options, pagesFolder })).rejects.toThrow(
      "site check failed: group/fr/sla.html: external reference: https://example.org/a.png",
    );
    expect(readFileSync(join(options.siteFolder, "build.json"), "utf8")).toBe(before);
    expect(existsSync(join(options.siteFolder, "group/fr/sla.html"))).toBe(true);
    expect(
      readdirSync(folder).filter((name) => name.startsWith(".site") || name.startsWith("site.")),
    ).toEqual([]);
  });

  it("stops a build that calls off the machine, and names the address", async () => {
    const pagesFolder = pagesWith("sla", "```js\nPlot.plot()\n```");
    await expect(buildSites({ ...options, pagesFolder })).rejects.toThrow(
      /^site build failed for group\/fr: offline-guard: call off the machine: https:\/\/\S+; expected a build without network$/,
    );
  });

  it("gets the old site back when a run died between the two renames of the swap", async () => {
    cpSync(options.siteFolder, `${options.siteFolder}.previous`, { recursive: true });
    rmSync(options.siteFolder, { recursive: true });
    expect((await buildSites(options)).skipped).toBe(true);
    expect(existsSync(join(options.siteFolder, "group/fr/index.html"))).toBe(true);
  });

  it("says what is missing where there are no marts", async () => {
    await expect(buildSites({ ...options, martsFolder: join(folder, "none") })).rejects.toThrow(
      "no marts to publish in",
    );
  });
});

describe("checkSite on what Framework lets pass", () => {
  const page = (name: string, text: string): PageTemplate => ({
    name,
    order: 1,
    needs: [],
    text: `---\ntitle: x\norder: 1\n---\n\n# x\n\n${text}\n`,
  });
  let names: string[];
  let faults: string[];

  beforeAll(async () => {
    const work = join(folder, "planted");
    names = writeSiteRoot({
      folder: work,
      martsFolder: join(martsFolder, "group"),
      language: "fr",
      words: {
        ...readWords(join(room, "words/fr.yaml"), "fr"),
        "page.cell": "x",
        "page.package": "x",
        "page.link": "x",
      },
      templates: [
        page("cell", "```js\nconst = 1;\n```"),
        page("package", '```js\nimport {x} from "nowhere-to-be-found";\ndisplay(x);\n```'),
        page("link", "[gone](./gone)"),
        { ...page("unneeded", ""), needs: ["mart_that_is_not_there"] },
      ],
      metricsFile: join(repository, "transform/metrics.yaml"),
    });
    await runFramework(work, "planted");
    finishPages(join(work, "dist"), "fr");
    cpSync(join(work, "dist"), join(folder, "planted-site/fr"), { recursive: true });
    faults = checkSite(join(folder, "planted-site"));
  });

  it("does not see a page that needs a mart without rows", () => {
    expect(names).toEqual(["cell", "package", "link"]);
  });

  it("finds the cell that does not parse", () => {
    expect(faults).toContainEqual(
      expect.stringContaining("fr/cell.html: cell does not parse: SyntaxError"),
    );
  });

  it("finds the import that was not found", () => {
    expect(faults).toContainEqual(
      expect.stringContaining("fr/package.html: import not resolved: nowhere-to-be-found"),
    );
  });

  it("finds the broken link", () => {
    expect(faults).toContainEqual(
      expect.stringContaining("fr/link.html: broken link: ./gone.html"),
    );
  });

  it("finds nothing else", () => {
    expect(faults).toHaveLength(3);
  });
});
