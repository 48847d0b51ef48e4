import { readFileSync } from "node:fs";

import { parse } from "yaml";

/** A word is text with `{name}` places, or one text per plural category of its `{n}`. */
export type Word = string | Record<string, string>;
export type Words = Record<string, Word>;

const pluralCategories = new Set(["zero", "one", "two", "few", "many", "other"]);

function isPlural(node: object): node is Record<string, string> {
  const keys = Object.keys(node);
  return keys.includes("other") && keys.every((key) => pluralCategories.has(key));
}

/**
 * Applies a language's typography: curly apostrophes everywhere; in French a thin non-breaking
 * space before ; : ! ? % and inside guillemets.
 */
export function typographic(text: string, language: string): string {
  const curly = text.replaceAll("'", "’");
  if (language !== "fr") return curly;
  return curly.replace(/[ \u00a0]+([;:!?%»])/g, "\u202f$1").replace(/«[ \u00a0]+/g, "«\u202f");
}

/**
 * Reads one language's words, keys joined by dots (`overview.title`).
 *
 * @throws Error when a leaf is neither text nor a set of plural forms.
 */
export function readWords(file: string, language: string): Words {
  const words: Words = {};
  const visit = (node: unknown, path: string): void => {
    if (typeof node === "string") words[path] = typographic(node, language);
    else if (typeof node === "object" && node !== null && !Array.isArray(node)) {
      if (isPlural(node)) {
        words[path] = Object.fromEntries(
          Object.entries(node).map(([category, text]) => [category, typographic(text, language)]),
        );
      } else
        for (const [key, value] of Object.entries(node))
          visit(value, path ? `${path}.${key}` : key);
    } else {
      throw new Error(`word without text in ${file}: ${path}; expected text or plural forms`);
    }
  };
  visit(parse(readFileSync(file, "utf8")), "");
  return words;
}

/**
 * The text of a key without plural forms.
 *
 * @throws Error naming the key when it has none
 */
export function plainWord(words: Words, key: string, where: string): string {
  const word = words[key];
  if (typeof word !== "string") {
    throw new Error(`word missing in ${where}: ${key}; expected a text without plural forms`);
  }
  return word;
}

/**
 * Fills a template's places, which are keys in double braces.
 *
 * @throws Error naming the first key that has no plain text
 */
export function fillWords(template: string, words: Words, where: string): string {
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, key: string) =>
    plainWord(words, key, where),
  );
}

/**
 * Keys that sources use: in double braces, as the first argument of `word`, and of `wordOf`, which
 * stands for every key of a group because the last part is data.
 */
export function usedWords(sources: Iterable<string>): { keys: Set<string>; groups: Set<string> } {
  const keys = new Set<string>();
  const groups = new Set<string>();
  for (const source of sources) {
    for (const [, key] of source.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)) if (key) keys.add(key);
    for (const [, key] of source.matchAll(/\bword\(\s*"([\w.]+)"/g)) if (key) keys.add(key);
    for (const [, group] of source.matchAll(/\bwordOf\(\s*"([\w.]+)"/g))
      if (group) groups.add(group);
  }
  return { keys, groups };
}

/** Faults of the words against their uses, one line each; empty when all is well. */
export function checkWords(byLanguage: Record<string, Words>, sources: Iterable<string>): string[] {
  const { keys, groups } = usedWords(sources);
  const faults: string[] = [];
  const all = new Set(Object.values(byLanguage).flatMap((words) => Object.keys(words)));
  for (const [language, words] of Object.entries(byLanguage)) {
    for (const key of new Set([...keys, ...all])) {
      if (!(key in words)) faults.push(`word missing in ${language}: ${key}`);
    }
    for (const group of groups) {
      if (!Object.keys(words).some((key) => key.startsWith(`${group}.`))) {
        faults.push(`word group missing in ${language}: ${group}`);
      }
    }
  }
  for (const key of all) {
    const isUsed = keys.has(key) || groups.has(key.slice(0, key.lastIndexOf(".")));
    if (!isUsed) faults.push(`word not used: ${key}`);
  }
  return faults;
}
