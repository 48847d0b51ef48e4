/** FNV-1a of a text, 32 bits without sign. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/** Entries with weights that add up, for `Dice.pick`. */
export interface Weighted<T> {
  entries: readonly T[];
  upTo: Float64Array;
}

/** Prepares a weighted choice once, so that drawing from it costs no sum. */
export function weighted<T>(pairs: readonly (readonly [T, number])[]): Weighted<T> {
  const upTo = new Float64Array(pairs.length);
  let sum = 0;
  for (const [index, [, weight]] of pairs.entries()) upTo[index] = sum += weight;
  return { entries: pairs.map(([entry]) => entry), upTo };
}

/** A seeded generator of numbers in [0, 1) (mulberry32), with what the group's exports draw from it. */
export class Dice {
  #state: number;

  constructor(seed: number, stream: string) {
    this.#state = hashOf(`${seed}/${stream}`) | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number in `[low, high)`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low));
  }

  /** One of a list, each as often. */
  one<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }

  /** One of a list whose first entries come most often. */
  early<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() ** 1.6 * list.length)]!;
  }

  /** One of the entries, by weight. */
  pick<T>({ entries, upTo }: Weighted<T>): T {
    const drawn = this.next() * upTo[upTo.length - 1]!;
    let index = 0;
    while (index < entries.length - 1 && drawn >= upTo[index]!) index += 1;
    return entries[index]!;
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let last = copy.length - 1; last > 0; last -= 1) {
      const other = this.whole(0, last + 1);
      [copy[last], copy[other]] = [copy[other]!, copy[last]!];
    }
    return copy;
  }
}
