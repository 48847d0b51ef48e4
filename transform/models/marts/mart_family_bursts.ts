import { findBursts, type Weeks } from "../../burst.ts";
import { adjustedPValues } from "../../false-discovery.ts";
import type { TableModel } from "../../table-model.ts";
import { quasiPoissonTrend } from "../../trend.ts";

const WEEKS = "intermediate.int_family_weeks";

interface Family extends Weeks {
  audience: string;
  family: string;
  counts: number[];
  exposures: number[];
}

function familiesOf(read: Record<string, unknown[]>): Family[] {
  const families: Family[] = [];
  const [audiences, ids] = [read["audience_id"] as string[], read["family_id"] as string[]];
  const [counts, exposures] = [read["occurrences"] as number[], read["exposure"] as number[]];
  for (const [index, audience] of audiences.entries()) {
    let family = families.at(-1);
    if (family?.audience !== audience || family.family !== ids[index]!) {
      family = { audience, family: ids[index]!, counts: [], exposures: [] };
      families.push(family);
    }
    family.counts.push(counts[index]!);
    family.exposures.push(exposures[index]!);
  }
  return families;
}

/** Every family of an audience is tested, and the control looks at all of them at once. */
function tested(families: readonly Family[]) {
  const bursts = findBursts(families);
  const trends = families.map(({ counts, exposures }) => quasiPoissonTrend(counts, exposures));
  // One that has no slope to fit was looked at all the same.
  const adjusted = adjustedPValues(trends.map((trend) => trend?.pValue ?? 1));
  return families.map((family, index) => ({
    family,
    burst: bursts[index]!,
    trend: trends[index]!,
    trendAdjusted: adjusted[index]!,
  }));
}

/** Bursts and trends, DEFINITIONS 30. */
export const model: TableModel = {
  grain: "one row per audience x family alive in the last 30 weeks: its burst test and its trend",
  reads: { [WEEKS]: ["audience_id", "family_id", "week", "occurrences", "exposure"] },
  columns: {
    audience_id: "varchar",
    family_id: "varchar",
    observed: "integer",
    expected: "double",
    dispersion: "double",
    p_value: "double",
    adjusted_p_value: "double",
    is_burst: "boolean",
    is_new: "boolean",
    weekly_growth: "double",
    trend_adjusted_p_value: "double",
    trend: "varchar",
  },
  rows: (inputs) => {
    const families = familiesOf(inputs[WEEKS]!);
    const found = [...new Set(families.map(({ audience }) => audience))].flatMap((audience) =>
      tested(families.filter((family) => family.audience === audience)),
    );
    return {
      audience_id: found.map(({ family }) => family.audience),
      family_id: found.map(({ family }) => family.family),
      observed: found.map(({ burst }) => burst.observed),
      expected: found.map(({ burst }) => burst.expected),
      dispersion: found.map(({ burst }) => burst.dispersion),
      p_value: found.map(({ burst }) => burst.pValue),
      adjusted_p_value: found.map(({ burst }) => burst.adjusted),
      is_burst: found.map(({ burst }) => burst.adjusted !== null && burst.adjusted <= 0.05),
      is_new: found.map(({ burst }) => burst.expected === null && burst.observed > 0),
      weekly_growth: found.map(({ trend }) => (trend ? Math.expm1(trend.slope) : null)),
      trend_adjusted_p_value: found.map(({ trendAdjusted }) => trendAdjusted),
      trend: found.map(({ trend, trendAdjusted }) =>
        !trend || trendAdjusted > 0.05 ? "" : trend.slope > 0 ? "rising" : "falling",
      ),
    };
  },
};
