import { Z_95 } from "./wilson.ts";

/** What one unit did in one stratum: `count` of `total` as wanted. */
export interface Stratum {
  count: number;
  total: number;
}

export interface Standardised {
  share: number;
  low: number;
  high: number;
}

/**
 * A share as it would be with the mix of the weights: direct standardisation (Fleiss, Levin and Paik 2003, ch. 19). The
 * variance of each stratum counts half a case more on both sides, so that a stratum of only successes is not certain
 * (DEFINITIONS 34): sum of w^2 q (1 - q) / n with q = (count + 1/2) / (n + 1).
 *
 * @param strata by the same key as the weights
 * @param weights need not sum to 1
 * @throws when a weighted stratum is missing or empty.
 */
export function standardise(
  strata: ReadonlyMap<string, Stratum>,
  weights: ReadonlyMap<string, number>,
): Standardised {
  let whole = 0;
  for (const weight of weights.values()) whole += weight;
  let share = 0;
  let variance = 0;
  for (const [key, weight] of weights) {
    const { count, total } = strata.get(key) ?? { count: 0, total: 0 };
    if (total === 0) throw new Error(`stratum ${key}: empty; expected a case or more to weigh`);
    const shrunk = (count + 0.5) / (total + 1);
    share += (weight / whole) * (count / total);
    variance += (weight / whole) ** 2 * ((shrunk * (1 - shrunk)) / total);
  }
  const width = Z_95 * Math.sqrt(variance);
  return { share, low: Math.max(share - width, 0), high: Math.min(share + width, 1) };
}

/**
 * Observed over expected: what a unit did against what the pooled shares would have made of its own mix (indirect
 * standardisation). Two such ratios rest on different mixes and are never compared with each other.
 *
 * @throws when the pool lacks a stratum of the unit.
 */
export function observedOverExpected(
  strata: ReadonlyMap<string, Stratum>,
  pool: ReadonlyMap<string, Stratum>,
): number {
  let observed = 0;
  let expected = 0;
  for (const [key, { count, total }] of strata) {
    const pooled = pool.get(key);
    if (!pooled || pooled.total === 0)
      throw new Error(`stratum ${key}: not in the pool; expected every stratum of the unit`);
    observed += count;
    expected += (total * pooled.count) / pooled.total;
  }
  return observed / expected;
}
