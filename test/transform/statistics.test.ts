import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialTail, negativeBinomialTail, poissonTail } from "../../transform/discrete-tail.ts";
import { adjustedPValues } from "../../transform/false-discovery.ts";
import { funnelOf } from "../../transform/funnel.ts";
import { decompose } from "../../reports/components/mix-and-rate.ts";
import {
  byarInterval,
  countInterval,
  poissonExcess,
  poissonInterval,
  rateRatio,
  shareInterval,
} from "../../transform/poisson.ts";
import {
  observedOverExpected,
  standardise,
  type Stratum,
} from "../../transform/standardisation.ts";
import { quasiPoissonTrend, studentTail } from "../../transform/trend.ts";
import { wilsonInterval } from "../../transform/wilson.ts";

/** Nine digits: what an independent implementation and ours must share. */
const NINE = 9;
const Z = 1.959963984540054;

type Pair = [number, number];
type Units = Record<"A" | "B", Record<string, Pair>>;

interface Vectors {
  "STAT-WILSON": { given: { met: number; n: number }[]; expected: Pair[] };
  "STAT-BYAR": { given: { incidents: number; users: number }; expected: Pair };
  "STAT-BH": { given: number[][]; expected: number[][] };
  "STAT-DS": { given: Units; expected: Record<string, Record<"A" | "B", number>> };
}

const { vectors } = JSON.parse(readFileSync("test/fixtures/vectors.json", "utf8")) as {
  vectors: { id: string }[];
};
const vectorOf = <K extends keyof Vectors>(id: K): Vectors[K] =>
  vectors.find((vector) => vector.id === id) as unknown as Vectors[K];

/** The root of a rising function between two bounds. */
function bisect(rising: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let turn = 0; turn < 200; turn += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Simpson's rule. */
function integrate(f: (x: number) => number, from: number, to: number, steps = 20_000): number {
  const width = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let step = 1; step < steps; step += 1) sum += f(from + step * width) * (step % 2 ? 4 : 2);
  return (sum * width) / 3;
}

/** Exact powers and binomial coefficients of small numbers, summed the other way round. */
function binomialBelow(count: number, trials: number, share: number): number {
  let sum = 0;
  for (let k = 0; k < count; k += 1) {
    let ways = 1;
    for (let each = 0; each < k; each += 1) ways = (ways * (trials - each)) / (each + 1);
    sum += ways * share ** k * (1 - share) ** (trials - k);
  }
  return sum;
}

