/** A distribution over 0, 1, 2...: the logarithm of its first probability, and how each follows from the one before. */
export interface Discrete {
  logAtZero: number;
  /** P(k + 1) / P(k); 0 where k is the last value. */
  step: (k: number) => number;
  mean: number;
}

/**
 * P(X >= count), summed term by term from `count` away from the mean, so that small tails keep their digits: no
 * 1 - P(X < count) above the mean.
 */
export function upperTail(count: number, { logAtZero, step, mean }: Discrete): number {
  if (count <= 0) return 1;
  let logTerm = logAtZero;
  if (count <= mean) {
    let below = Math.exp(logTerm);
    for (let k = 0; k < count - 1; k += 1) {
      logTerm += Math.log(step(k));
      below += Math.exp(logTerm);
    }
    return Math.min(Math.max(1 - below, 0), 1);
  }
  for (let k = 0; k < count; k += 1) logTerm += Math.log(step(k));
  let sum = 1;
  let term = 1;
  for (let k = count; term > sum * 1e-17; k += 1) {
    term *= step(k);
    sum += term;
  }
  return Math.min(Math.exp(logTerm) * sum, 1);
}

/** P(X >= count) of a Poisson count of the given mean. */
export function poissonTail(count: number, mean: number): number {
  return upperTail(count, { logAtZero: -mean, step: (k) => mean / (k + 1), mean });
}

/**
 * P(X >= count) of a negative binomial count with variance mean + dispersion * mean^2 (Hilbe 2011, Negative Binomial
 * Regression, NB2); a dispersion of 0 is Poisson.
 */
export function negativeBinomialTail(count: number, mean: number, dispersion: number): number {
  if (mean <= 0) return count <= 0 ? 1 : 0;
  const excess = dispersion * mean;
  if (dispersion <= 0 || excess < 1e-12) return poissonTail(count, mean);
  return upperTail(count, {
    logAtZero: -Math.log1p(excess) / dispersion,
    step: (k) => (mean * (1 + k * dispersion)) / ((1 + excess) * (k + 1)),
    mean,
  });
}

/** P(X >= count) of `trials` draws that each succeed with probability `share`. */
export function binomialTail(count: number, trials: number, share: number): number {
  if (share <= 0) return count <= 0 ? 1 : 0;
  if (share >= 1) return count <= trials ? 1 : 0;
  const odds = share / (1 - share);
  return upperTail(count, {
    logAtZero: trials * Math.log1p(-share),
    step: (k) => ((trials - k) / (k + 1)) * odds,
    mean: trials * share,
  });
}
