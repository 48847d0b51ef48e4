import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkSite, finishPages } from "../../reports/check-site.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-check-"));
  put("group/fr/index.html", page(""));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function page(body: string, head = ""): string {
  return `<!DOCTYPE html>\n<html lang="fr">\n<head>${head}</head><body>${body}</body></html>`;
}

describe("checkSite", () => {
  it("passes a sound site", () => {
    put(
      "group/fr/_import/a.js",
      'import {b} from "./b.js";\nexport const at = "http://www.w3.org/2000/svg";',
    );
    put("group/fr/_import/b.js", "export const b = 1;");
    put("group/en/index.html", page("").replace('lang="fr"', 'lang="en"'));
    put(
      "group/fr/sla.html",
      page(
        '<a href="./index.html?month=2026-10#x">i</a><a href="../en/index.html">en</a><a href="https://creativecommons.org/">CC</a>',
        '<script type="module">import "./_import/a.js"; registerFile("x", {"name":"x","path":"./_import/b.js"});</script>',
      ),
    );
    expect(checkSite(folder)).toEqual([]);
  });

  const planted: [what: string, fault: string, body: string, head?: string][] = [
    [
      "a cell that does not parse",
      "cell does not parse: SyntaxError: Unexpected token",
      '<div class="observablehq--inspect observablehq--error">SyntaxError: Unexpected token</div>',
    ],
    ["a broken link", "broken link: ./gone.html", '<a href="./gone.html">x</a>'],
    [
      "a missing file",
      "broken link: ./_file/gone.gz",
      "",
      '<script type="module">registerFile("g", {"name":"g","path":"./_file/gone.gz"});</script>',
    ],
    [
      "a module that is not there",
      "broken link: ./_import/gone.js",
      "",
      '<script type="module">import {x} from "./_import/gone.js";</script>',
    ],
    [
      "an import that was not found",
      "import not resolved: nowhere-to-be-found",
      "",
      '<script type="module">const {x} = await import("nowhere-to-be-found");</script>',
    ],
    [
      "an external image",
      "external reference: https://example.org/a.png",
      '<img src="https://example.org/a.png">',
    ],
    [
      "an external image among several sizes",
      "external reference: https://example.org/b.png",
      '<img srcset="./index.html 1x, https://example.org/b.png 2x">',
    ],
    [
      "an external frame without a scheme",
      "external reference: //example.org/",
      '<iframe src="//example.org/"></iframe>',
    ],
    [
      "an external script",
      "external reference: https://example.org/x.js",
      "",
      '<script src="https://example.org/x.js"></script>',
    ],
    [
      "an external style sheet",
      "external reference: https://example.org/x.css",
      "",
      '<link rel="stylesheet" href="https://example.org/x.css">',
    ],
    [
      "an external module",
      "external reference: https://example.org/m.js",
      "",
      '<script type="module">import "https://example.org/m.js";</script>',
    ],
    [
      "an external picture in a style",
      "external reference: https://example.org/c.png",
      '<p style="background: url(https://example.org/c.png)">',
    ],
    ["a word not filled in", "word not filled in: {{page.sla}}", "<h1>{{page.sla}}</h1>"],
  ];

  it.each(planted)("finds %s", (_, fault, body, head) => {
    put("group/fr/sla.html", page(body, head));
    expect(checkSite(folder)).toEqual([expect.stringContaining(`group/fr/sla.html: ${fault}`)]);
  });

  it("finds external references and imports of scripts and style sheets", () => {
    put(
      "group/fr/_import/a.js",
      'import x from "left-pad";\nfetch("https://example.org/data.json");',
    );
    put(
      "group/fr/_import/a.css",
      '@import "https://example.org/f.css"; p { background: url("./gone.png") }',
    );
    expect(checkSite(folder)).toEqual([
      expect.stringContaining("import not resolved: left-pad"),
      expect.stringContaining("external reference: https://example.org/data.json"),
      expect.stringContaining("broken link: ./gone.png"),
      expect.stringContaining("external reference: https://example.org/f.css"),
    ]);
  });

  it("finds a page without a language, and one with another's", () => {
    put("group/fr/a.html", "<!DOCTYPE html>\n<html>\n</html>");
    put("group/fr/b.html", '<!DOCTYPE html>\n<html lang="en">\n</html>');
    expect(checkSite(folder)).toEqual([
      expect.stringContaining("a.html: page language is not declared; expected fr"),
      expect.stringContaining("b.html: page language is en; expected fr"),
    ]);
  });
});

describe("finishPages", () => {
  it("declares the language and lets readers zoom", () => {
    put(
      "group/fr/a.html",
      '<!DOCTYPE html>\n<html>\n<meta name="viewport" content="width=device-width, initial-scale=1, maximum-scale=1">',
    );
    finishPages(join(folder, "group/fr"), "fr");
    expect(checkSite(folder)).toEqual([]);
  });
});
