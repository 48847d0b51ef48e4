import jstat from "jstat";

/** Counts below which the interval of a count is exact; from it on Byar's approximation serves (DEFINITIONS 33). */
export const EXACT_BELOW = 10;

/**
 * Exact 95 % interval of a Poisson count, as quantiles of gamma distributions (Garwood 1936, Biometrika 28:437-442):
 * the means under which so many or more, and so few or fewer, come 2.5 % of the time.
 */
export function poissonInterval(count: number): { low: number; high: number } {
  return {
    low: count === 0 ? 0 : jstat.gamma.inv(0.025, count, 1),
    high: jstat.gamma.inv(0.975, count + 1, 1),
  };
}
