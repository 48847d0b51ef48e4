import { formats, type Formats } from "./format.js";

export type Localised = Record<string, string>;
export type WordValues = Record<string, string | number>;

export interface Entity {
  id: string;
  kind: string;
  parent: string | null;
  name: Localised;
  /** Null where it follows the reporting zone. */
  zone: string | null;
}

export interface Commitment {
  id: string;
  name: Localised;
  clock: string;
  /** Percent. */
  goal: number;
  monthRule: string;
  targets: { priority: string; seconds: number; calendar: string }[];
}

export interface Metric {
  id: string;
  name: Localised;
  definition: Localised;
  formula: string;
  unit: string;
  needs: string[];
  rule: string;
  ruling?: Localised;
}

/** What the publisher writes into every root as site.json. */
export interface SiteData {
  language: string;
  locale: string;
  words: Record<string, string | Record<string, string>>;
  metrics: Metric[];
  pages: { name: string; title: string }[];
  context: {
    audience: { id: string; name: Localised };
    organisation: Localised;
    reportingZone: string;
    /** Months; null where there are no tickets, or no complete month. */
    period: {
      firstMonth: string | null;
      lastMonth: string | null;
      lastCompleteMonth: string | null;
    };
    entities: Entity[];
    services: { id: string; name: Localised }[];
    providers: { id: string; name: Localised }[];
    commitments: Commitment[];
    assumptions: { id: string; text: Localised }[];
    attribution: string[];
    tickets: number;
  };
}

/** One audience's site in one language: its data, words and formats. */
export interface Site extends SiteData, Formats {
  /** A word in the site's language; numbers among the values are formatted, `n` picks the plural. */
  word: (key: string, values?: WordValues) => string;
  /** A word of a group whose last part is data; the data itself when the group does not know it. */
  wordOf: (group: string, key: string, values?: WordValues) => string;
  /** A configured name in the site's language. */
  text: (name: Localised | string | undefined) => string;
}

/** Opens the site's data; throws on a word that the language does not have. */
export function openSite(data: SiteData): Site {
  const rules = new Intl.PluralRules(data.locale);
  const word = (key: string, values: WordValues = {}): string => {
    const entry = data.words[key];
    if (entry === undefined) throw new Error(`word missing: ${key}`);
    const n = Number(values.n ?? 0);
    const text = typeof entry === "string" ? entry : (entry[rules.select(n)] ?? entry.other ?? "");
    return text.replace(/\{(\w+)\}/g, (place, name: string) => {
      const value = values[name];
      return value === undefined ? place : typeof value === "number" ? format.number(value) : value;
    });
  };
  const format = formats(data.locale, word("unit.day"));
  return {
    ...data,
    ...format,
    word,
    wordOf: (group, key, values) =>
      `${group}.${key}` in data.words ? word(`${group}.${key}`, values) : key,
    text: (name) => (typeof name === "string" ? name : (name?.[data.language] ?? name?.en ?? "")),
  };
}
