import { adjustedPValues } from "../../false-discovery.ts";
import { countInterval, poissonExcess } from "../../poisson.ts";
import type { TableModel } from "../../table-model.ts";

const FAILURES = "intermediate.int_audience_failures";

/** Days of a mean month. */
const MONTH_DAYS = 30.4375;
/** Incidents from which on a model may be said to stand out, as for changes (DEFINITIONS 39). */
const LEAST = 3;

/** Intervals and the comparison of each model with the others of its kind, controlled over all of an audience's. */
export const model: TableModel = {
  grain:
    "one row per audience x kind x model ('*' all) x age in whole years (-1 all): failures per 100 asset-months",
  reads: { [FAILURES]: ["audience_id", "kind", "model", "age", "days", "incidents"] },
  columns: {
    audience_id: "varchar",
    kind: "varchar",
    model: "varchar",
    age: "integer",
    incidents: "integer",
    asset_months: "double",
    rate: "double",
    low: "double",
    high: "double",
    other_rate: "double",
    adjusted_p_value: "double",
    is_outlier: "boolean",
  },
  rows: (inputs) => {
    const read = inputs[FAILURES]!;
    const [audiences, kinds, models] = ["audience_id", "kind", "model"].map(
      (name) => read[name] as string[],
    ) as [string[], string[], string[]];
    const [ages, days, incidents] = ["age", "days", "incidents"].map(
      (name) => read[name] as number[],
    ) as [number[], number[], number[]];
    const keyOf = (index: number) => `${audiences[index]}/${kinds[index]}`;
    const wholes = new Map(
      ages.flatMap((age, index) =>
        age === -1 && models[index] === "*" ? [[keyOf(index), index] as const] : [],
      ),
    );
    const rates = ages.map((_, index) => {
      const months = days[index]! / MONTH_DAYS;
      const { low, high } = countInterval(incidents[index]!);
      const per = (count: number) => (100 * count) / months;
      return { months, rate: per(incidents[index]!), low: per(low), high: per(high) };
    });
    const others = ages.map((age, index) => {
      const whole = wholes.get(keyOf(index))!;
      const otherDays = days[whole]! - days[index]!;
      if (age !== -1 || models[index] === "*" || otherDays <= 0) return null;
      const other = incidents[whole]! - incidents[index]!;
      return {
        rate: (100 * other * MONTH_DAYS) / otherDays,
        tail: poissonExcess(incidents[index]!, days[index]!, other, otherDays),
      };
    });
    const adjusted = Array.from<number | null>({ length: ages.length }).fill(null);
    for (const audience of new Set(audiences)) {
      const tested = others.flatMap((other, index) =>
        other && audiences[index] === audience ? [index] : [],
      );
      const found = adjustedPValues(tested.map((index) => others[index]!.tail));
      for (const [place, index] of tested.entries()) adjusted[index] = found[place]!;
    }
    return {
      audience_id: audiences,
      kind: kinds,
      model: models,
      age: ages,
      incidents,
      asset_months: rates.map(({ months }) => months),
      rate: rates.map(({ rate }) => rate),
      low: rates.map(({ low }) => low),
      high: rates.map(({ high }) => high),
      other_rate: others.map((other) => other?.rate ?? null),
      adjusted_p_value: adjusted,
      is_outlier: adjusted.map((p, index) => p !== null && p <= 0.05 && incidents[index]! >= LEAST),
    };
  },
};
