import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const list = z.string().transform((text) => new Set(text.split(/\s+/).filter(Boolean)));

const wordsSchema = z.strictObject({
  greetings: list,
  stop: list,
  fillers: list,
  negations: list,
  same: z
    .record(z.string(), z.string())
    .transform((same) => new Map(Object.entries(same).map(([word, is]) => [word, is.split(" ")]))),
  invariants: list,
  numbered: list,
  brands: list,
  coded: list,
  objects: list,
  distinct: list,
  forms: z.array(z.string()),
  languages: z.strictObject({ fr: list, en: list }),
  first_names: list,
  surnames: list,
});

/** The word lists of both languages, from `words.yaml`: a part of the models, as their SQL is. */
export const WORDS = wordsSchema.parse(
  parse(readFileSync(new URL("words.yaml", import.meta.url), "utf8")),
);

/** Lower case, no accents, compatibility forms and ligatures resolved. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  if (/^[ -~]*$/.test(lower)) return lower;
  return lower
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .replaceAll("ß", "ss");
}