describe("Wilson's interval", () => {
  test("has the printed digits of STAT-WILSON", () => {
    const { given, expected } = vectorOf("STAT-WILSON");
    for (const [index, { met, n }] of given.entries()) {
      const { low, high } = wilsonInterval(met, n);
      expect([low, high].map((bound) => Number(bound.toFixed(4)))).toEqual(expected[index]);
    }
  });

  test("ends where the score test says 1.96", () => {
    const score = (share: number, count: number, total: number) =>
      (share - count / total) / Math.sqrt((share * (1 - share)) / total);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, part) => {
          const count = Math.min(Math.max(Math.round(n * part), 1), n - 1);
          fc.pre(n > 1);
          const { low, high } = wilsonInterval(count, n);
          expect(low).toBeCloseTo(
            bisect((share) => score(share, count, n) + Z, 1e-15, count / n),
            NINE,
          );
          expect(high).toBeCloseTo(
            bisect((share) => score(share, count, n) - Z, count / n, 1 - 1e-15),
            NINE,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test("of nothing is refused", () => {
    expect(() => wilsonInterval(0, 0)).toThrow("share of 0: no interval");
  });
});

describe("the interval of a count", () => {
  test("has the printed digits of STAT-BYAR", () => {
    const { given, expected } = vectorOf("STAT-BYAR");
    const { low, high } = byarInterval(given.incidents);
    expect([low, high].map((n) => Number(((100 * n) / given.users).toFixed(2)))).toEqual(expected);
  });

  test("is exact below ten, where the tails are 2.5 %", () => {
    for (let count = 0; count < 10; count += 1) {
      const { low, high } = countInterval(count);
      expect({ low, high }).toEqual(poissonInterval(count));
      expect(1 - poissonTail(count + 1, high)).toBeCloseTo(0.025, NINE);
      if (count > 0) expect(poissonTail(count, low)).toBeCloseTo(0.025, NINE);
    }
    expect(countInterval(10)).toEqual(byarInterval(10));
  });
});

describe("a tail", () => {
  test("of a Poisson count is the integral of a gamma density", () => {
    for (const [count, mean] of [
      [1, 0.03],
      [3, 0.2],
      [3, 7],
      [20, 9.5],
      [40, 61],
    ] as const) {
      let factorial = 1;
      for (let each = 2; each < count; each += 1) factorial *= each;
      const integral = integrate((x) => (x ** (count - 1) * Math.exp(-x)) / factorial, 0, mean);
      expect(Math.abs(poissonTail(count, mean) / integral - 1)).toBeLessThan(1e-9);
    }
  });

  test("of a binomial count is what the terms below leave", () => {
    for (const [count, trials, share] of [
      [0, 5, 0.3],
      [3, 9, 0.2],
      [7, 30, 0.2],
      [2, 30, 0.5],
      [30, 30, 0.9],
    ] as const)
      expect(binomialTail(count, trials, share)).toBeCloseTo(
        1 - binomialBelow(count, trials, share),
        NINE,
      );
    expect(binomialTail(8, 30, 0)).toBe(0);
  });

  test("of a negative binomial count is a gamma mixture of Poisson tails", () => {
    for (const [count, mean, dispersion] of [
      [5, 2, 0.5],
      [12, 4, 0.2],
      [3, 6, 0.25],
      [25, 10, 0.125],
    ] as const) {
      const shape = 1 / dispersion;
      let gamma = 1;
      for (let each = 2; each < shape; each += 1) gamma *= each;
      const density = (x: number) =>
        (x ** (shape - 1) * Math.exp((-x * shape) / mean) * (shape / mean) ** shape) / gamma;
      const mixed = integrate(
        (x) => (x === 0 ? 0 : density(x) * poissonTail(count, x)),
        0,
        mean * 30,
      );
      expect(negativeBinomialTail(count, mean, dispersion)).toBeCloseTo(mixed, NINE);
    }
    expect(negativeBinomialTail(7, 3, 0)).toBe(poissonTail(7, 3));
    expect(negativeBinomialTail(7, 3, 1e-9)).toBeCloseTo(poissonTail(7, 3), NINE);
    expect(negativeBinomialTail(0, 0, 1)).toBe(1);
  });

  test("far out keeps its digits", () => {
    // P(X >= 40) of a mean of 1: the first terms of the series decide.
    let term = Math.exp(-1);
    for (let k = 1; k <= 40; k += 1) term /= k;
    let series = 0;
    for (let k = 41; k < 60; k += 1) {
      series += term;
      term /= k;
    }
    expect(Math.abs(poissonTail(40, 1) / series - 1)).toBeLessThan(1e-9);
  });

  test("of Student's t is the integral of its density", () => {
    for (const degrees of [1, 2, 3, 5, 28]) {
      // B(1/2, n/2), the constant of the density.
      const beta = integrate((x) => Math.cos(x) ** (degrees - 1), -Math.PI / 2, Math.PI / 2);
      for (const t of [0, 0.7, 2.5]) {
        const area = integrate(
          (x) => (1 + x ** 2 / degrees) ** (-(degrees + 1) / 2) / (Math.sqrt(degrees) * beta),
          0,
          t,
        );
        expect(studentTail(t, degrees)).toBeCloseTo(0.5 - area, NINE);
        expect(studentTail(-t, degrees)).toBeCloseTo(0.5 + area, NINE);
      }
    }
  });
});

describe("two Poisson counts", () => {
  test("differ by the binomial tail of their sum", () => {
    expect(poissonExcess(6, 2, 4, 10)).toBeCloseTo(1 - binomialBelow(6, 10, 2 / 12), NINE);
    expect(poissonExcess(0, 2, 4, 10)).toBe(1);
  });

  test("have a ratio whose exact interval leaves 2.5 % on each side", () => {
    for (const [a, b] of [
      [3, 11],
      [20, 75],
      [1, 1],
      [14, 14],
    ] as const) {
      const { low, high } = shareInterval(a, a + b);
      const lower = bisect((share) => 1 - binomialBelow(a, a + b, share) - 0.025, 0, 1);
      const upper = bisect((share) => 0.025 - binomialBelow(a + 1, a + b, share), 0, 1);
      expect(low).toBeCloseTo(lower, NINE);
      expect(high).toBeCloseTo(upper, NINE);
      const ratio = rateRatio(a, 90, b, 337);
      expect(ratio.low).toBeCloseTo(((lower / (1 - lower)) * 337) / 90, 8);
      expect(ratio.ratio).toBeCloseTo((a / 90 / b) * 337, NINE);
    }
    expect(rateRatio(0, 90, 30, 337)).toMatchObject({ ratio: 0, low: 0 });
    expect(rateRatio(4, 90, 0, 337)).toMatchObject({ ratio: null, high: Infinity });
  });
});

describe("Benjamini and Hochberg's control", () => {
  test("flags what STAT-BH flags", () => {
    const { given, expected } = vectorOf("STAT-BH");
    for (const [index, tests] of given.entries()) {
      const flagged = adjustedPValues(tests).flatMap((p, place) => (p <= 0.05 ? [place] : []));
      expect(flagged).toEqual(expected[index]);
    }
  });

  test("flags as the step-up rule does, whatever the order", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 40 }), share, (tests, level) => {
        const sorted = tests.toSorted((a, b) => a - b);
        const last = sorted.findLastIndex((p, place) => p <= (level * (place + 1)) / tests.length);
        const adjusted = adjustedPValues(tests);
        const bound = last < 0 ? -1 : sorted[last]!;
        for (const [place, p] of tests.entries())
          if (Math.abs(adjusted[place]! - level) > 1e-12)
            expect(adjusted[place]! <= level).toBe(p <= bound);
      }),
      { numRuns: 200 },
    );
    expect(adjustedPValues([])).toEqual([]);
  });
});

