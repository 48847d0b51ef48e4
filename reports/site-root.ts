import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

import { tableFromIPC } from "apache-arrow";
import { parse } from "yaml";

import { siteLanguages, type SiteLanguage } from "./config.ts";
import type { SiteManifest } from "./site-header.ts";
import { fillWords, plainWord, typographic, type Words } from "./words.ts";

const room = import.meta.dirname;

/** The parts of an audience's context.json that the publisher itself reads. */
export interface AudienceContext {
  fingerprint: string;
  audience: { id: string; name: Record<string, string>; languages?: SiteLanguage[] };
  organisation: Record<string, string>;
}

export interface PageTemplate {
  name: string;
  order: number;
  /** Marts that must hold rows; without them the page is not written and not in the menu. */
  needs: string[];
  text: string;
}

/** Reads the page templates of a folder, in menu order. */
export function readTemplates(folder = join(room, "pages")): PageTemplate[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const front = /^---\n(.*?)\n---\n/s.exec(text)?.[1];
      const data = (
        front ? parse(front.replace(/\{\{.*?\}\}/g, "word")) : {}
      ) as Partial<PageTemplate>;
      if (typeof data.order !== "number") {
        throw new Error(
          `page without an order: ${file}; expected \`order: <number>\` in its front matter`,
        );
      }
      return { name: basename(file, ".md"), order: data.order, needs: data.needs ?? [], text };
    })
    .toSorted((a, b) => a.order - b.order);
}

function hasRows(martsFolder: string, mart: string): boolean {
  const file = join(martsFolder, `${mart}.arrow.gz`);
  return existsSync(file) && tableFromIPC(gunzipSync(readFileSync(file))).numRows > 0;
}

function frameworkLibraries(): string[] {
  const client = join(room, "../node_modules/@observablehq/framework/dist/client");
  const names = new Set<string>();
  for (const file of readdirSync(client, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js")) continue;
    for (const [, name] of readFileSync(join(client, file), "utf8").matchAll(
      /["']npm:((?:@[\w.-]+\/)?[\w.-]+)/g,
    )) {
      if (name) names.add(name);
    }
  }
  return [...names];
}

/** Names and definitions are written plainly in YAML: gives those of a language its typography. */
function withTypography(value: unknown, language: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withTypography(each, language));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === language && typeof each === "string"
        ? typographic(each, language)
        : withTypography(each, language),
    ]),
  );
}

/**
 * Writes the folder one Framework build runs in: `root/` with pages, components, words and marts,
 * and beside it the packages. `node_modules` is linked because the folder may be anywhere.
 *
 * @returns the names of the pages written, in menu order
 */
export function writeSiteRoot(options: {
  folder: string;
  martsFolder: string;
  language: SiteLanguage;
  words: Words;
  templates: PageTemplate[];
  metricsFile: string;
}): string[] {
  const { folder, martsFolder, language, words } = options;
  const root = join(folder, "root");
  mkdirSync(join(root, "marts"), { recursive: true });
  symlinkSync(join(room, "../node_modules"), join(folder, "node_modules"), "junction");

  const contextText = readFileSync(join(martsFolder, "context.json"), "utf8");
  const context = JSON.parse(contextText) as AudienceContext;
  const templates = options.templates.filter(({ needs }) =>
    needs.every((mart) => hasRows(martsFolder, mart)),
  );
  const word = (key: string): string => plainWord(words, key, "the site's frame");
  const wordOf = (group: string, key: string): string => word(`${group}.${key}`);
  const manifest: SiteManifest = {
    title: context.organisation[language] ?? "",
    audience: context.audience.id,
    language,
    languages: (context.audience.languages ?? [language]).map((id) => ({
      id,
      name: siteLanguages[id].name,
    })),
    pages: templates.map(({ name, order }) => ({ name, order, title: wordOf("page", name) })),
    footer: word("frame.footer"),
    labels: {
      menu: word("frame.menu"),
      language: word("frame.language"),
      skip: word("frame.skip"),
    },
  };
  const metrics = withTypography(parse(readFileSync(options.metricsFile, "utf8")), language);
  const locale = siteLanguages[language].locale;
  writeFileSync(
    join(root, "site.json"),
    JSON.stringify({
      ...manifest,
      locale,
      words,
      context: withTypography(context, language),
      metrics,
    }),
  );

  cpSync(join(room, "components"), join(root, "components"), {
    recursive: true,
    filter: (path) => !path.endsWith(".d.ts"),
  });
  cpSync(join(room, "style.css"), join(root, "style.css"));
  cpSync(join(room, "icon.svg"), join(root, "icon.svg"));
  for (const file of readdirSync(martsFolder)) {
    if (file.endsWith(".arrow.gz")) cpSync(join(martsFolder, file), join(root, "marts", file));
  }
  for (const { name, text: template } of templates) {
    writeFileSync(join(root, `${name}.md`), fillWords(template, words, `${name}.md`));
    // Framework fails on a file that is not there; an audience without a mart has an empty one.
    for (const [, mart] of template.matchAll(/"(marts\/\w+\.arrow\.gz)"/g)) {
      if (mart && !existsSync(join(root, mart))) writeFileSync(join(root, mart), "");
    }
  }
  // Framework asks a registry for the version of each library it could need, unless one is cached.
  for (const name of frameworkLibraries()) {
    mkdirSync(join(root, ".observablehq/cache/_npm", `${name}@0.0.0-offline`), { recursive: true });
  }
  return templates.map(({ name }) => name);
}
