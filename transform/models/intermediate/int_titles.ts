import { MASK } from "../../mask.ts";
import { signatureOf, wordsOf } from "../../signature.ts";
import type { TableModel } from "../../table-model.ts";

/** A word that fewer tickets hold may be somebody's name: people do not read it. */
const LEAST_TICKETS = 3;

const WORD = /[\p{L}\p{N}]+(?:[’'.-][\p{L}\p{N}]+)*/gu;

/** The masked title with the words that hardly any ticket holds masked as well. */
function withoutRareWords(masked: string, uses: ReadonlyMap<string, number>): string {
  return masked
    .replaceAll(WORD, (word) =>
      wordsOf(word).some((part) => (uses.get(part) ?? 0) < LEAST_TICKETS) ? MASK : word,
    )
    .replaceAll(new RegExp(`${MASK}(?:[\\s,;:/_-]*${MASK})+`, "g"), MASK);
}

/** Signatures are made of distinct titles only. SQL has no compatibility forms (NFKC), so the masks are TypeScript. */
export const model: TableModel = {
  grain: "one row per distinct title (or coded symptom): as people may read it, and its signature",
  reads: { "intermediate.int_title_uses": ["text", "is_coded", "tickets"] },
  columns: {
    text: "varchar",
    is_coded: "boolean",
    masked: "varchar",
    signature: "varchar",
    language: "varchar",
  },
  rows: (inputs) => {
    const { text, is_coded, tickets } = inputs["intermediate.int_title_uses"]!;
    const titles = text as string[];
    const uses = new Map<string, number>();
    const found = titles.map((title, index) => {
      // A coded value is the signature, as it is (DEFINITIONS 27).
      if (is_coded![index]) return { masked: title, signature: title.toLowerCase(), language: "" };
      const made = signatureOf(title);
      for (const word of new Set(wordsOf(made.masked)))
        uses.set(word, (uses.get(word) ?? 0) + (tickets![index] as number));
      return made;
    });
    return {
      text: titles,
      is_coded: is_coded!,
      masked: found.map(({ masked }, index) =>
        is_coded![index] ? masked : withoutRareWords(masked, uses),
      ),
      signature: found.map(({ signature }) => signature),
      language: found.map(({ language }) => language),
    };
  },
};