const strataOf = (unit: Record<string, [number, number]>): Map<string, Stratum> =>
  new Map(Object.entries(unit).map(([key, [count, total]]) => [key, { count, total }]));
const pooled = (given: Units): Map<string, Stratum> => {
  const pool = new Map<string, Stratum>();
  for (const unit of Object.values(given))
    for (const [key, [count, total]] of Object.entries(unit)) {
      const before = pool.get(key) ?? { count: 0, total: 0 };
      pool.set(key, { count: before.count + count, total: before.total + total });
    }
  return pool;
};

describe("standardisation", () => {
  const { given, expected } = vectorOf("STAT-DS");
  const pool = pooled(given);
  const weights = new Map([...pool].map(([key, { total }]) => [key, total]));

  test("has the printed digits of STAT-DS", () => {
    for (const unit of ["A", "B"] as const) {
      const strata = strataOf(given[unit]);
      const all = [...strata.values()];
      const sum = (of: (stratum: Stratum) => number) =>
        all.reduce((found, each) => found + of(each), 0);
      expect((sum(({ count }) => count) / sum(({ total }) => total)).toFixed(4)).toBe(
        expected["crude"]![unit].toFixed(4),
      );
      expect(standardise(strata, weights).share.toFixed(4)).toBe(
        expected["direct"]![unit].toFixed(4),
      );
      expect(observedOverExpected(strata, pool).toFixed(4)).toBe(
        expected["indirect_ratio"]![unit].toFixed(4),
      );
    }
  });

  test("has the interval of a sum of weighted shares, half a case more on both sides", () => {
    const strata = strataOf({ a: [5, 5], b: [3, 12] });
    const { share, low, high } = standardise(
      strata,
      new Map([
        ["a", 30],
        ["b", 10],
      ]),
    );
    const variance =
      (0.75 ** 2 * ((5.5 / 6) * (0.5 / 6))) / 5 + (0.25 ** 2 * ((3.5 / 13) * (9.5 / 13))) / 12;
    expect(share).toBeCloseTo(0.75 + 0.25 * 0.25, NINE);
    expect(low).toBeCloseTo(share - Z * Math.sqrt(variance), NINE);
    expect(high).toBeCloseTo(Math.min(1, share + Z * Math.sqrt(variance)), NINE);
    expect(() => standardise(strata, new Map([["c", 1]]))).toThrow("stratum c: empty");
    expect(() => observedOverExpected(strata, new Map())).toThrow("stratum a: not in the pool");
  });
});

