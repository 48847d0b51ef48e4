/** Months ahead that are forecast. */
export const HORIZON = 3;

/** Months of a series under which nothing is forecast, and under which no season is claimed (DEFINITIONS 33). */
export const LEAST_MONTHS = 12;
export const SEASON_MONTHS = 24;

/** First origin of the backtest: months that every method must have behind it. */
const FIRST_ORIGIN = 6;

/** Normal quantiles of the bands. */
const Z_80 = 1.2815515655446004;
const Z_95 = 1.959963984540054;

export interface Step {
  /** Place in the series; from its length on, what is ahead. */
  at: number;
  horizon: number;
  value: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

export interface Forecast {
  method: string;
  ahead: Step[];
  /** What the same method said one month ahead of each month that came, with what was known then. */
  past: Step[];
  /** Mean absolute error of the backtest over all horizons, as a share of the mean of the months forecast. */
  error: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Each says the month `horizon` after the known ones. */
type Method = (known: readonly number[], horizon: number) => number;

/** The month a year before the one forecast, in the proportion of the last quarter to that of a year before. */
const sameMonth: Method = (known, horizon) => known.at(horizon - 1 - 12)!;
const levelled: Method = (known, horizon) => {
  const before = mean(known.slice(-15, -12));
  return before === 0
    ? mean(known.slice(-3))
    : (sameMonth(known, horizon) * mean(known.slice(-3))) / before;
};

const PLAIN: Record<string, Method> = {
  last: (known) => known.at(-1)!,
  mean_3: (known) => mean(known.slice(-3)),
  mean_6: (known) => mean(known.slice(-6)),
};
const SEASONAL: Record<string, Method> = { same_month: sameMonth, same_month_level: levelled };

interface Miss {
  origin: number;
  horizon: number;
  value: number;
  miss: number;
}

/** What a method would have said at every origin, and by how much it missed (rolling-origin evaluation: Tashman 2000). */
function backtest(series: readonly number[], method: Method, firstOrigin: number): Miss[] {
  const misses: Miss[] = [];
  for (let origin = firstOrigin; origin < series.length; origin += 1)
    for (let horizon = 1; horizon <= HORIZON && origin + horizon <= series.length; horizon += 1) {
      const value = method(series.slice(0, origin), horizon);
      misses.push({ origin, horizon, value, miss: series[origin + horizon - 1]! - value });
    }
  return misses;
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => value ** 2)));

function stepOf(at: number, horizon: number, value: number, spread: number): Step {
  return {
    at,
    horizon,
    value: Math.max(0, value),
    low80: Math.max(0, value - Z_80 * spread),
    high80: Math.max(0, value + Z_80 * spread),
    low95: Math.max(0, value - Z_95 * spread),
    high95: Math.max(0, value + Z_95 * spread),
  };
}

/**
 * Monthly counts three months ahead. Of the methods (the last month, the mean of 3, of 6; with 24 months or more also
 * the same month of the year before, as it was and at the level of the last quarter) that one is taken which missed
 * least, in mean absolute error, from every origin of the past; the first in that order where several missed alike. The
 * bands are normal, as wide as the method missed at each horizon (Hyndman and Athanasopoulos 2021, ch. 5).
 *
 * @param series one count per month, oldest first
 * @returns null under 12 months
 */
export function forecastOf(series: readonly number[]): Forecast | null {
  if (series.length < LEAST_MONTHS) return null;
  const isLong = series.length >= SEASON_MONTHS;
  const firstOrigin = isLong ? 15 : FIRST_ORIGIN;
  const tried = Object.entries(isLong ? { ...PLAIN, ...SEASONAL } : PLAIN).map(([name, method]) => {
    const misses = backtest(series, method, firstOrigin);
    return { name, method, misses, error: mean(misses.map(({ miss }) => Math.abs(miss))) };
  });
  const best = tried.reduce((one, other) => (other.error < one.error ? other : one));
  const spreadAt = (horizon: number): number =>
    rootMeanSquare(best.misses.filter((each) => each.horizon === horizon).map(({ miss }) => miss));
  const level = mean(series.slice(firstOrigin));
  return {
    method: best.name,
    ahead: Array.from({ length: HORIZON }, (_, index) =>
      stepOf(series.length + index, index + 1, best.method(series, index + 1), spreadAt(index + 1)),
    ),
    past: best.misses
      .filter(({ horizon }) => horizon === 1)
      .map(({ origin, value }) => stepOf(origin, 1, value, spreadAt(1))),
    error: level === 0 ? 0 : best.error / level,
  };
}
