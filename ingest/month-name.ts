import { literal } from "./query.ts";

/** Months of a date in words, by number; the start of a word counts, accents and letter case aside. */
const MONTHS: readonly (readonly string[])[] = [
  ["january", "janvier", "enero", "januar", "gennaio", "janeiro", "jan", "janv", "ene"],
  ["february", "fevrier", "febrero", "februar", "febbraio", "fevereiro", "feb", "fev", "fevr"],
  ["march", "mars", "marzo", "marz", "maerz", "marco", "mar"],
  ["april", "avril", "abril", "aprile", "apr", "avr", "abr"],
  ["may", "mai", "mayo", "maggio", "maio", "mag"],
  ["june", "juin", "junio", "juni", "giugno", "junho", "jun", "giu"],
  ["july", "juillet", "julio", "juli", "luglio", "julho", "jul", "juil", "lug"],
  ["august", "aout", "agosto", "aug", "aou", "ago"],
  ["september", "septembre", "septiembre", "settembre", "setembro", "sep", "sept", "set"],
  ["october", "octobre", "octubre", "oktober", "ottobre", "outubro", "oct", "okt", "ott", "out"],
  ["november", "novembre", "noviembre", "novembro", "nov"],
  ["december", "decembre", "diciembre", "dezember", "dicembre", "dezembro", "dec", "dez", "dic"],
];

const NUMBERS = new Map(
  MONTHS.flatMap((words, index) => words.map((word) => [word, index + 1] as const)),
);

export const plainWord = (text: string): string =>
  text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** Number of the month that a word names in English, French, Spanish, German, Italian or Portuguese. */
export const monthNumber = (word: string): number | undefined => NUMBERS.get(plainWord(word));

/** A date's text with the first word that names a month as its number, without accents, in lower case. */
export function monthNumberedSql(raw: string): string {
  const words = [...NUMBERS.keys()].toSorted((a, b) => b.length - a.length);
  const numbers = words.map((word) => literal(String(NUMBERS.get(word)).padStart(2, "0")));
  const plain = `lower(strip_accents(${raw}))`;
  const word = `regexp_extract(${plain}, ${literal(`\\b(${words.join("|")})\\b`)}, 1)`;
  const number = `[${numbers.join(", ")}][list_position([${words.map(literal).join(", ")}], ${word})]`;
  // An abbreviation's point goes with it.
  return `replace(replace(${plain}, ${word} || '.', ${number}), ${word}, ${number})`;
}
