import jstat from "jstat";

/** Ways to carry a monthly series on, the simpler first; a tie goes to the simpler. */
export const METHODS = [
  "last",
  "mean",
  "smoothing",
  "damped_trend",
  "season",
  "season_level",
] as const;

export type Method = (typeof METHODS)[number];

/** Months of counts without which nothing is forecast, and without which no season is claimed. */
export const LEAST_MONTHS = 18;
export const SEASON_MONTHS = 24;
/** Months ahead. */
export const HORIZON = 3;
/** Months that every method is given at least before it is put to the test. */
const LEAST_TRAINING = 12;

/** Counts expected of one month ahead, with the intervals that hold 80 and 95 of 100. */
export interface Expected {
  count: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

export interface Forecast {
  method: Method;
  /** One of each month ahead, the next first. */
  months: Expected[];
  /** Mean absolute error of the method over the forecasts replayed, tickets a month; and that of repeating the last month. */
  error: number;
  lastError: number;
  /** Forecasts replayed. */
  replayed: number;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const steps = (from: number, to: number, by: number): number[] =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, index) => from + index * by);

const LEVELS = steps(0.05, 0.95, 0.05);
const TRENDS = steps(0.05, 0.3, 0.05);
const DAMPINGS = [0.8, 0.9, 0.98];

/** Simple exponential smoothing whose share fits the one-step errors best (Hyndman and Athanasopoulos 2021, 8.1). */
function smoothed(series: readonly number[]): number {
  let best = { error: Infinity, level: 0 };
  for (const share of LEVELS) {
    let level = series[0]!;
    let error = 0;
    for (const value of series.slice(1)) {
      error += (value - level) ** 2;
      level += share * (value - level);
    }
    if (error < best.error) best = { error, level };
  }
  return best.level;
}

/** Damped additive trend (Gardner and McKenzie 1985; Hyndman and Athanasopoulos 2021, 8.2). */
function damped(series: readonly number[]): number[] {
  let best = { error: Infinity, level: 0, trend: 0, damping: 0 };
  for (const share of LEVELS)
    for (const slope of TRENDS)
      for (const damping of DAMPINGS) {
        let level = series[0]!;
        let trend = 0;
        let error = 0;
        for (const value of series.slice(1)) {
          const expected = level + damping * trend;
          error += (value - expected) ** 2;
          const next = expected + share * (value - expected);
          trend = slope * (next - level) + (1 - slope) * damping * trend;
          level = next;
        }
        if (error < best.error) best = { error, level, trend, damping };
      }
  let sum = 0;
  return Array.from({ length: HORIZON }, (_, index) => {
    sum += best.damping ** (index + 1);
    return best.level + sum * best.trend;
  });
}

/** What a method says of the months after a series; null where the series is too short for it. */
function carryOn(method: Method, series: readonly number[]): number[] | null {
  const ahead = (of: (index: number) => number) => Array.from({ length: HORIZON }, (_, i) => of(i));
  const yearBefore = (index: number) => series[series.length - 12 + index]!;
  switch (method) {
    case "last":
      return ahead(() => series.at(-1)!);
    case "mean":
      return ahead(() => meanOf(series.slice(-12)));
    case "smoothing": {
      const level = smoothed(series);
      return ahead(() => level);
    }
    case "damped_trend":
      return damped(series);
    case "season":
      return ahead(yearBefore);
    case "season_level": {
      // The same months a year before, by what the last three are to theirs.
      if (series.length < 15) return null;
      const before = meanOf(series.slice(-15, -12));
      return before === 0
        ? null
        : ahead((i) => (yearBefore(i) * meanOf(series.slice(-3))) / before);
    }
  }
}

interface Replay {
  method: Method;
  /** Errors of forecasts replayed, by months ahead. */
  errors: number[][];
  error: number;
}

/** Every forecast that the method would have made, from each month on, against what came. */
function replay(method: Method, series: readonly number[], from: number): Replay | null {
  const errors: number[][] = Array.from({ length: HORIZON }, () => []);
  for (let origin = from; origin < series.length; origin += 1) {
    const said = carryOn(method, series.slice(0, origin));
    if (!said) return null;
    for (const [index, value] of said.entries()) {
      const came = series[origin + index];
      if (came !== undefined) errors[index]!.push(came - Math.max(0, value));
    }
  }
  return { method, errors, error: meanOf(errors.flat().map(Math.abs)) };
}

/**
 * The next months of a monthly series of counts, by the method whose forecasts, replayed from every month since the
 * first year, missed least (rolling origin: Hyndman and Athanasopoulos 2021, 5.10). Methods that know a season are
 * tried from 24 months on. The intervals are Student's t of the root mean squared error of the same number of months
 * ahead, never narrower than those of a month nearer, and never below zero.
 *
 * @returns null under 18 months
 */
export function forecast(series: readonly number[]): Forecast | null {
  if (series.length < LEAST_MONTHS) return null;
  const hasSeason = series.length >= SEASON_MONTHS;
  const from = LEAST_TRAINING + (hasSeason ? 3 : 0);
  const replays = METHODS.filter((method) => hasSeason || !method.startsWith("season")).flatMap(
    (method) => replay(method, series, from) ?? [],
  );
  const best = replays.reduce((a, b) => (b.error < a.error ? b : a));
  const said = carryOn(best.method, series)!;
  let widest = 0;
  const months = said.map((value, index): Expected => {
    const errors = best.errors[index]!;
    widest = Math.max(widest, Math.sqrt(meanOf(errors.map((error) => error ** 2))));
    const count = Math.max(0, value);
    const reach = (share: number) => jstat.studentt.inv((1 + share) / 2, errors.length) * widest;
    const low = (share: number) => Math.max(0, Math.floor(count - reach(share)));
    const high = (share: number) => Math.ceil(count + reach(share));
    return {
      count: Math.round(count),
      low80: low(0.8),
      high80: high(0.8),
      low95: low(0.95),
      high95: high(0.95),
    };
  });
  return {
    method: best.method,
    months,
    error: best.error,
    lastError: replays.find(({ method }) => method === "last")!.error,
    replayed: best.errors.flat().length,
  };
}
