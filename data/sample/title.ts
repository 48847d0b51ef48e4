import type { Dice } from "./dice.ts";
import { mailOf, userName } from "./person.ts";
import type { Nature, Service, ServiceId } from "./service.ts";
import type { Language, Site } from "./site.ts";
import { frenchDate } from "./wall-clock.ts";
import * as english from "./words-en.ts";
import * as french from "./words-fr.ts";
import * as quebec from "./words-qc.ts";

interface Words {
  objects: Record<ServiceId, string[]>;
  symptoms: Record<Nature, string[]>;
  details: string[];
  openings: string[];
  closings: string[];
  marks: string[];
  requests: string[];
  requestDetails: string[];
}

type Source = typeof french | typeof quebec | typeof english;

const split = <K extends string>(lists: Record<K, string>): Record<K, string[]> =>
  Object.fromEntries(
    Object.entries<string>(lists).map(([key, list]) => [key, list.split(";")]),
  ) as Record<K, string[]>;

const wordsOf = (source: Source): Words => ({
  objects: split(source.OBJECTS),
  symptoms: split(source.SYMPTOMS),
  details: source.DETAILS.split(";"),
  openings: source.OPENINGS,
  closings: source.CLOSINGS,
  marks: source.MARKS,
  requests: source.REQUESTS.split(";"),
  requestDetails: source.REQUEST_DETAILS.split(";"),
});

const WORDS: Record<Language, Words> = {
  fr: wordsOf(french),
  qc: wordsOf(quebec),
  en: wordsOf(english),
};

/** One slip of the keyboard in a word of at least six letters; the first letter stays. */
export function mistyped(dice: Dice, title: string): string {
  const words = title.split(" ");
  const long = words.flatMap((word, index) => (/^\p{L}{6,}$/u.test(word) ? [index] : []));
  if (long.length === 0) return title;
  const index = dice.one(long);
  const word = words[index]!;
  const at = dice.whole(1, word.length - 1);
  const slips = [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + word[at]! + word.slice(at),
    word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2),
  ];
  words[index] = dice.one(slips);
  return words.join(" ");
}

const withoutAccents = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "");

/** Something that names a machine, a ticket, an address, a date, a room or a person: no two tickets share it. */
export function identifierOf(
  dice: Dice,
  site: Site,
  day: number,
  marks: readonly string[],
): string {
  const number = dice.whole(1000, 9999);
  switch (dice.whole(0, 8)) {
    case 0:
      return `PC-${number}`;
    case 1:
      return `LT-${site.code}-${number}`;
    case 2:
      return `INC00${number}${dice.whole(10, 99)}`;
    case 3:
      return `10.${dice.whole(10, 60)}.${dice.whole(0, 255)}.${dice.whole(2, 254)}`;
    case 4:
      return mailOf(userName(site, dice.whole(0, site.users)));
    case 5:
      return frenchDate(day - dice.whole(0, 4)).slice(0, dice.chance(0.5) ? 5 : 10);
    case 6:
      return `${dice.one(marks)} ${number}`;
    default:
      return `\\\\srv-${site.code.toLowerCase()}-${dice.whole(1, 40)}\\partage`;
  }
}

/** A title as somebody in a hurry writes it: greetings, identifiers, capitals, slips. */
export function asWritten(
  dice: Dice,
  title: string,
  site: Site,
  language: Language,
  day: number,
): string {
  const { openings, closings, marks } = WORDS[language];
  let text = title;
  const mood = dice.next();
  if (mood < 0.07) text = mistyped(dice, text);
  else if (mood < 0.17) text = withoutAccents(text);
  else if (mood < 0.2) text = text.toUpperCase();
  const frame = dice.next();
  if (frame < 0.13) text = `${dice.one(openings)}${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  else if (frame < 0.3) text = text.toLowerCase();
  const tail = dice.next();
  if (tail < 0.17) text = `${text} ${identifierOf(dice, site, day, marks)}`;
  else if (tail < 0.22) text = `${text} (${identifierOf(dice, site, day, marks)})`;
  if (dice.chance(0.1)) text += dice.one(closings);
  return text;
}

const ASIDES: Record<Language, readonly string[]> = {
  fr: [
    "depuis ce matin",
    "depuis hier",
    "à nouveau",
    "encore une fois",
    "au 3e étage",
    "depuis lundi",
  ],
  qc: ["depuis à matin", "depuis hier", "encore", "au 2e étage"],
  en: ["since this morning", "again", "since yesterday", "on floor 3"],
};

/** A title of a known trouble, now and then with when, where or for whom. */
export function withAside(dice: Dice, title: string, site: Site, language: Language): string {
  const aside = dice.next();
  if (aside < 0.12) return `${title} ${dice.one(ASIDES[language])}`;
  return aside < 0.17 ? `${title} - ${userName(site, dice.whole(0, site.users))}` : title;
}

const decapitalised = (text: string): string =>
  /^[A-Z][a-zà-ÿ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/** A title of an incident that is about nothing in particular; few are said twice. */
export function incidentTitle(
  dice: Dice,
  site: Site,
  service: Service,
  language: Language,
  day: number,
): string {
  const words = WORDS[language];
  const object = dice.one(words.objects[service.id]);
  const symptom = dice.one(words.symptoms[service.nature]);
  const detail = dice.chance(0.93) ? dice.one(words.details) : "";
  const form = dice.next();
  let title = detail === "" ? `${object} ${symptom}` : `${object} ${symptom} ${detail}`;
  if (detail !== "" && form < 0.15)
    title = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}, ${decapitalised(object)} ${symptom}`;
  else if (form < 0.25) title = `${object} : ${symptom} ${detail}`.trimEnd();
  else if (form < 0.3) title = `${object} (${detail || "?"}) ${symptom}`;
  else if (form > 0.97) title = `${title}, ${userName(site, dice.whole(0, site.users))}`;
  return asWritten(dice, title, site, language, day);
}

export function requestTitle(
  dice: Dice,
  site: Site,
  item: readonly [string, string],
  language: Language,
  day: number,
): string {
  const words = WORDS[language];
  const name = item[language === "en" ? 1 : 0];
  const form = dice.one(words.requests);
  const shown = form.startsWith("*") || form.includes(": *") ? name : decapitalised(name);
  let title = form.replace("*", shown);
  if (dice.chance(0.85)) title += ` ${dice.one(words.requestDetails)}`;
  if (dice.chance(0.2)) title += ` - ${userName(site, dice.whole(0, site.users))}`;
  return asWritten(dice, title, site, language, day);
}