describe("a funnel", () => {
  /** Spiegelhalter's formulas once more, in matrices of plain loops. */
  function peer(units: { count: number; total: number }[]): { excess: number; scores: number[] } {
    let [good, all] = [0, 0];
    for (const { count, total } of units) [good, all] = [good + count, all + total];
    const theta = good / all;
    const raw = units.map(
      ({ count, total }) => (count - theta * total) / Math.sqrt(theta * (1 - theta) * total),
    );
    const sorted = raw.toSorted((a, b) => a - b);
    const q = Math.floor(units.length / 10);
    let squared = 0;
    for (const z of raw)
      squared += Math.min(Math.max(z, sorted[q]!), sorted[units.length - 1 - q]!) ** 2;
    let [w1, w2] = [0, 0];
    for (const { total } of units) {
      const weight = total / (theta * (1 - theta));
      [w1, w2] = [w1 + weight, w2 + weight * weight];
    }
    const excess = Math.max(0, (squared - units.length + 1) / (w1 - w2 / w1));
    return {
      excess,
      scores: units.map(
        ({ count, total }) =>
          (count / total - theta) / Math.sqrt((theta * (1 - theta)) / total + excess),
      ),
    };
  }
  const units = Array.from({ length: 24 }, (_, index) => ({
    count: 60 + ((index * 37) % 23) + (index === 5 ? 60 : 0),
    total: 160 + ((index * 11) % 40),
  }));

  test("from 20 units on adds the winsorised overdispersion", () => {
    const funnel = funnelOf(units);
    const { excess, scores } = peer(units);
    expect(excess).toBeGreaterThan(0);
    expect(funnel.excessVariance).toBeCloseTo(excess, NINE);
    for (const [index, score] of scores.entries())
      expect(funnel.scores[index]).toBeCloseTo(score, NINE);
    expect(funnel.words[5]).toBe("outside");
    expect(funnel.words.filter((word) => word === "within").length).toBeGreaterThan(18);
  });

  test("of 12 to 19 units has none, and of fewer is refused", () => {
    expect(funnelOf(units.slice(0, 12)).excessVariance).toBe(0);
    expect(() => funnelOf(units.slice(0, 11))).toThrow("funnel of 11 units; expected 12");
  });

  test("of units that all kept everything is within", () => {
    const all = funnelOf(Array.from({ length: 20 }, () => ({ count: 9, total: 9 })));
    expect(new Set(all.words)).toEqual(new Set(["within"]));
  });
});

