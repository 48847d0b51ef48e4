import { areaY, dot, line, plot } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import type { DemandData, DemandView } from "./demand-view.js";
import { countLabel, monthColumn, monthGround } from "./month-axis.js";
import { dataTable } from "./table.js";

type ForecastRow = DemandData["forecasts"][number];

/** Months drawn before the forecast. */
const monthsBefore = 24;

function band(view: DemandView, low: number, high: number): string {
  return `${view.site.number(low)}–${view.site.number(high)}`;
}

function latestChart(view: DemandView, latest: ForecastRow[]): HTMLElement {
  const { site } = view;
  const [first] = latest as [ForecastRow];
  const history = view.data.months
    .filter(({ month, is_complete }) => is_complete && month <= first.issued)
    .slice(-monthsBefore)
    .map(({ month }) => ({ month, opened: view.opened(month) }));
  const shown = history.slice(history.findIndex(({ opened }) => opened > 0));
  const months = [...shown.map(({ month }) => month), ...latest.map(({ month }) => month)];
  const last = shown.at(-1);
  // The bands open from the last month that is known.
  const known = last && {
    month: last.month,
    low_95: last.opened,
    high_95: last.opened,
    low_80: last.opened,
    high_80: last.opened,
    expected: last.opened,
  };
  const fan = known ? [known, ...latest] : latest;
  const draw = (width: number): Element =>
    plot({
      width,
      height: 260,
      marginLeft: 48,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "point", domain: months, padding: 0.3, label: null },
      y: { label: null, zero: true },
      marks: [
        ...monthGround(site, {
          months,
          width: width - 60,
          ticks: 5,
          show: (count) => countLabel(site, count),
        }),
        areaY(fan, { x: "month", y1: "low_95", y2: "high_95", fill: "var(--band)" }),
        areaY(fan, {
          x: "month",
          y1: "low_80",
          y2: "high_80",
          fill: "var(--accent)",
          fillOpacity: 0.25,
        }),
        line(shown, { x: "month", y: "opened", stroke: "var(--ink)", strokeWidth: 1.5 }),
        line(fan, {
          x: "month",
          y: "expected",
          stroke: "var(--accent)",
          strokeWidth: 1.5,
          strokeDasharray: "4 3",
        }),
        dot(shown, {
          x: "month",
          y: "opened",
          r: 3,
          fill: "var(--ink)",
          title: ({ month, opened }: (typeof shown)[number]) =>
            site.word("forecast.counted", { month: site.month(month), n: opened }),
        }),
        dot(latest, {
          x: "month",
          y: "expected",
          r: 4.5,
          fill: "var(--ground)",
          stroke: "var(--accent)",
          title: ({ month, expected, low_80, high_80 }: ForecastRow) =>
            site.word("forecast.point", {
              month: site.month(month),
              expected,
              low: low_80,
              high: high_80,
            }),
        }),
      ],
    });
  return chart(site, {
    title: site.word("forecast.title", {
      month: site.month(first.month),
      n: first.expected,
      low: first.low_80,
      high: first.high_80,
    }),
    subtitle: site.word("forecast.subtitle"),
    draw,
    columns: [
      monthColumn<ForecastRow>(site),
      {
        label: site.word("forecast.expected"),
        value: ({ expected }) => expected,
        isNumber: true,
      },
      {
        label: site.word("forecast.band_80"),
        value: ({ low_80, high_80 }) => `${low_80}–${high_80}`,
        show: ({ low_80, high_80 }) => band(view, low_80, high_80),
        isNumber: true,
      },
      {
        label: site.word("forecast.band_95"),
        value: ({ low_95, high_95 }) => `${low_95}–${high_95}`,
        show: ({ low_95, high_95 }) => band(view, low_95, high_95),
        isNumber: true,
      },
    ],
    rows: latest,
  });
}

/** Forecasts whose month has come, the latest first. */
function pastSection(view: DemandView, own: ForecastRow[]): HTMLElement {
  const { site } = view;
  const isWithin = ({ came, low_80, high_80 }: ForecastRow): boolean =>
    came !== null && came >= low_80 && came <= high_80;
  const past = own
    .filter(({ came }) => came !== null)
    .toSorted((a, b) => b.issued.localeCompare(a.issued) || a.month.localeCompare(b.month));
  if (past.length === 0) return html`<p>${site.word("forecast.past_none")}</p>`;
  return html`<div>
    <h3>
      ${site.word("forecast.past_title", { n: past.filter(isWithin).length, total: past.length })}
    </h3>
    ${dataTable(site, {
      title: site.word("forecast.past_table"),
      rows: past,
      limit: 9,
      columns: [
        {
          label: site.word("forecast.issued"),
          value: ({ issued }) => issued,
          show: ({ issued }) => site.month(issued),
        },
        monthColumn<ForecastRow>(site),
        {
          label: site.word("forecast.expected"),
          value: ({ expected }) => expected,
          isNumber: true,
        },
        {
          label: site.word("forecast.band_80"),
          value: ({ low_80, high_80 }) => `${low_80}–${high_80}`,
          show: ({ low_80, high_80 }) => band(view, low_80, high_80),
          isNumber: true,
        },
        { label: site.word("forecast.came"), value: ({ came }) => came, isNumber: true },
        {
          label: site.word("forecast.within"),
          value: (row) => (isWithin(row) ? "yes" : "no"),
          show: (row) => site.wordOf("forecast.is_within", isWithin(row) ? "yes" : "no"),
        },
      ],
    })}
  </div>`;
}

/** The next three months with their bands, the method and its error, and past forecasts against what came. */
export function forecastSection(view: DemandView): HTMLElement {
  const { site, data, filters } = view;
  const own = data.forecasts.filter(
    (row) => row.entity_id === (filters.entity || "*") && row.type === (filters.type || "*"),
  );
  const latest = own
    .filter((row) => row.is_latest)
    .toSorted((a, b) => a.month.localeCompare(b.month));
  const [first] = latest;
  const heading = html`<h2>${site.word("forecast.heading")}</h2>`;
  if (!first)
    return html`<section id="demand-forecast">
      ${heading}
      <p class="notice">${site.word("forecast.none")}</p>
    </section>`;
  const method =
    first.error === null || first.last_error === null
      ? null
      : html`<p>
          ${site.word("forecast.method", {
            method: site.wordOf("forecast.methods", first.method),
            n: first.replayed ?? 0,
            error: site.number(first.error),
            last: site.number(first.last_error),
          })}
          ${
            (first.months ?? 24) < 24
              ? site.word("forecast.no_season", { months: first.months ?? 0 })
              : null
          }
        </p>`;
  return html`<section id="demand-forecast">
    ${heading} ${latestChart(view, latest)} ${method} ${pastSection(view, own)}
    ${view.defined("demand_forecast")}
  </section>`;
}
