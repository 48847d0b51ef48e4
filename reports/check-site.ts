import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

import { siteLanguages } from "./config.ts";

function filesOf(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(extension))
    .map((file) => join(folder, file))
    .toSorted();
}

/**
 * Gives every page its language, and lets readers zoom, which Framework's viewport forbids.
 *
 * @param folder one built site, of one language
 */
export function finishPages(folder: string, language: string): void {
  for (const file of filesOf(folder, ".html")) {
    const html = readFileSync(file, "utf8");
    writeFileSync(
      file,
      html.replace(/<html>/, `<html lang="${language}">`).replace(", maximum-scale=1", ""),
    );
  }
}

interface Reference {
  target: string;
  /** Whether the browser fetches it by itself, as opposed to a link that a reader follows. */
  isFetched: boolean;
}

const importPattern =
  /(\bimport\s*\(\s*|\bimport\s*|\bfrom\s*)(?:\/\*[^*]*\*\/\s*)?(["'])((?:\.{0,2}\/|https?:|[@\w])[^"'\s]*)\2/g;

function importsOf(code: string, isRuntime: boolean): string[] {
  return [...code.matchAll(importPattern)].flatMap(([, keyword, , specifier]) =>
    // Framework's runtime can load libraries on demand; no page of ours asks for one.
    specifier === undefined || (isRuntime && keyword?.includes("(")) ? [] : specifier,
  );
}

function cssReferences(css: string): string[] {
  const urls = [...css.matchAll(/url\(\s*["']?([^"')]+)["']?\s*\)/g)];
  const imports = [...css.matchAll(/@import\s+["']([^"']+)["']/g)];
  return [...urls, ...imports].flatMap(([, target]) => target ?? []);
}

const comments = /<!--.*?-->/gs;
const scripts = /<script\b([^>]*)>(.*?)<\/script>/gs;
const tags = /<([a-z][\w-]*)\b([^>]*)>/g;

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
      ([, name, double, single]) => [name, (double ?? single ?? "").replaceAll("&amp;", "&")],
    ),
  );
}

function htmlReferences(html: string): Reference[] {
  const references: Reference[] = [];
  for (const [, tag, text] of html.replace(scripts, "<script$1>").matchAll(tags)) {
    const attributes = attributesOf(text ?? "");
    for (const name of ["src", "href", "data", "poster", "action", "srcset"]) {
      const value = attributes[name];
      if (value === undefined) continue;
      const targets =
        name === "srcset" ? value.split(",").map((part) => part.trim().split(" ")[0]) : [value];
      for (const target of targets) {
        if (target) references.push({ target, isFetched: !["a", "form"].includes(tag ?? "") });
      }
    }
    const refresh = /url=(.*)$/.exec(attributes["content"] ?? "")?.[1];
    if (tag === "meta" && attributes["http-equiv"] === "refresh" && refresh) {
      references.push({ target: refresh, isFetched: true });
    }
    for (const target of cssReferences(attributes["style"] ?? "")) {
      references.push({ target, isFetched: true });
    }
  }
  return references;
}

/** Checks one built site folder; a fault is one line that names the file. */
class SiteCheck {
  readonly faults: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  run(): string[] {
    for (const file of filesOf(this.#folder, ".html")) this.#checkPage(file);
    for (const file of filesOf(this.#folder, ".js")) this.#checkScript(file);
    for (const file of filesOf(this.#folder, ".css")) {
      for (const target of cssReferences(readFileSync(file, "utf8")))
        this.#checkTarget(file, target, true);
    }
    return this.faults;
  }

  #fault(file: string, text: string): void {
    this.faults.push(`${relative(this.#folder, file).split(sep).join("/")}: ${text}`);
  }

  #checkPage(file: string): void {
    const html = readFileSync(file, "utf8").replace(comments, "");
    const isRedirect = html.includes('http-equiv="refresh"');
    const language = relative(this.#folder, file)
      .split(sep)
      .find((part) => part in siteLanguages);
    const declared = /<html[^>]*\blang="([^"]*)"/.exec(html)?.[1];
    if (!isRedirect && (declared === undefined || declared !== language)) {
      this.#fault(
        file,
        `page language is ${declared ?? "not declared"}; expected ${language ?? "one"}`,
      );
    }
    const error = /observablehq--error[^>]*>([^<]*)/.exec(html)?.[1];
    if (error !== undefined) this.#fault(file, `cell does not parse: ${error.trim()}`);
    const word = /\{\{[^}]*\}\}/.exec(html.replace(scripts, ""))?.[0];
    if (word) this.#fault(file, `word not filled in: ${word}`);
    for (const { target, isFetched } of htmlReferences(html))
      this.#checkTarget(file, target, isFetched);
    for (const [, , code] of html.matchAll(scripts)) {
      this.#checkImports(file, code ?? "");
      for (const [, path] of (code ?? "").matchAll(/registerFile\(.*?"path":"([^"]+)"/g)) {
        if (path) this.#checkTarget(file, path, true);
      }
    }
  }

  #checkScript(file: string): void {
    const code = readFileSync(file, "utf8");
    this.#checkImports(file, code);
    // Bundled packages name addresses in their messages; our own modules have no reason to.
    if (!file.includes(`${sep}_import${sep}`)) return;
    for (const [address] of code.matchAll(/\bhttps?:\/\/(?!www\.w3\.org\/)[^\s"'`)]+/g)) {
      this.#fault(file, `external reference: ${address}; expected nothing off the site`);
    }
    const word = /\{\{[\w.]+\}\}/.exec(code)?.[0];
    if (word) this.#fault(file, `word not filled in: ${word}`);
  }

  #checkImports(file: string, code: string): void {
    for (const specifier of importsOf(code, file.includes(`${sep}_observablehq${sep}`))) {
      if (/^(\.{0,2}\/|https?:)/.test(specifier)) this.#checkTarget(file, specifier, true);
      else this.#fault(file, `import not resolved: ${specifier}; expected an installed package`);
    }
  }

  #checkTarget(file: string, target: string, isFetched: boolean): void {
    if (/^(https?:)?\/\//.test(target)) {
      if (isFetched)
        this.#fault(file, `external reference: ${target}; expected nothing off the site`);
      return;
    }
    if (/^(data|mailto|tel|blob|about|javascript):|^#/.test(target)) return;
    const [path = "", anchor] = decodeURI(target.replace(/\?[^#]*/, "")).split("#");
    const base = path.startsWith("/") ? this.#folder : dirname(file);
    let found = path === "" ? file : join(base, path);
    if (existsSync(found) && statSync(found).isDirectory()) found = join(found, "index.html");
    if (!existsSync(found))
      this.#fault(file, `broken link: ${target}; expected a file of the site`);
    else if (anchor && found.endsWith(".html") && anchor.startsWith("observablehq")) {
      if (!readFileSync(found, "utf8").includes(`id="${anchor}"`)) {
        this.#fault(file, `broken link: ${target}; expected that anchor`);
      }
    }
  }
}

/**
 * Checks a folder of built sites for what Framework lets pass: cells that do not parse, imports
 * that were not found, broken links, references off the site, words not filled in, pages without
 * the right language. Anchors written by scripts are left to the browser tests.
 *
 * @param folder `<audience>/<language>/…`, or any folder above pages of one language
 * @returns one line per fault
 */
export function checkSite(folder: string): string[] {
  return new SiteCheck(folder).run();
}
