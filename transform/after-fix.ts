import { rateRatio } from "./poisson.ts";

export type AfterFix = "gone" | "reduced" | "inconclusive" | "worse" | "too_early";

/** Days after a fix that are compared, and the fewest days before that say anything (DEFINITIONS 31). */
const AFTER_DAYS = 90;
const LEAST_BEFORE_DAYS = 90;

export interface FixWindows {
  /** Occurrences and observed days of the 365 before the fix, without the last 28. */
  before: number;
  beforeDays: number;
  /** Occurrences and observed days of the 90 after it. */
  after: number;
  afterDays: number;
}

/**
 * What was observed after a fix, in a word, from the exact 95 % interval of the ratio of both rates: wholly below 1 is
 * "gone" with no occurrence left and "reduced" with some, wholly above "worse". It is an observation, never an effect.
 */
export function afterFix({ before, beforeDays, after, afterDays }: FixWindows): {
  word: AfterFix;
  ratio: number | null;
  low: number | null;
  high: number | null;
} {
  if (afterDays < AFTER_DAYS) return { word: "too_early", ratio: null, low: null, high: null };
  if (beforeDays < LEAST_BEFORE_DAYS || before + after === 0)
    return { word: "inconclusive", ratio: null, low: null, high: null };
  const { ratio, low, high } = rateRatio(after, afterDays, before, beforeDays);
  const word = high < 1 ? (after === 0 ? "gone" : "reduced") : low > 1 ? "worse" : "inconclusive";
  return { word, ratio, low, high: Number.isFinite(high) ? high : null };
}
