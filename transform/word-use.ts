import { WORDS } from "./words.ts";

/** A word of fewer tickets, or of fewer people, may be somebody's name: people do not read it. */
const LEAST = { tickets: 3, people: 3 };

/** How many tickets hold each word, and whether enough people wrote it. */
export class WordUse {
  readonly #uses = new Map<string, { tickets: number; people: string[] }>();

  /** Counts tickets of one title; `people` are some of those who asked, three where there are as many. */
  add(word: string, tickets: number, people: readonly string[]): void {
    const use = this.#uses.get(word);
    if (!use) {
      this.#uses.set(word, { tickets, people: [...people] });
      return;
    }
    use.tickets += tickets;
    if (use.people.length >= LEAST.people) return;
    for (const person of people) if (!use.people.includes(person)) use.people.push(person);
  }

  /** True when a word is in common use and nobody's first or family name. */
  isShown(word: string): boolean {
    const use = this.#uses.get(word);
    return (
      use !== undefined &&
      use.tickets >= LEAST.tickets &&
      use.people.length >= LEAST.people &&
      !WORDS.first_names.has(word) &&
      !WORDS.surnames.has(word)
    );
  }
}
