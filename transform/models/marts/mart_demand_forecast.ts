import { forecastOf, type Step } from "../../forecast.ts";
import type { TableModel } from "../../table-model.ts";

const FLOW = "marts.mart_flow_monthly";
const MONTHS = "marts.mart_months";
const ANCESTORS = "reference.site_ancestors";
const SITES = "reference.audience_sites";

interface Line extends Step {
  audience: string;
  entity: string;
  type: string;
  month: string;
  method: string;
  error: number;
  actual: number | null;
}

function monthAfter(month: string, by: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  const index = year * 12 + number - 1 + by;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Complete months of an audience up to the last, without a gap. */
function completeMonths(read: Record<string, unknown[]>, audience: string): string[] {
  const found = (read["month"] as string[])
    .filter(
      (_, index) =>
        read["audience_id"]![index] === audience && read["is_complete"]![index] === true,
    )
    .toSorted();
  const last = found.at(-1);
  if (last === undefined) return [];
  // The first month of the data may have begun before it.
  return found
    .slice(1)
    .filter((month, index, all) => month === monthAfter(last, index - all.length + 1));
}

/** Opened tickets by entity, type and month; `*` is every entity, and every type. */
function countsOf(
  read: Record<string, unknown[]>,
  own: ReadonlySet<string>,
  entitiesOf: ReadonlyMap<string, string[]>,
): Map<string, Map<string, number>> {
  const series = new Map<string, Map<string, number>>();
  for (const [index, site] of (read["site_id"] as string[]).entries()) {
    const type = read["type"]![index] as string;
    if (!own.has(site) || type === "problem") continue;
    const month = read["month"]![index] as string;
    const opened = read["opened"]![index] as number;
    const entities = ["*", ...(entitiesOf.get(site) ?? []).filter((entity) => own.has(entity))];
    for (const entity of entities)
      for (const each of ["*", type]) {
        const key = JSON.stringify([entity, each]);
        const counts = series.get(key) ?? new Map<string, number>();
        series.set(key, counts);
        counts.set(month, (counts.get(month) ?? 0) + opened);
      }
  }
  return series;
}

function linesOf(
  audience: string,
  key: string,
  counts: Map<string, number>,
  months: string[],
): Line[] {
  const [entity, type] = JSON.parse(key) as [string, string];
  // A site that came later has a shorter past, not an empty one.
  const begun = months.findIndex((month) => (counts.get(month) ?? 0) > 0);
  if (begun < 0) return [];
  const series = months.slice(begun).map((month) => counts.get(month) ?? 0);
  const forecast = forecastOf(series);
  if (!forecast) return [];
  return [...forecast.past, ...forecast.ahead].map((step) => ({
    ...step,
    audience,
    entity,
    type,
    month: monthAfter(months[begun]!, step.at),
    method: forecast.method,
    error: forecast.error,
    actual: series[step.at] ?? null,
  }));
}

/** Demand of the next three months, DEFINITIONS 33. */
export const model: TableModel = {
  grain:
    "one row per audience x entity ('*' all) x type ('*' all) x month that is forecast, or was one month ahead",
  reads: {
    [FLOW]: ["month", "site_id", "type", "opened"],
    [MONTHS]: ["audience_id", "month", "is_complete"],
    [SITES]: ["audience_id", "site_id"],
    [ANCESTORS]: ["site_id", "ancestor_id"],
  },
  columns: {
    audience_id: "varchar",
    entity_id: "varchar",
    type: "varchar",
    month: "varchar",
    horizon: "integer",
    method: "varchar",
    value: "double",
    low_80: "double",
    high_80: "double",
    low_95: "double",
    high_95: "double",
    actual: "integer",
    error_share: "double",
  },
  rows: (inputs) => {
    const sites = inputs[SITES]! as Record<string, string[]>;
    const ancestors = inputs[ANCESTORS]! as Record<string, string[]>;
    const entitiesOf = new Map<string, string[]>();
    for (const [index, entity] of ancestors["site_id"]!.entries())
      entitiesOf.set(entity, [
        ...(entitiesOf.get(entity) ?? []),
        ancestors["ancestor_id"]![index]!,
      ]);
    const lines = [...new Set(sites["audience_id"])].toSorted().flatMap((audience) => {
      const own = new Set(
        sites["site_id"]!.filter((_, index) => sites["audience_id"]![index] === audience),
      );
      const months = completeMonths(inputs[MONTHS]!, audience);
      return [...countsOf(inputs[FLOW]!, own, entitiesOf)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([key, counts]) => linesOf(audience, key, counts, months));
    });
    return {
      audience_id: lines.map(({ audience }) => audience),
      entity_id: lines.map(({ entity }) => entity),
      type: lines.map(({ type }) => type),
      month: lines.map(({ month }) => month),
      horizon: lines.map(({ horizon }) => horizon),
      method: lines.map(({ method }) => method),
      value: lines.map(({ value }) => value),
      low_80: lines.map(({ low80 }) => low80),
      high_80: lines.map(({ high80 }) => high80),
      low_95: lines.map(({ low95 }) => low95),
      high_95: lines.map(({ high95 }) => high95),
      actual: lines.map(({ actual }) => actual),
      error_share: lines.map(({ error }) => error),
    };
  },
};
