import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { openSite, type SiteData } from "../../reports/components/site.ts";
import { checkWords, fillWords, readWords, typographic, type Words } from "../../reports/words.ts";

const room = join(import.meta.dirname, "../../reports");

function site(language: "fr" | "en"): ReturnType<typeof openSite> {
  const words = readWords(join(room, `words/${language}.yaml`), language);
  const locale = language === "fr" ? "fr-FR" : "en-GB";
  return openSite({ language, locale, words, metrics: [], pages: [] } as unknown as SiteData);
}

describe("the site's words", () => {
  it("are the same in both languages, all used, none missing", () => {
    const byLanguage = {
      fr: readWords(join(room, "words/fr.yaml"), "fr"),
      en: readWords(join(room, "words/en.yaml"), "en"),
    };
    const sources = readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(md|ts)$/.test(file))
      .map((file) => readFileSync(join(room, file), "utf8"));
    expect(checkWords(byLanguage, sources)).toEqual([]);
  });

  it("have the same places in both languages", () => {
    const places = (words: Words): Record<string, string> =>
      Object.fromEntries(
        Object.entries(words).map(([key, word]) => {
          const text = typeof word === "string" ? word : (word.other ?? "");
          return [key, [...new Set(text.match(/\{\w+\}/g))].toSorted().join()];
        }),
      );
    expect(places(readWords(join(room, "words/fr.yaml"), "fr"))).toEqual(
      places(readWords(join(room, "words/en.yaml"), "en")),
    );
  });

  it("follow each language's plural", () => {
    expect(site("fr").word("goal.short", { n: 1 })).toBe("il manque 1 ticket");
    expect(site("fr").word("goal.spare", { n: 0 })).toBe("0 ticket de marge");
    expect(site("en").word("goal.spare", { n: 0 })).toBe("0 tickets to spare");
    expect(
      site("fr").word("change.points_below", { n: 1.2, value: "1,2", month: "septembre" }),
    ).toBe("1,2 point de moins qu’en septembre");
    expect(
      site("en").word("change.points_below", { n: 1.2, value: "1.2", month: "September" }),
    ).toBe("1.2 points below September");
  });

  it("take numbers, months and durations from the language", () => {
    expect(site("fr").percent(0.912)).toBe("91,2\u202f%");
    expect(site("en").percent(0.912)).toBe("91.2%");
    expect(site("fr").number(12345)).toBe("12\u202f345");
    expect(site("fr").month("2026-10")).toBe("octobre 2026");
    expect(site("en").duration(5400)).toBe("1.5\u202fh");
    expect(site("fr").duration(10 * 86_400)).toBe("10\u202fj");
    expect(site("fr").duration(10 * 86_400, "business")).toBe("240\u202fh");
  });
});

describe("typographic", () => {
  it("puts thin spaces before French double punctuation and inside guillemets", () => {
    expect(typographic("l'outil : « oui » ; 90 % !", "fr")).toBe(
      "l’outil\u202f: «\u202foui\u202f»\u202f; 90\u202f%\u202f!",
    );
    expect(typographic("the tool's: 90%", "en")).toBe("the tool’s: 90%");
  });
});

describe("checkWords", () => {
  const both = { fr: { "a.b": "x" }, en: { "a.b": "x" } };

  it("finds a word that one language lacks", () => {
    expect(checkWords({ ...both, en: {} }, ['word("a.b")'])).toContain("word missing in en: a.b");
  });

  it("finds a word that is used and not there", () => {
    expect(checkWords(both, ["{{a.b}} {{a.c}}"])).toEqual([
      "word missing in fr: a.c",
      "word missing in en: a.c",
    ]);
  });

  it("finds a word that nothing uses", () => {
    expect(checkWords(both, [])).toEqual(["word not used: a.b"]);
  });

  it("takes a group as used where its last part is data", () => {
    expect(checkWords(both, ['site.wordOf("a", reason)'])).toEqual([]);
    expect(checkWords(both, ['wordOf("a", x) wordOf("z", x)'])).toContain(
      "word group missing in fr: z",
    );
  });
});

describe("fillWords", () => {
  it("refuses a template whose word is missing", () => {
    expect(() => fillWords("# {{page.none}}", {}, "index.md")).toThrow(
      "word missing in index.md: page.none",
    );
  });
});
