import {
  observedOverExpected,
  standardise,
  type Standardised,
  type Stratum,
} from "./standardisation.ts";

/** Cases that every unit must have in a stratum, and strata at most (DEFINITIONS 34). */
const LEAST_CASES = 5;
const MOST_STRATA = 16;
/** The stratum of what is too rare to stand alone. */
const REST = "";

export interface UnitCases {
  unit: string;
  stratum: string;
  count: number;
  total: number;
}

export interface ComparedUnit {
  unit: string;
  crude: Stratum;
  /** Direct standardisation; null for a unit that lacks a stratum. */
  adjusted: Standardised | null;
  /** For a unit that cannot be standardised directly; such ratios are never compared with each other. */
  observedOverExpected: number | null;
}

export interface Comparison {
  units: ComparedUnit[];
  strata: number;
}

const add = (into: Map<string, Stratum>, key: string, { count, total }: Stratum): void => {
  const before = into.get(key) ?? { count: 0, total: 0 };
  into.set(key, { count: before.count + count, total: before.total + total });
};

/** Strata that stand alone: those with 5 cases in every unit, heaviest first, one place left for the rest. */
function keptStrata(
  units: ReadonlyMap<string, ReadonlyMap<string, Stratum>>,
  weights: ReadonlyMap<string, number>,
): Set<string> {
  const kept = [...weights]
    .filter(([key]) =>
      [...units.values()].every((strata) => (strata.get(key)?.total ?? 0) >= LEAST_CASES),
    )
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return new Set(
    kept.slice(0, kept.length === weights.size ? MOST_STRATA : MOST_STRATA - 1).map(([key]) => key),
  );
}

/**
 * Units compared with their own mix and with one mix for all: crude, and directly standardised with the given weights
 * over at most 16 strata of 5 cases or more in every unit, the others gathered in one. A unit without 5 cases in that
 * one has observed over expected instead. A stratum without a weight counts in the crude share only.
 *
 * @param weights cases of each stratum in the pool of the year whose mix is frozen
 */
export function compareUnits(
  cases: readonly UnitCases[],
  weights: ReadonlyMap<string, number>,
): Comparison {
  const fine = new Map<string, Map<string, Stratum>>();
  for (const each of cases) {
    const strata = fine.get(each.unit) ?? new Map<string, Stratum>();
    fine.set(each.unit, strata);
    add(strata, each.stratum, each);
  }
  const kept = keptStrata(fine, weights);
  const gathered = new Map<string, number>();
  for (const [key, weight] of weights) {
    const at = kept.has(key) ? key : REST;
    gathered.set(at, (gathered.get(at) ?? 0) + weight);
  }
  const pool = new Map<string, Stratum>();
  const coarse = [...fine].map(([unit, strata]) => {
    const own = new Map<string, Stratum>();
    for (const [key, stratum] of strata) {
      add(own, kept.has(key) ? key : REST, stratum);
      add(pool, kept.has(key) ? key : REST, stratum);
    }
    return { unit, strata: own };
  });
  const units = coarse
    .map(({ unit, strata }): ComparedUnit => {
      const crude = { count: 0, total: 0 };
      for (const { count, total } of strata.values()) {
        crude.count += count;
        crude.total += total;
      }
      const isWhole = [...gathered.keys()].every(
        (key) => (strata.get(key)?.total ?? 0) >= LEAST_CASES,
      );
      return {
        unit,
        crude,
        adjusted: isWhole ? standardise(strata, gathered) : null,
        observedOverExpected: isWhole ? null : observedOverExpected(strata, pool),
      };
    })
    .toSorted((a, b) => (a.unit < b.unit ? -1 : 1));
  return { units, strata: gathered.size };
}
