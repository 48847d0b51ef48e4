import { forecast } from "../../forecast.ts";
import type { Columns, TableModel, Value } from "../../table-model.ts";

const SERIES = "intermediate.int_demand_series";
const KEY = ["audience_id", "entity_id", "type"] as const;

/** The month so many months after another, both as `YYYY-MM`. */
function monthAfter(month: string, count: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + count)).toISOString().slice(0, 7);
}

interface Series {
  key: Value[];
  last: string;
  counts: number[];
}

/** The rows come in the order of their own values: each series whole, its months in order. */
function seriesOf(read: Columns): Series[] {
  const found: Series[] = [];
  for (const [index, month] of (read["month"] as string[]).entries()) {
    const key = KEY.map((name) => read[name]![index]!);
    const count = read["opened"]![index] as number;
    const open = found.at(-1);
    if (open && open.key.every((value, at) => value === key[at])) {
      open.counts.push(count);
      open.last = month;
    } else found.push({ key, last: month, counts: [count] });
  }
  return found;
}

/** Which method has missed least so far is found by replaying all of them, which no select can say. */
export const model: TableModel = {
  grain:
    "one row per audience x entity x type x month ahead, of the series long enough for a forecast",
  reads: { [SERIES]: [...KEY, "month", "opened"] },
  columns: {
    audience_id: "varchar",
    entity_id: "varchar",
    type: "varchar",
    issued: "varchar",
    month: "varchar",
    method: "varchar",
    expected: "integer",
    low_80: "integer",
    high_80: "integer",
    low_95: "integer",
    high_95: "integer",
    error: "double",
    last_error: "double",
    replayed: "integer",
    months: "integer",
  },
  rows: (inputs) => {
    const made = seriesOf(inputs[SERIES]!).flatMap(({ key, last, counts }) => {
      const found = forecast(counts);
      if (!found) return [];
      return found.months.map((month, index): Value[] => [
        ...key,
        last,
        monthAfter(last, index + 1),
        found.method,
        month.count,
        month.low80,
        month.high80,
        month.low95,
        month.high95,
        found.error,
        found.lastError,
        found.replayed,
        counts.length,
      ]);
    });
    return Object.fromEntries(
      Object.keys(model.columns).map((name, index) => [name, made.map((row) => row[index]!)]),
    );
  },
};
