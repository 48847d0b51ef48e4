/** A slope on the log scale: `slope` per step, e.g. 0.02 for about 2 % more every week. */
export interface Trend {
  slope: number;
  error: number;
  /** Variance over that of a Poisson count, never below 1. */
  dispersion: number;
  /** Two-sided, by Student's t with the steps less two degrees of freedom. */
  pValue: number;
}

/**
 * P(T > t) of Student's t with whole degrees of freedom, by its finite sum (Abramowitz and Stegun 1964, 26.7.3 and
 * 26.7.4).
 */
export function studentTail(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const square = Math.cos(angle) ** 2;
  let term = degrees % 2 === 1 ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = degrees % 2 === 1 ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * square;
    sum += term;
  }
  const inside =
    degrees % 2 === 1 ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 - inside) / 2;
}

/**
 * Slope of counts over equal steps by a log-linear model with exposures as offset, fitted by iteratively reweighted
 * least squares, its error widened by the Pearson dispersion (quasi-Poisson: McCullagh and Nelder 1989, ch. 6 and 9).
 *
 * @param exposures of each step; steps of none are passed over
 * @returns null where no slope can be fitted: fewer than 4 steps, or no two with events
 */
export function quasiPoissonTrend(
  counts: readonly number[],
  exposures: readonly number[],
): Trend | null {
  const steps = counts
    .map((count, index) => ({ count, exposure: exposures[index]!, at: index }))
    .filter(({ exposure }) => exposure > 0);
  if (steps.length < 4 || steps.filter(({ count }) => count > 0).length < 2) return null;
  const centre = steps.reduce((sum, { at }) => sum + at, 0) / steps.length;
  let level = Math.log(
    steps.reduce((sum, { count }) => sum + count, 0) /
      steps.reduce((sum, { exposure }) => sum + exposure, 0),
  );
  let slope = 0;
  let variance = 0;
  for (let turn = 0; turn < 100; turn += 1) {
    let [s0, s1, s2, r0, r1] = [0, 0, 0, 0, 0];
    for (const { count, exposure, at } of steps) {
      const x = at - centre;
      const mean = exposure * Math.exp(level + slope * x);
      s0 += mean;
      s1 += mean * x;
      s2 += mean * x * x;
      r0 += count - mean;
      r1 += (count - mean) * x;
    }
    const determinant = s0 * s2 - s1 * s1;
    if (!(determinant > 0)) return null;
    const [levelStep, slopeStep] = [
      (s2 * r0 - s1 * r1) / determinant,
      (s0 * r1 - s1 * r0) / determinant,
    ];
    // Half a log unit at a time, so that a far start does not overshoot.
    const damping = Math.min(1, 0.5 / Math.max(Math.abs(levelStep), Math.abs(slopeStep) * 10));
    level += levelStep * damping;
    slope += slopeStep * damping;
    variance = s0 / determinant;
    if (Math.abs(levelStep) + Math.abs(slopeStep) < 1e-13) break;
    if (turn === 99) return null;
  }
  const pearson = steps.reduce((sum, { count, exposure, at }) => {
    const mean = exposure * Math.exp(level + slope * (at - centre));
    return sum + (count - mean) ** 2 / mean;
  }, 0);
  const dispersion = Math.max(pearson / (steps.length - 2), 1);
  const error = Math.sqrt(dispersion * variance);
  return {
    slope,
    error,
    dispersion,
    pValue: Math.min(2 * studentTail(Math.abs(slope) / error, steps.length - 2), 1),
  };
}
