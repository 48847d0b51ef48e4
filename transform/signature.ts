import { MASK, maskTitle } from "./mask.ts";
import { folded, WORDS } from "./words.ts";

export interface Signature {
  /** The title as people may read it. */
  masked: string;
  /** The sorted token set, joined by spaces; empty when nothing is left. */
  signature: string;
  /** What its words tell: `fr`, `en`, or '' when they do not. */
  language: "fr" | "en" | "";
  /** Its words as they stand, masks left out. */
  words: string[];
  /** False of a title that is nothing but fillers, whatever it has of them. */
  hasOwnWords: boolean;
}

/** The one token of every negation: what works and what does not are never the same. */
export const NOT = "!";

const ELIDED = /(?<![\p{L}\p{N}])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'/gu;
const NUMBERED = new RegExp(`\\b[Nn]o\\.?\\s*${MASK}`, "g");
const CONTRACTED = /n't\b/g;

/** Singular and masculine of a word, roughly: only that both forms meet matters. */
function stem(word: string): string {
  if (word.length < 4 || WORDS.invariants.has(word) || /\d/.test(word)) return word;
  const singular = /(?:sh|ch|x|ss)es$/.test(word)
    ? word.slice(0, -2)
    : word.endsWith("eaux") || /[^sui]s$/.test(word)
      ? word.slice(0, -1)
      : word.endsWith("aux") && word.length > 5
        ? `${word.slice(0, -3)}al`
        : word;
  return singular.endsWith("ee") && singular.length > 5 ? singular.slice(0, -1) : singular;
}

/** The words of a text as they stand, folded, elisions and contractions resolved. */
export function wordsOf(masked: string): string[] {
  // "no 4711" is a number, not a denial.
  const said = masked.includes(MASK) ? masked.replaceAll(NUMBERED, " ") : masked;
  let text = folded(said);
  if (text.includes("'")) {
    text = text.replaceAll(ELIDED, " ").replaceAll(CONTRACTED, " not").replaceAll("'", " ");
  }
  if (text.includes("sans")) text = text.replaceAll(/\bsans[ -]fil\b/g, "sansfil");
  if (text.includes("-")) text = text.replaceAll("wi-fi", "wifi").replaceAll("e-mail", "mail");
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function languageOf(words: readonly string[]): Signature["language"] {
  let french = 0;
  let english = 0;
  for (const word of words) {
    if (WORDS.languages.fr.has(word)) french += 1;
    if (WORDS.languages.en.has(word)) english += 1;
  }
  return french > english ? "fr" : english > french ? "en" : "";
}

function tokensOf(words: readonly string[], isKept: (word: string) => boolean): string[] {
  const tokens = new Set<string>();
  for (const word of words) {
    if (WORDS.negations.has(word)) tokens.add(NOT);
    else if (isKept(word)) {
      for (const same of WORDS.same.get(word) ?? [word]) tokens.add(stem(same));
    }
  }
  return [...tokens].toSorted();
}

/** The signature of a title (DEFINITIONS 27): a pure function of it. */
export function signatureOf(title: string): Signature {
  const masked = maskTitle(title);
  const words = wordsOf(masked);
  const isWord = (word: string) =>
    (word.length > 1 || /\d/.test(word)) && !WORDS.stop.has(word) && !WORDS.greetings.has(word);
  const tokens = tokensOf(words, (word) => isWord(word) && !WORDS.fillers.has(word));
  const hasOwnWords = tokens.some((token) => token !== NOT);
  // A title that is nothing but fillers ("Problème") keeps them: it is a catch-all, not an empty one.
  const kept = hasOwnWords ? tokens : tokensOf(words, isWord);
  const signature = kept.join(" ");
  return { masked, signature, language: languageOf(words), words, hasOwnWords };
}
