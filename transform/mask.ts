import { folded, WORDS } from "./words.ts";

/** What stands for anything masked, in titles that people read. */
export const MASK = "…";

const KEEP_FROM = "\u{e000}";
const KEEP_TO = "\u{e001}";
const KEPT = new RegExp(`${KEEP_FROM}(x+)${KEEP_TO}`, "g");
const MASKS = new RegExp(`${MASK}(?:[\\s,;:/_-]*${MASK})+`, "g");

const BEFORE = String.raw`(?<![\p{L}\p{N}_])`;

/** A number, or letters and digits, as they stand after a word that may make a coded value of them. */
const CODE =
  /(?<![\p{L}\p{N}_])(?:0x[0-9a-f]+|802\.1x|[\p{L}/]*-?\d[\p{L}\p{N}]*(?:\.\d+)?|[Uu][Ss][Bb]-[Cc])(?![\p{L}\p{N}_])/gu;
const WORD_BEFORE = /([\p{L}\p{N}/]+)[\s:#-]*(?:n°\s*|no\.?\s+)?$/u;

/** Coded values say what is broken, not which one: versions, codes of errors, models (`Windows 11`, `erreur 0x8007`). */
function isCoded(found: string, before: string): boolean {
  const code = found.toLowerCase();
  if (WORDS.coded.has(code) || /^0x[0-9a-f]{3,}$/.test(code)) return true;
  const [letters, digits] = code.split("-");
  if (digits !== undefined && WORDS.numbered.has(letters!)) return true;
  const word = folded(WORD_BEFORE.exec(before.slice(-24))?.[1] ?? "");
  if (word === "") return false;
  return (WORDS.numbered.has(word) && /^\d/.test(code)) || WORDS.brands.has(word);
}

interface Identifier {
  /** What a text must hold for it to be there. */
  hint: RegExp;
  pattern: RegExp;
}

/** What names one thing only, whatever coded value it may hold. */
const ADDRESSES: readonly Identifier[] = [
  { hint: /:\/\/|www\./i, pattern: /\b(?:https?|ftps?|file|ldaps?):\/\/\S+|\bwww\.\S+/giu },
  { hint: /@/, pattern: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@[\w.-]+/gu },
  {
    hint: /[\\/]/,
    pattern:
      /\\\\[^\s,;]+|(?<!\p{L})[a-z]:[\\/][^\s,;]*|(?<![\p{L}\p{N}])(?:~|\.{1,2})?\/(?:[\w.-]+\/)+[\w.-]*/giu,
  },
  {
    hint: /[0-9a-f]{2}[:-][0-9a-f]{2}[:-]|:[0-9a-f]*:/i,
    pattern: /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{1,4}:){2,7}:?[0-9a-f]{0,4}\b/giu,
  },
];