describe("the decomposition of a difference", () => {
  test("sums to it, and is the mirror of itself the other way", () => {
    const side = fc.dictionary(
      fc.constantFrom("a", "b", "c", "d"),
      fc.nat(50).chain((total) => fc.tuple(fc.nat(total), fc.constant(total + 1))),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(side, side, (one, two) => {
        const [before, after] = [strataOf(one), strataOf(two)];
        const crude = (strata: Map<string, Stratum>) => {
          const all = [...strata.values()];
          return (
            all.reduce((s, { count }) => s + count, 0) / all.reduce((s, { total }) => s + total, 0)
          );
        };
        const parts = decompose(before, after);
        const sum = parts.reduce((all, { mix, rate }) => all + mix + rate, 0);
        expect(sum).toBeCloseTo(crude(after) - crude(before), 12);
        for (const [index, { mix, rate }] of decompose(after, before).entries()) {
          expect(mix).toBeCloseTo(-parts[index]!.mix, 12);
          expect(rate).toBeCloseTo(-parts[index]!.rate, 12);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("is Kitagawa's where both sides have both strata", () => {
    const parts = decompose(
      strataOf({ a: [10, 40], b: [50, 60] }),
      strataOf({ a: [40, 80], b: [18, 20] }),
    );
    // Weights 0.4 and 0.6 to 0.8 and 0.2, shares 0.25 and 5/6 to 0.5 and 0.9, in all 0.6 to 0.58.
    expect(parts[0]).toEqual({
      key: "a",
      mix: expect.closeTo(0.4 * (0.375 - 0.59), 12),
      rate: expect.closeTo(0.25 * 0.6, 12),
    });
    expect(parts[1]).toEqual({
      key: "b",
      mix: expect.closeTo(-0.4 * ((5 / 6 + 0.9) / 2 - 0.59), 12),
      rate: expect.closeTo((0.9 - 5 / 6) * 0.4, 12),
    });
    expect(() => decompose(new Map(), strataOf({ a: [1, 2] }))).toThrow(
      "decomposition of 0 and 2 cases",
    );
  });
});

describe("the slope of a quasi-Poisson trend", () => {
  /** Maximum of the likelihood by nested bisection on its two score equations. */
  function peer(counts: number[], exposures: number[]): { slope: number; error: number } {
    const level = (slope: number) => {
      let weighted = 0;
      for (const [at, exposure] of exposures.entries()) weighted += exposure * Math.exp(slope * at);
      return Math.log(counts.reduce((sum, count) => sum + count, 0) / weighted);
    };
    const mean = (slope: number, at: number) =>
      exposures[at]! * Math.exp(level(slope) + slope * at);
    const slope = bisect(
      (b) => -counts.reduce((sum, count, at) => sum + at * (count - mean(b, at)), 0),
      -3,
      3,
    );
    let [s0, s1, s2, pearson] = [0, 0, 0, 0];
    for (const [at, count] of counts.entries()) {
      const m = mean(slope, at);
      [s0, s1, s2] = [s0 + m, s1 + m * at, s2 + m * at * at];
      if (m > 0) pearson += (count - m) ** 2 / m;
    }
    const used = exposures.filter((exposure) => exposure > 0).length;
    const phi = Math.max(1, pearson / (used - 2));
    return { slope, error: Math.sqrt(phi / (s2 - s1 ** 2 / s0)) };
  }

  test("is the maximum of the likelihood, with the error of its information and dispersion", () => {
    const counts = Array.from({ length: 30 }, (_, week) => ((week * 7) % 5) + Math.floor(week / 6));
    const exposures = Array.from({ length: 30 }, (_, week) => (week === 4 ? 0 : 5 - (week % 3)));
    counts[4] = 0;
    for (const series of [
      counts,
      counts.map((count, week) => (week % 9 === 0 ? count * 6 : count)),
    ]) {
      const found = quasiPoissonTrend(series, exposures)!;
      const { slope, error } = peer(series, exposures);
      expect(found.slope).toBeCloseTo(slope, NINE);
      expect(found.error).toBeCloseTo(error, NINE);
      expect(found.pValue).toBeCloseTo(2 * studentTail(Math.abs(slope / error), 27), NINE);
    }
  });

  test("is none where nothing can be fitted", () => {
    expect(quasiPoissonTrend([0, 0, 3, 0, 0], [1, 1, 1, 1, 1])).toBeNull();
    expect(quasiPoissonTrend([1, 2, 3], [1, 1, 1])).toBeNull();
    expect(quasiPoissonTrend([1, 2, 3, 4], [1, 1, 1, 0])).toBeNull();
  });
});
