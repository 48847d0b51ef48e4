/** Under this number of tickets a percentage is withheld and the counts are said (DEFINITIONS 35). */
export const smallNumber = 20;

export interface Rate {
  /** Tickets that count for the good side. */
  good: number;
  total: number;
  /** good / total; null when there is no ticket. */
  ratio: number | null;
  /** Whether the percentage may be said. */
  isSmall: boolean;
  /** Wilson 95 % interval; 0 to 1 when there is no ticket. */
  low: number;
  high: number;
}

/** A rate with its Wilson 95 % interval (Wilson 1927, z = 1.959964). */
export function rate(good: number, bad: number): Rate {
  const total = good + bad;
  if (total === 0) return { good, total, ratio: null, isSmall: true, low: 0, high: 1 };
  const z2 = 1.959964 ** 2;
  const ratio = good / total;
  const centre = (ratio + z2 / (2 * total)) / (1 + z2 / total);
  const half =
    (Math.sqrt((ratio * (1 - ratio)) / total + z2 / (4 * total * total)) * Math.sqrt(z2)) /
    (1 + z2 / total);
  return {
    good,
    total,
    ratio,
    isSmall: total < smallNumber,
    low: Math.max(0, centre - half),
    high: Math.min(1, centre + half),
  };
}

/**
 * Tickets between a rate and its goal: positive, more tickets late would still meet it; negative,
 * so many more would have had to be met.
 *
 * @param goal percent
 */
export function ticketsToGoal(value: Rate, goal: number): number {
  // Counts are whole and goals have few decimals: the small term keeps 0.9 * 70 from being 63.0…1.
  const needed = Math.ceil((value.total * goal) / 100 - 1e-9);
  return value.good - needed;
}

/** Adds up one or several counts of rows. */
export function sum<T>(rows: Iterable<T>, count: (row: T) => number): number {
  let total = 0;
  for (const row of rows) total += count(row);
  return total;
}

/** Seconds at a bucket's lower edge: bucket b covers [2^(b/8) - 1, 2^((b+1)/8) - 1). */
export function bucketStart(bucket: number): number {
  return 2 ** (bucket / 8) - 1;
}

/**
 * A quantile from the additive log histogram, interpolated within its bucket; off by at most the
 * bucket's width (9 %). Null without tickets.
 */
export function approximateQuantile(
  rows: Iterable<{ bucket: number; tickets: number }>,
  share: number,
): number | null {
  const counts = new Map<number, number>();
  for (const { bucket, tickets } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + tickets);
  const total = sum(counts.values(), (count) => count);
  if (total === 0) return null;
  let before = 0;
  for (const [bucket, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (before + count >= share * total) {
      const part = count === 0 ? 0 : (share * total - before) / count;
      return bucketStart(bucket + part);
    }
    before += count;
  }
  return null;
}

/** The month so many months before (negative) or after another. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const index = year * 12 + number - 1 + by;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Groups rows by a key, in the order of first appearance. */
export function groupBy<T>(rows: Iterable<T>, key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}