/** What names one thing only, but for coded values. */
const IDENTIFIERS: readonly Identifier[] = [
  {
    hint: /\p{L}\.\p{L}/u,
    pattern:
      /\b[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.(?:local|lan|corp|intra|internal|net|com|org|fr|ca|eu|ma|re|xlsx?|docx?|pptx?|pdf|csv|txt|zip|msg|log)\b/giu,
  },
  // A login (first.last), unless a full stop merely lacks its space.
  {
    hint: /\p{Ll}\.\p{Ll}/u,
    pattern: /(?<![\p{L}\p{N}])\p{Ll}{1,20}\.\p{Ll}{3,20}(?![\p{L}\p{N}])/gu,
  },
  {
    hint: /\p{L}[-_][\p{Lu}\p{N}]/u,
    pattern:
      /(?<![\p{L}\p{N}])(?:(?:PC|SRV|SERV|LAP|LAPTOP|PRT|IMP|WKS|NB|PO|WS|DC|VM|SW|AP)[-_][\p{Lu}\p{N}_-]+|\p{Lu}{2,}(?:[-_]\p{Lu}{2,}){2,})(?![\p{L}\p{N}])/gu,
  },
  // Whatever holds a digit: numbers, dates, times, telephones, addresses, serials (the words around them are fillers).
  {
    hint: /\d/,
    pattern:
      /[^\s,;:!?()[\]"'«»/\u{e000}\u{e001}]*\d[^\s,;!?()[\]"'«»\u{e000}\u{e001}]*(?:\s?%)?/gu,
  },
];

const CAPITAL = String.raw`\p{Lu}[\p{L}'’-]+`;
const TITLED = new RegExp(
  String.raw`${BEFORE}((?:M|MM|Mme|Mmes|Mlle|Mr|Mrs|Ms|Dr|Pr)\.?\s+)((?:\p{Lu}\.\s*)?${CAPITAL}(?:\s+${CAPITAL})?)`,
  "gu",
);
const USER = new RegExp(
  String.raw`${BEFORE}((?:utilisat(?:eur|rice)|user|agent|coll[èe]gue|colleague|salari[ée]e?|employee|requester|demandeu(?:r|se)|appelant|caller)\s*:?\s+)(${CAPITAL}(?:\s+${CAPITAL})?)`,
  "giu",
);
const FOR = new RegExp(
  String.raw`${BEFORE}((?:[Pp]our|[Ff]or|[Pp]ar|[Bb]y|[Ff]rom|[Cc]hez|[Dd]e la part de|[Oo]n behalf of)\s+)(${CAPITAL}\s+${CAPITAL}(?:\s+${CAPITAL})?)`,
  "gu",
);
const INITIAL = new RegExp(String.raw`${BEFORE}\p{Lu}\.\s*${CAPITAL}`, "gu");
const PAIR = new RegExp(String.raw`(${CAPITAL})(?:(\s+)(${CAPITAL}))?`, "gu");

const isKnown = (word: string): boolean => {
  const plain = folded(word);
  return (
    WORDS.objects.has(plain) ||
    WORDS.numbered.has(plain) ||
    WORDS.brands.has(plain) ||
    WORDS.greetings.has(plain) ||
    WORDS.stop.has(plain) ||
    WORDS.fillers.has(plain) ||
    WORDS.negations.has(plain) ||
    WORDS.languages.fr.has(plain) ||
    WORDS.languages.en.has(plain)
  );
};
const isName = (word: string): boolean =>
  folded(word)
    .split("-")
    .every((part) => WORDS.first_names.has(part) || WORDS.surnames.has(part));

/** Capitals are what tells a name. */
function maskNames(text: string): string {
  let named = text;
  if (/[\s'(:]\p{Lu}/u.test(text)) {
    named = named
      .replace(TITLED, (_all, before: string) => `${before}${MASK}`)
      .replace(USER, (all, before: string, name: string) =>
        /^\p{Lu}/u.test(name) && !isKnown(name.split(/\s+/)[0]!) ? `${before}${MASK}` : all,
      )
      .replace(FOR, (all, before: string, name: string) =>
        name.split(/\s+/).some(isKnown) ? all : `${before}${MASK}`,
      );
  }
  if (text.includes(".")) {
    named = named.replace(INITIAL, (all) => (isKnown(all.slice(2).trim()) ? all : MASK));
  }
  return named.replace(PAIR, (all: string, first: string, space?: string, second?: string) => {
    if (second === undefined || space === undefined) return isName(first) ? MASK : all;
    if (isName(first)) return isKnown(second) ? `${MASK}${space}${second}` : MASK;
    if (isName(second)) return isKnown(first) ? `${first}${space}${MASK}` : MASK;
    return all;
  });
}

function maskEach(text: string, identifiers: readonly Identifier[]): string {
  let masked = text;
  for (const { hint, pattern } of identifiers) {
    if (!hint.test(masked)) continue;
    masked = masked.replace(pattern, (found) =>
      /^\p{Ll}+\.\p{Ll}+$/u.test(found) && found.split(".").some(isKnown)
        ? found.replace(".", ". ")
        : MASK,
    );
  }
  return masked;
}

function maskIdentifiers(text: string): string {
  const kept: string[] = [];
  const addressed = maskEach(text, ADDRESSES);
  const coded = addressed.replace(CODE, (found, offset: number) =>
    isCoded(found, addressed.slice(0, offset))
      ? `${KEEP_FROM}${"x".repeat(kept.push(found))}${KEEP_TO}`
      : found,
  );
  return maskEach(coded, IDENTIFIERS).replaceAll(
    KEPT,
    (_all, place: string) => kept[place.length - 1]!,
  );
}

/**
 * A title without what tells one person, place or machine: identifiers, hosts, addresses, dates, times, numbers, paths,
 * and person names as far as they can be known. Each becomes `…`; coded values stay (DEFINITIONS 27).
 */
export function maskTitle(title: string): string {
  const text = title
    .normalize("NFKC")
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .replaceAll(/[’‘ʼ`´]/g, "'");
  const masked = maskNames(
    /[\p{N}@\\]|\/\/|[\p{L}\p{N}][./_-][\p{L}\p{N}]/u.test(text) ? maskIdentifiers(text) : text,
  );
  return masked.includes(MASK) ? masked.replaceAll(MASKS, MASK).trim() : masked.trim();
}
