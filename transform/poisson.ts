import jstat from "jstat";
import { binomialTail } from "./discrete-tail.ts";
import { Z_95 } from "./wilson.ts";

/** Counts below which the interval of a count is exact; from it on Byar's approximation serves (DEFINITIONS 33). */
export const EXACT_BELOW = 10;

export interface Interval {
  low: number;
  high: number;
}

/**
 * Exact 95 % interval of a Poisson count, as quantiles of gamma distributions (Garwood 1936, Biometrika 28:437-442):
 * the means under which so many or more, and so few or fewer, come 2.5 % of the time.
 */
export function poissonInterval(count: number): Interval {
  return {
    low: count === 0 ? 0 : jstat.gamma.inv(0.025, count, 1),
    high: jstat.gamma.inv(0.975, count + 1, 1),
  };
}

/** 95 % interval of a Poisson count by Byar's approximation (Breslow and Day 1987, vol. II, eq. 2.13). */
export function byarInterval(count: number): Interval {
  const bound = (n: number, z: number): number =>
    n === 0 ? 0 : n * (1 - 1 / (9 * n) + z / (3 * Math.sqrt(n))) ** 3;
  return { low: bound(count, -Z_95), high: bound(count + 1, Z_95) };
}

/** 95 % interval of a count: exact below 10, Byar's from 10 on (DEFINITIONS 33). */
export function countInterval(count: number): Interval {
  return count < EXACT_BELOW ? poissonInterval(count) : byarInterval(count);
}

/**
 * Probability of `count` events or more over `exposure`, when `otherCount` came over `otherExposure` and both have one
 * rate: the exact conditional test of two Poisson counts (Przyborowski and Wilenski 1940, Biometrika 31:313-323). It
 * is a Poisson tail that knows how uncertain its own mean is.
 */
export function poissonExcess(
  count: number,
  exposure: number,
  otherCount: number,
  otherExposure: number,
): number {
  return binomialTail(count, count + otherCount, exposure / (exposure + otherExposure));
}

/**
 * Ratio of two Poisson rates with its exact 95 % interval, from that of the share of the first among both (Clopper and
 * Pearson 1934; Lehmann and Romano 2005, 4.5). The ratio is null without events on the other side, the upper bound
 * infinite.
 */
export function rateRatio(
  count: number,
  exposure: number,
  otherCount: number,
  otherExposure: number,
): Interval & { ratio: number | null } {
  const odds = (share: number): number =>
    share >= 1 ? Infinity : ((share / (1 - share)) * otherExposure) / exposure;
  const { low, high } = shareInterval(count, count + otherCount);
  return {
    ratio: otherCount === 0 ? null : count / exposure / (otherCount / otherExposure),
    low: odds(low),
    high: odds(high),
  };
}

/** Exact 95 % interval of a share (Clopper and Pearson 1934, Biometrika 26:404-413). */
export function shareInterval(count: number, trials: number): Interval {
  return {
    low: count === 0 ? 0 : shareWithTail(count, trials, 0.025),
    high: count === trials ? 1 : shareWithTail(count + 1, trials, 0.975),
  };
}

/** The share under which `count` or more of `trials` come with the given probability. */
function shareWithTail(count: number, trials: number, tail: number): number {
  let share = jstat.beta.inv(tail, count, trials - count + 1);
  // The library stops at the ninth digit: Newton steps on the exact tail give the others.
  for (let turn = 0; turn < 3; turn += 1) {
    const density =
      ((binomialTail(count, trials, share) - binomialTail(count + 1, trials, share)) * count) /
      share;
    if (!(density > 0)) return share;
    share -= (binomialTail(count, trials, share) - tail) / density;
  }
  return share;
}
