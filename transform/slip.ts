import { WORDS } from "./words.ts";

/** Shorter words have too many neighbours: one slip from 5 letters, two from 9. */
const LENGTHS = { one: 5, two: 9 };
/** A slip is at least this many times rarer than the word it stands for... */
const RARER = 4;
/** ...and seen at most this often, or in at most this share of its word's uses: two frequent words are two words. */
const RARE = { uses: 2, share: 0.02 };

/** True when `a` becomes `b` by at most `limit` insertions, deletions, substitutions or swaps of neighbours. */
export function isWithin(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, last[j]! + 1, next[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = last;
    last = next;
  }
  return last[b.length]! <= limit;
}

const limitOf = (length: number): number =>
  length >= LENGTHS.two ? 2 : length >= LENGTHS.one ? 1 : 0;

/** A word without up to `count` of its letters, the first one kept: two words within a slip share one of these. */
function shortened(word: string, count: number): string[] {
  const forms = [word];
  if (count === 0) return forms;
  for (let index = 1; index < word.length; index += 1) {
    const less = word.slice(0, index) + word.slice(index + 1);
    forms.push(less);
    if (count < 2) continue;
    for (let other = index; other < less.length; other += 1)
      forms.push(less.slice(0, other) + less.slice(other + 1));
  }
  return forms;
}

/**
 * The words that are slips of the keyboard, each with the frequent word it stands for. `uses` counts the tickets that
 * hold a word. A word that stands for another is never stood for, so there are no chains; words of letters and digits,
 * and those known to be correct, are never slips; the first letter is always right.
 */
export function slipsOf(uses: ReadonlyMap<string, number>): Map<string, string> {
  const words = [...uses]
    .filter(([word]) => word.length >= LENGTHS.one && !/\d/.test(word))
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const found = new Map<string, string>();
  const byForm = new Map<string, string[]>();
  for (const [word, count] of words) {
    const forms = shortened(word, limitOf(word.length));
    const target = WORDS.distinct.has(word) ? undefined : nearest(word, count, forms, byForm, uses);
    if (target !== undefined) {
      found.set(word, target);
      continue;
    }
    // Only a word used often enough can be what another stands for.
    if (count < RARER) continue;
    for (const form of forms) {
      const list = byForm.get(form);
      if (list) list.push(word);
      else byForm.set(form, [word]);
    }
  }
  return found;
}

function nearest(
  word: string,
  count: number,
  forms: readonly string[],
  byForm: ReadonlyMap<string, readonly string[]>,
  uses: ReadonlyMap<string, number>,
): string | undefined {
  let best: { target: string; distance: number; count: number } | undefined;
  const tried = new Set<string>();
  for (const form of forms) {
    for (const target of byForm.get(form) ?? []) {
      if (tried.has(target)) continue;
      tried.add(target);
      const others = uses.get(target)!;
      if (others < RARER * count || count > Math.max(RARE.uses, RARE.share * others)) continue;
      const limit = limitOf(Math.min(word.length, target.length));
      const distance = isWithin(word, target, 1) ? 1 : 2;
      if (distance > limit || (distance === 2 && !isWithin(word, target, 2))) continue;
      const isBetter =
        !best ||
        distance < best.distance ||
        (distance === best.distance &&
          (others > best.count || (others === best.count && target < best.target)));
      if (isBetter) best = { target, distance, count: others };
    }
  }
  return best?.target;
}
