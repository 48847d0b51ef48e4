import { describe, expect, test } from "vitest";
import { Dice } from "../../data/sample/dice.ts";
import { findBursts, type Weeks } from "../../transform/burst.ts";
import { adjustedPValues } from "../../transform/false-discovery.ts";
import { negativeBinomialTail } from "../../transform/discrete-tail.ts";
import { poissonExcess } from "../../transform/poisson.ts";
import { quasiPoissonTrend } from "../../transform/trend.ts";

const isLong = process.env["VIGIE_LONG"] === "1";

/** Open days of 30 weeks: a holiday in the ninth, data that stops two days early. */
const EXPOSURES = Array.from({ length: 30 }, (_, week) => (week === 8 ? 4 : week === 29 ? 3 : 5));

/** A gamma variate of mean 1 (Marsaglia and Tsang 2000), for shapes of 1 and more. */
function gamma(dice: Dice, shape: number): number {
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - dice.next()) < normal ** 2 / 2 + d - d * v + d * Math.log(v))
      return (d * v) / shape;
  }
}

function poisson(dice: Dice, mean: number): number {
  let count = -1;
  for (let left = 1; left > Math.exp(-mean); count += 1) left *= 1 - dice.next();
  return count;
}

/** Families whose rate never changes, each with rate and dispersion of its own. */
function drawNull(dice: Dice, families: number): Weeks[] {
  return Array.from({ length: families }, () => {
    const mean = 0.08 * Math.exp(3.5 * dice.next());
    const dispersion = dice.chance(0.5) ? 0 : 0.1 + 0.5 * dice.next();
    const counts = EXPOSURES.map((exposure) =>
      poisson(dice, (mean * exposure * (dispersion > 0 ? gamma(dice, 1 / dispersion) : 1)) / 5),
    );
    return { counts, exposures: EXPOSURES };
  }).filter(({ counts }) => counts.some((count) => count > 0));
}

describe("the burst test", () => {
  test("flags something where nothing happened in at most 5 % of worlds, by chance 3 standard errors more", () => {
    const worlds = isLong ? 1000 : 60;
    const dice = new Dice(30, "bursts");
    let flagged = 0;
    for (let world = 0; world < worlds; world += 1)
      if (
        findBursts(drawNull(dice, 150)).some(
          ({ adjusted }) => adjusted !== null && adjusted <= 0.05,
        )
      )
        flagged += 1;
    if (isLong)
      process.stdout.write(`burst test under the null: ${flagged} of ${worlds} flagged\n`);
    expect(flagged / worlds).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / worlds));
  });

  test("finds most of the families that went to four times their rate", () => {
    const dice = new Dice(31, "bursts");
    let [found, planted] = [0, 0];
    for (let world = 0; world < (isLong ? 200 : 20); world += 1) {
      const families = drawNull(dice, 150);
      const burst = Array.from({ length: 5 }, () => ({
        counts: EXPOSURES.map((exposure, week) =>
          poisson(dice, (exposure / 5) * (week < 26 ? 1.5 : 6)),
        ),
        exposures: EXPOSURES,
      }));
      const bursts = findBursts([...families, ...burst]).slice(-5);
      planted += 5;
      found += bursts.filter(({ adjusted }) => adjusted! <= 0.05).length;
    }
    if (isLong) process.stdout.write(`burst test, 1.5 to 6 a week: ${found} of ${planted} found\n`);
    expect(found / planted).toBeGreaterThan(0.8);
  });

  test("of families that vary no more than chance is the exact test of two counts", () => {
    // The same count every week varies less than chance: every dispersion is 0.
    const families = [1, 2, 3].map((count) => ({
      counts: Array.from({ length: 30 }, (_, week) => (week < 26 ? count : count * 3)),
      exposures: Array.from({ length: 30 }, () => 5),
    }));
    for (const [index, burst] of findBursts(families).entries()) {
      const count = index + 1;
      expect(burst).toMatchObject({ observed: 12 * count, expected: 4 * count, dispersion: 0 });
      expect(burst.pValue).toBeCloseTo(poissonExcess(12 * count, 20, 26 * count, 130), 9);
    }
  });

  test("of one family has the moment dispersion of its weeks and the predictive variance", () => {
    const counts = Array.from({ length: 30 }, (_, week) => (week % 2 === 0 ? 6 : 0));
    const exposures = Array.from({ length: 30 }, () => 5);
    const [burst] = findBursts([{ counts, exposures }]);
    // Mean 3, variance 9 * 26/25: (9.36 - 3) / 9. Nothing to shrink towards but itself.
    const dispersion = (9.36 - 3) / 9;
    expect(burst!.dispersion).toBeCloseTo(dispersion, 9);
    const spread = 1 / 4 + 1 / 26;
    expect(burst!.pValue).toBeCloseTo(
      negativeBinomialTail(12, (79 * 20) / 130, 1 / 79 + dispersion * spread),
      9,
    );
  });

  test("calls a family without a baseline new, and gives it no probability", () => {
    const exposures = Array.from({ length: 30 }, () => 5);
    const young = {
      counts: Array.from({ length: 30 }, (_, week) => (week > 27 ? 9 : 0)),
      exposures,
    };
    const old = { counts: Array.from({ length: 30 }, () => 1), exposures };
    const [first, second] = findBursts([young, old]);
    expect(first).toMatchObject({ observed: 18, expected: null, pValue: null, adjusted: null });
    // Only the tested one counts for the control.
    expect(second!.adjusted).toBe(second!.pValue);
  });

  test("counts only what was observed: the weeks before the data begin weigh nothing", () => {
    const counts = Array.from({ length: 30 }, (_, week) => (week < 16 ? 0 : 2));
    const [seen] = findBursts([
      { counts, exposures: Array.from({ length: 30 }, (_, week) => (week < 16 ? 0 : 5)) },
    ]);
    expect(seen).toMatchObject({ observed: 8, expected: 8 });
    const [stopped] = findBursts([
      {
        counts: counts.map((count, week) => (week < 28 ? count : 0)),
        exposures: Array.from({ length: 30 }, (_, week) => (week < 16 || week > 27 ? 0 : 5)),
      },
    ]);
    expect(stopped).toMatchObject({ observed: 4, expected: 4 });
  });
});

describe("the trend test", () => {
  test("flags something where nothing changed in at most 5 % of worlds, by chance 3 standard errors more", () => {
    const worlds = isLong ? 1000 : 30;
    const dice = new Dice(32, "trends");
    let flagged = 0;
    for (let world = 0; world < worlds; world += 1) {
      const tests = drawNull(dice, 150).map(
        ({ counts, exposures }) => quasiPoissonTrend(counts, exposures)?.pValue ?? 1,
      );
      if (adjustedPValues(tests).some((p) => p <= 0.05)) flagged += 1;
    }
    if (isLong)
      process.stdout.write(`trend test under the null: ${flagged} of ${worlds} flagged\n`);
    expect(flagged / worlds).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / worlds));
  });
});
