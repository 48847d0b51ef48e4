import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forecastOf } from "../../transform/forecast.ts";

/** The same error, told by loops over origins and horizons of a method written anew. */
function errorOf(series: number[], from: number, say: (known: number[], ahead: number) => number) {
  let [sum, count] = [0, 0];
  for (let origin = from; origin < series.length; origin += 1)
    for (const ahead of [1, 2, 3]) {
      const came = series[origin + ahead - 1];
      if (came === undefined) continue;
      sum += Math.abs(came - say(series.slice(0, origin), ahead));
      count += 1;
    }
  return sum / count;
}

const meanOfLast = (months: number) => (known: number[]) =>
  known.slice(known.length - months).reduce((sum, value) => sum + value, 0) / months;

describe("a forecast", () => {
  test("of a constant is the constant, without width", () => {
    const { ahead, error } = forecastOf(Array.from({ length: 14 }, () => 30))!;
    expect(error).toBe(0);
    expect(ahead.map(({ value, low95, high95 }) => [value, low95, high95])).toEqual(
      [1, 2, 3].map(() => [30, 30, 30]),
    );
  });

  test("is of no month under 12, and claims no season under 24", () => {
    const wave = (months: number) =>
      Array.from({ length: months }, (_, month) => 100 + (month % 12) * 20);
    expect(forecastOf(wave(11))).toBeNull();
    expect(forecastOf(wave(23))!.method).not.toMatch(/same_month/);
    const { method, ahead, error } = forecastOf(wave(26))!;
    expect(method).toBe("same_month");
    expect(error).toBe(0);
    expect(ahead.map(({ at, value }) => [at, value])).toEqual([
      [26, 140],
      [27, 160],
      [28, 180],
    ]);
  });

  test("is by the method that missed least, at the level of its own misses", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 12, maxLength: 23 }),
        (series) => {
          const errors = {
            last: errorOf(series, 6, (known) => known.at(-1)!),
            mean_3: errorOf(series, 6, meanOfLast(3)),
            mean_6: errorOf(series, 6, meanOfLast(6)),
          };
          const { method, error, past, ahead } = forecastOf(series)!;
          const least = Math.min(...Object.values(errors));
          expect(errors[method as keyof typeof errors]).toBeCloseTo(least, 9);
          const level =
            series.slice(6).reduce((sum, value) => sum + value, 0) / (series.length - 6);
          expect(error).toBeCloseTo(least / level, 9);
          // What was said of a month does not know the month.
          const changed = [...series.slice(0, -1), 1000];
          const again = forecastOf(changed)!;
          if (again.method === method) expect(again.past.at(-1)!.value).toBe(past.at(-1)!.value);
          for (const step of ahead) {
            expect(step.low95).toBeLessThanOrEqual(step.low80);
            expect(step.high80).toBeLessThanOrEqual(step.high95);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
