import { Z_95 } from "./wilson.ts";

/** Units from which on a funnel is drawn, and from which on its overdispersion can be estimated (DEFINITIONS 35). */
export const FUNNEL_FROM = 12;
export const OVERDISPERSION_FROM = 20;

/** Normal quantile of the outer limits, 99.8 %. */
const Z_998 = 3.090232306167813;

export interface FunnelUnit {
  count: number;
  total: number;
}

export interface Funnel {
  /** The share of all units together. */
  target: number;
  /** Variance between units beyond chance; 0 where there are too few units to tell. */
  excessVariance: number;
  /** Distance of each unit from the target, in standard errors that know the excess. */
  scores: number[];
  words: ("within" | "look" | "outside")[];
}

/** The values with the lowest and highest tenth drawn in to those quantiles. */
function winsorised(values: readonly number[], share = 0.1): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(share * values.length);
  const low = sorted[cut]!;
  const high = sorted[values.length - 1 - cut]!;
  return values.map((value) => Math.min(Math.max(value, low), high));
}

/**
 * A funnel of shares about their common target. From 20 units on, the variance that the units have beyond chance is
 * estimated from z-scores winsorised at a tenth on both sides and added to each unit's own (Spiegelhalter 2005, Stat.
 * Med. 24:1185-1202, and Qual. Saf. Health Care 14:347-351, additive model): within 95 % limits is "within", up to
 * 99.8 % "look", beyond "outside".
 *
 * @throws under 12 units, which are shown as dots with intervals instead.
 */
export function funnelOf(units: readonly FunnelUnit[]): Funnel {
  if (units.length < FUNNEL_FROM)
    throw new Error(`funnel of ${units.length} units; expected ${FUNNEL_FROM} or more`);
  let count = 0;
  let total = 0;
  for (const unit of units) {
    count += unit.count;
    total += unit.total;
  }
  const target = count / total;
  const variances = units.map((unit) => (target * (1 - target)) / unit.total);
  const distances = units.map((unit) => unit.count / unit.total - target);
  const excessVariance =
    units.length < OVERDISPERSION_FROM || variances[0] === 0
      ? 0
      : excessOf(
          winsorised(distances.map((distance, index) => distance / Math.sqrt(variances[index]!))),
          variances,
        );
  const scores = distances.map((distance, index) =>
    distance === 0 ? 0 : distance / Math.sqrt(variances[index]! + excessVariance),
  );
  return {
    target,
    excessVariance,
    scores,
    words: scores.map((score) =>
      Math.abs(score) <= Z_95 ? "within" : Math.abs(score) <= Z_998 ? "look" : "outside",
    ),
  };
}

/** The method of moments of DerSimonian and Laird over winsorised scores. */
function excessOf(scores: readonly number[], variances: readonly number[]): number {
  const statistic = scores.reduce((sum, score) => sum + score ** 2, 0);
  const weights = variances.map((variance) => 1 / variance);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const squares = weights.reduce((all, weight) => all + weight ** 2, 0);
  return Math.max(0, (statistic - (scores.length - 1)) / (sum - squares / sum));
}
