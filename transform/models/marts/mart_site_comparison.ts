import { FUNNEL_FROM, funnelOf } from "../../funnel.ts";
import { compareUnits, type ComparedUnit, type UnitCases } from "../../site-comparison.ts";
import type { TableModel } from "../../table-model.ts";
import { wilsonInterval } from "../../wilson.ts";

const SLA = "marts.mart_sla_monthly";
const SITES = "reference.audience_sites";
const MONTHS = "marts.mart_months";

/** Cases in the twelve months under which a site is not compared (DEFINITIONS 35). */
const LEAST_CASES = 20;
const ROLLING_MONTHS = 12;

interface Verdicts extends UnitCases {
  month: string;
  clock: string;
}

interface Line extends ComparedUnit {
  audience: string;
  month: string;
  clock: string;
  strata: number;
  weightsOf: string;
  /** Where it stands in a funnel; empty under twelve sites. */
  word: string;
}

/** The months whose mix weighs those of a year: the calendar year before, or else the first twelve of the data. */
function baseMonths(months: readonly string[], year: string): string[] {
  const before = months.filter((month) => month.startsWith(String(Number(year) - 1)));
  return before.length === ROLLING_MONTHS ? before : months.slice(0, ROLLING_MONTHS);
}

/** Headline verdicts by month, clock, site and stratum; contracts and priorities are added up. */
function readVerdicts(read: Record<string, unknown[]>): Verdicts[] {
  const text = (name: string) => read[name] as string[];
  const numbers = (name: string) => read[name] as number[];
  const found = new Map<string, Verdicts>();
  for (const [index, isHeadline] of (read["is_headline"] as boolean[]).entries()) {
    if (!isHeadline) continue;
    const [month, clock, unit] = ["month", "clock", "site_id"].map(
      (name) => text(name)[index]!,
    ) as [string, string, string];
    const stratum = `${text("service")[index]!}|${text("type")[index]!}`;
    const key = JSON.stringify([month, clock, unit, stratum]);
    const sum = found.get(key) ?? { month, clock, unit, stratum, count: 0, total: 0 };
    sum.count += numbers("met")[index]!;
    sum.total += numbers("met")[index]! + numbers("breached")[index]!;
    found.set(key, sum);
  }
  return [...found.values()];
}

/** One clock of one audience, in every complete month with eleven more behind it. */
function compareClock(
  verdicts: readonly Verdicts[],
  months: readonly string[],
): Omit<Line, "audience" | "clock">[] {
  return months.slice(ROLLING_MONTHS - 1).flatMap((month, index) => {
    const window = new Set(months.slice(index, index + ROLLING_MONTHS));
    const own = verdicts.filter((each) => window.has(each.month));
    const sizes = new Map<string, number>();
    for (const { unit, total } of own) sizes.set(unit, (sizes.get(unit) ?? 0) + total);
    const compared = own.filter(({ unit }) => unit !== "" && sizes.get(unit)! >= LEAST_CASES);
    if (new Set(compared.map(({ unit }) => unit)).size < 2) return [];
    const base = baseMonths(months, month.slice(0, 4));
    const isBase = new Set(base);
    const weights = new Map<string, number>();
    for (const each of verdicts)
      if (isBase.has(each.month))
        weights.set(each.stratum, (weights.get(each.stratum) ?? 0) + each.total);
    // A contract that is younger than the base has no mix to weigh with yet.
    if ([...weights.values()].every((weight) => weight === 0)) return [];
    const { units, strata } = compareUnits(compared, weights);
    const words = units.length < FUNNEL_FROM ? [] : funnelOf(units.map(({ crude }) => crude)).words;
    return units.map((unit, at) => ({
      ...unit,
      word: words[at] ?? "",
      month,
      strata,
      weightsOf: `${base[0]}/${base.at(-1)}`,
    }));
  });
}

/** Sites against each other, DEFINITIONS 34 and 35. */
export const model: TableModel = {
  grain:
    "one row per audience x month that ends twelve x clock x site: share met, crude and with one mix for all",
  reads: {
    [SLA]: ["month", "clock", "site_id", "service", "type", "is_headline", "met", "breached"],
    [SITES]: ["audience_id", "site_id"],
    [MONTHS]: ["audience_id", "month", "is_complete"],
  },
  columns: {
    audience_id: "varchar",
    month: "varchar",
    clock: "varchar",
    site_id: "varchar",
    met: "integer",
    judged: "integer",
    crude: "double",
    crude_low: "double",
    crude_high: "double",
    adjusted: "double",
    adjusted_low: "double",
    adjusted_high: "double",
    observed_over_expected: "double",
    strata: "integer",
    weights_of: "varchar",
    word: "varchar",
  },
  rows: (inputs) => {
    const verdicts = readVerdicts(inputs[SLA]!);
    const sites = inputs[SITES]! as Record<string, string[]>;
    const seen = inputs[MONTHS]!;
    const lines: Line[] = [];
    for (const audience of [...new Set(sites["audience_id"])].toSorted()) {
      const own = new Set(
        sites["site_id"]!.filter((_, index) => sites["audience_id"]![index] === audience),
      );
      const months = (seen["month"] as string[])
        .filter(
          (_, index) =>
            seen["audience_id"]![index] === audience && seen["is_complete"]![index] === true,
        )
        .toSorted();
      for (const clock of [...new Set(verdicts.map((each) => each.clock))].toSorted()) {
        const mine = verdicts.filter((each) => each.clock === clock && own.has(each.unit));
        for (const line of compareClock(mine, months)) lines.push({ ...line, audience, clock });
      }
    }
    const crude = lines.map(({ crude: { count, total } }) => wilsonInterval(count, total));
    return {
      audience_id: lines.map(({ audience }) => audience),
      month: lines.map(({ month }) => month),
      clock: lines.map(({ clock }) => clock),
      site_id: lines.map(({ unit }) => unit),
      met: lines.map((line) => line.crude.count),
      judged: lines.map((line) => line.crude.total),
      crude: lines.map((line) => line.crude.count / line.crude.total),
      crude_low: crude.map(({ low }) => low),
      crude_high: crude.map(({ high }) => high),
      adjusted: lines.map(({ adjusted }) => adjusted?.share ?? null),
      adjusted_low: lines.map(({ adjusted }) => adjusted?.low ?? null),
      adjusted_high: lines.map(({ adjusted }) => adjusted?.high ?? null),
      observed_over_expected: lines.map((line) => line.observedOverExpected),
      strata: lines.map(({ strata }) => strata),
      weights_of: lines.map(({ weightsOf }) => weightsOf),
      word: lines.map(({ word }) => word),
    };
  },
};
