import { MASK } from "../../mask.ts";
import { NOT, signatureOf, wordsOf } from "../../signature.ts";
import type { TableModel } from "../../table-model.ts";
import { WordUse } from "../../word-use.ts";

const WORD = /[\p{L}\p{N}]+(?:[’'.-][\p{L}\p{N}]+)*/gu;

const MASKS = new RegExp(`${MASK}(?:[\\s,;:/_-]*${MASK})+`, "g");

/** Masks first names, and the words that hardly any ticket holds, in titles that are masked already. */
function rareWordMask(uses: WordUse): (masked: string) => string {
  const shown = new Map<string, string>();
  const show = (word: string): string => {
    const known = shown.get(word);
    if (known !== undefined) return known;
    const made = wordsOf(word).every((part) => uses.isShown(part)) ? word : MASK;
    shown.set(word, made);
    return made;
  };
  return (masked) => {
    const rare = masked.replaceAll(WORD, show);
    return rare.includes(MASK) ? rare.replaceAll(MASKS, MASK) : rare;
  };
}

/** Signatures are made of distinct titles only. SQL has no compatibility forms (NFKC), so the masks are TypeScript. */
export const model: TableModel = {
  grain: "one row per distinct title (or coded symptom): as people may read it, and its signature",
  reads: {
    "intermediate.int_title_uses": [
      "text",
      "is_coded",
      "tickets",
      "person_1",
      "person_2",
      "person_3",
    ],
  },
  columns: {
    title_key: "integer",
    text: "varchar",
    is_coded: "boolean",
    masked: "varchar",
    signature: "varchar",
    language: "varchar",
    has_own_words: "boolean",
    key_words: "varchar",
  },
  rows: (inputs) => {
    const { text, is_coded, tickets, person_1, person_2, person_3 } =
      inputs["intermediate.int_title_uses"]!;
    const titles = text as string[];
    const uses = new WordUse();
    const tokenUses = new WordUse();
    const found = titles.map((title, index) => {
      // A coded value is the signature, as it is (DEFINITIONS 27).
      if (is_coded![index])
        return { masked: title, signature: title.toLowerCase(), language: "", hasOwnWords: true };
      const { words, ...made } = signatureOf(title);
      const size = tickets![index] as number;
      const people = [person_1, person_2, person_3]
        .map((column) => column![index] as string)
        .filter((person) => person !== "");
      for (const word of new Set(words)) uses.add(word, size, people);
      for (const token of made.signature.split(" ")) tokenUses.add(token, size, people);
      return made;
    });
    const withoutRareWords = rareWordMask(uses);
    return {
      title_key: titles.map((_, index) => index + 1),
      text: titles,
      is_coded: is_coded!,
      masked: found.map(({ masked }, index) =>
        is_coded![index] ? masked : withoutRareWords(masked),
      ),
      signature: found.map(({ signature }) => signature),
      language: found.map(({ language }) => language),
      has_own_words: found.map(({ hasOwnWords }) => hasOwnWords),
      key_words: found.map(({ signature }, index) =>
        is_coded![index]
          ? signature
          : signature
              .split(" ")
              .filter((token) => token !== NOT && tokenUses.isShown(token))
              .join(" "),
      ),
    };
  },
};
