import { negativeBinomialTail } from "./discrete-tail.ts";
import { adjustedPValues } from "./false-discovery.ts";

/** Weeks of the burst and of its baseline before (DEFINITIONS 30). */
export const BURST_WEEKS = 4;
export const BASELINE_WEEKS = 26;

/** Counts of one family over 30 weeks, the latest last, and the exposure of each week (open days that were observed). */
export interface Weeks {
  counts: readonly number[];
  exposures: readonly number[];
}

export interface Burst {
  observed: number;
  /** What the baseline's rate makes of the last weeks' exposure; null without a baseline: the family is new. */
  expected: number | null;
  /** Dispersion of a week's count after shrinkage: variance = mean + dispersion * mean^2. */
  dispersion: number;
  pValue: number | null;
  /** Benjamini-Hochberg over every family with a baseline; null for a new one. */
  adjusted: number | null;
}

interface Baseline {
  count: number;
  exposure: number;
  /** Means of the weeks if the rate never changed. */
  means: number[];
  /** Moment estimate of the dispersion and its variance were the weeks Poisson; null where it cannot be told. */
  raw: { dispersion: number; variance: number; information: number } | null;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const squares = (values: readonly number[]): number => total(values.map((value) => value ** 2));

function baselineOf({ counts, exposures }: Weeks): Baseline {
  const shown = exposures
    .slice(0, BASELINE_WEEKS)
    .flatMap((exposure, week) => (exposure > 0 ? [{ exposure, count: counts[week]! }] : []));
  const count = total(shown.map((week) => week.count));
  const exposure = total(shown.map((week) => week.exposure));
  const means = shown.map((week) => (count * week.exposure) / exposure);
  const information = squares(means);
  if (count === 0 || shown.length < 4) return { count, exposure, means, raw: null };
  const excess = total(
    shown.map(
      (week, index) =>
        ((week.count - means[index]!) ** 2 * shown.length) / (shown.length - 1) - means[index]!,
    ),
  );
  const variance = total(means.map((mean) => 2 * mean ** 2 + mean)) / information ** 2;
  return {
    count,
    exposure,
    means,
    raw: { dispersion: excess / information, variance, information },
  };
}

/**
 * Dispersions of families drawn to the common one by how little each can tell alone: the moment estimate of each, the
 * mean weighted by precision, and the variance between families left after chance (empirical Bayes as in DerSimonian
 * and Laird 1986; compare Robinson and Smyth 2007, Bioinformatics 23:2881-2887). Never below 0.
 */
function shrunkenDispersions(baselines: readonly Baseline[]): number[] {
  const told = baselines.flatMap(({ raw }) => (raw ? [raw] : []));
  if (told.length === 0) return baselines.map(() => 0);
  const weights = told.map(({ variance }) => 1 / variance);
  const weight = total(weights);
  const pooled = total(told.map(({ dispersion }, index) => dispersion * weights[index]!)) / weight;
  const spread = total(
    told.map(({ dispersion }, index) => weights[index]! * (dispersion - pooled) ** 2),
  );
  const free = weight - squares(weights) / weight;
  const between = free > 0 ? Math.max(0, (spread - (told.length - 1)) / free) : 0;
  return baselines.map(({ raw }) => {
    if (!raw) return Math.max(pooled, 0);
    const trust = between / (between + raw.variance);
    return Math.max(trust * raw.dispersion + (1 - trust) * pooled, 0);
  });
}

/**
 * The last 4 weeks of each family against its 26 weeks before: the predictive probability of so many or more, negative
 * binomial, where the excess variance is that of the coming weeks, that of the baseline's own weeks, and the baseline's
 * finite count. With no dispersion it is the exact conditional test of two Poisson counts.
 *
 * @param families every family alive in the 30 weeks, also those that nobody will be shown
 */
export function findBursts(families: readonly Weeks[]): Burst[] {
  const baselines = families.map(baselineOf);
  const dispersions = shrunkenDispersions(baselines);
  const bursts = families.map(({ counts, exposures }, index): Burst => {
    const { count, exposure, means } = baselines[index]!;
    const dispersion = dispersions[index]!;
    const observed = total(counts.slice(BASELINE_WEEKS));
    const ahead = exposures.slice(BASELINE_WEEKS);
    const rest = { observed, dispersion, adjusted: null };
    if (count === 0 || total(ahead) === 0) return { ...rest, expected: null, pValue: null };
    const spread = squares(ahead) / total(ahead) ** 2 + squares(means) / count ** 2;
    return {
      ...rest,
      expected: (count * total(ahead)) / exposure,
      pValue: negativeBinomialTail(
        observed,
        ((count + 1) * total(ahead)) / exposure,
        1 / (count + 1) + dispersion * spread,
      ),
    };
  });
  const tested = bursts.filter(({ pValue }) => pValue !== null);
  const adjusted = adjustedPValues(tested.map(({ pValue }) => pValue!));
  for (const [index, burst] of tested.entries()) burst.adjusted = adjusted[index]!;
  return bursts;
}
