import { areaY, dot, line, plot, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { definitions } from "./definitions.js";
import type { Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { countLabel, monthColumn, monthGround } from "./month-axis.js";
import type { Site } from "./site.js";

type Row = MartRow<"mart_demand_forecast">;

/** Months shown at most, those ahead among them. */
const SHOWN = 18;

const whole = (value: number | null): number => Math.round(value ?? 0);

/** The three months ahead with their bands, after what came and what had been said of it; null where nothing is forecast. */
export function forecastSection(
  site: Site,
  data: { forecast: Row[]; fitness: MartRow<"mart_fitness">[] },
  filters: Filters,
): HTMLElement | null {
  const rows = data.forecast
    .filter(
      ({ entity_id: entity, type }) =>
        entity === (filters.entity || "*") && type === (filters.type || "*"),
    )
    .toSorted((a, b) => (a.month < b.month ? -1 : 1))
    .slice(-SHOWN);
  const ahead = rows.filter(({ actual }) => actual === null);
  const [next] = ahead;
  if (!next) return null;
  const past = rows.filter(({ actual }) => actual !== null);
  const domain = rows.map(({ month }) => month);
  // The bands open from what came last.
  const last = past.at(-1);
  const start = last
    ? [
        {
          ...last,
          low_80: last.actual,
          high_80: last.actual,
          low_95: last.actual,
          high_95: last.actual,
        },
      ]
    : [];
  const fan = [...start, ...ahead];
  const say = (row: Row): string =>
    site.word("forecast.point", {
      month: site.month(row.month),
      value: whole(row.value),
      low: whole(row.low_80),
      high: whole(row.high_80),
    });
  const draw = (width: number): Element =>
    plot({
      width,
      height: 240,
      marginLeft: 48,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "point", domain, label: null, padding: 0.3 },
      y: { label: null, zero: true },
      marks: [
        ...monthGround(site, {
          months: domain,
          width: width - 48,
          ticks: 4,
          show: (count) => countLabel(site, count),
        }),
        areaY(fan, { x: "month", y1: "low_95", y2: "high_95", fill: "var(--band)" }),
        areaY(fan, {
          x: "month",
          y1: "low_80",
          y2: "high_80",
          fill: "var(--accent)",
          fillOpacity: 0.18,
        }),
        line(past, { x: "month", y: "actual", stroke: "var(--muted)", strokeWidth: 1.5 }),
        dot(past, {
          x: "month",
          y: "value",
          r: 3.5,
          fill: "var(--ground)",
          stroke: "var(--accent)",
          title: say,
        }),
        dot(ahead, { x: "month", y: "value", r: 4.5, fill: "var(--accent)", title: say }),
        ruleY([0], { stroke: "var(--muted)" }),
      ],
    });
  const band = (low: number | null, high: number | null): string =>
    `${site.number(whole(low))}–${site.number(whole(high))}`;
  return html`<section id="forecast">
    <h2>${site.word("forecast.heading")}</h2>
    ${chart(site, {
      title: site.word("forecast.title", {
        low: whole(next.low_80),
        high: whole(next.high_80),
        month: site.month(next.month),
      }),
      subtitle: site.word("forecast.subtitle", {
        method: site.wordOf("forecast_method", next.method),
        error: site.percent(next.error_share ?? 0, 0),
      }),
      draw,
      columns: [
        monthColumn<Row>(site),
        {
          label: site.word("forecast.value"),
          value: ({ value }) => value,
          show: ({ value }) => site.number(whole(value)),
          isNumber: true,
        },
        {
          label: site.word("forecast.band_80"),
          value: (row) => band(row.low_80, row.high_80),
          isNumber: true,
        },
        {
          label: site.word("forecast.band_95"),
          value: (row) => band(row.low_95, row.high_95),
          isNumber: true,
        },
        { label: site.word("forecast.actual"), value: ({ actual }) => actual, isNumber: true },
      ],
      rows,
      limit: SHOWN,
    })}
    ${definitions(site, data.fitness, ["demand_forecast"])}
  </section>`;
}
