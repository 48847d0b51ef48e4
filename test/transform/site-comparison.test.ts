import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareUnits, type UnitCases } from "../../transform/site-comparison.ts";

type Given = Record<string, Record<string, [number, number]>>;

const { vectors } = JSON.parse(readFileSync("test/fixtures/vectors.json", "utf8")) as {
  vectors: { id: string; given: Given; expected: Record<string, Record<string, number>> }[];
};
const { given, expected } = vectors.find(({ id }) => id === "STAT-DS")!;

const casesOf = (units: Given): UnitCases[] =>
  Object.entries(units).flatMap(([unit, strata]) =>
    Object.entries(strata).map(([stratum, [count, total]]) => ({ unit, stratum, count, total })),
  );
const weightsOf = (units: Given): Map<string, number> => {
  const weights = new Map<string, number>();
  for (const { stratum, total } of casesOf(units))
    weights.set(stratum, (weights.get(stratum) ?? 0) + total);
  return weights;
};

describe("units compared", () => {
  test("turn round when each has the mix of all (STAT-DS)", () => {
    const { units, strata } = compareUnits(casesOf(given), weightsOf(given));
    expect(strata).toBe(3);
    for (const { unit, crude, adjusted } of units) {
      expect((crude.count / crude.total).toFixed(4)).toBe(expected["crude"]![unit]!.toFixed(4));
      expect(adjusted!.share.toFixed(4)).toBe(expected["direct"]![unit]!.toFixed(4));
    }
  });

  test("have the strata too rare for one of them gathered in one", () => {
    const units: Given = {
      a: { mail: [50, 60], sap: [9, 10], crm: [1, 2], mes: [7, 9] },
      b: { mail: [30, 40], sap: [5, 8], crm: [6, 9], mes: [0, 1] },
    };
    const { units: found, strata } = compareUnits(casesOf(units), weightsOf(units));
    expect(strata).toBe(3);
    // mail 100, sap 18, the rest 21 of 139; a has 8 of 11 in the rest, b 6 of 10.
    const share = (mail: number, sap: number, rest: number) =>
      (100 * mail + 18 * sap + 21 * rest) / 139;
    expect(found[0]!.adjusted!.share).toBeCloseTo(share(50 / 60, 9 / 10, 8 / 11), 12);
    expect(found[1]!.adjusted!.share).toBeCloseTo(share(30 / 40, 5 / 8, 6 / 10), 12);
  });

  test("are at most sixteen strata, and one without the gathered one is set against what was expected", () => {
    const rich = Object.fromEntries(
      Array.from({ length: 20 }, (_, index): [string, [number, number]] => [
        `s${index}`,
        [8, 10 + index],
      ]),
    );
    const poor = Object.fromEntries(Object.entries(rich).slice(5));
    const { units, strata } = compareUnits(casesOf({ rich, poor }), weightsOf({ rich, poor }));
    expect(strata).toBe(16);
    expect(units.map(({ adjusted }) => adjusted !== null)).toEqual([false, true]);
    expect(units[0]!.observedOverExpected).toBeCloseTo(1, 12);
    expect(units[1]!.observedOverExpected).toBeNull();
  });
});
