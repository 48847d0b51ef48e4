import { axisX, axisY, cell, plot } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import type { DemandView } from "./demand-view.js";
import { groupBy, sum } from "./figures.js";
import { recentMonths } from "./filters.js";

/** Row of the holidays and closures, after those of the seven weekdays. */
const closedRow = 8;

/** One hour of one weekday, or of the holidays. */
export interface HeatCell {
  /** 1 Monday to 7 Sunday; 8 for holidays and closures of any weekday. */
  row: number;
  hour: number;
  opened: number;
  /** Slots that occurred, over the sites. */
  slots: number;
  /** Sum of each site's own mean of tickets per slot; null where the slot never occurred. */
  mean: number | null;
}

/** The cells of some months, in site-local time. */
export function heatCells(view: DemandView, months: ReadonlySet<string>): HeatCell[] {
  const keyOf = (each: { weekday: number; hour: number; is_closed: boolean }): string =>
    `${each.is_closed ? closedRow : each.weekday} ${each.hour}`;
  const inMonths = <T extends { month: string }>(rows: T[]): T[] =>
    rows.filter(({ month }) => months.has(month));
  const hours = groupBy(
    inMonths(view.data.hours).filter(({ origin }) => origin === "people"),
    keyOf,
  );
  return [...groupBy(inMonths(view.data.slots), keyOf)].map(([key, slots]) => {
    const [row = 0, hour = 0] = key.split(" ").map(Number);
    const opened = hours.get(key) ?? [];
    const means = [...groupBy(slots, ({ site_id }) => site_id)].map(
      ([place, own]) =>
        sum(
          opened.filter(({ site_id }) => site_id === place),
          (each) => each.opened,
        ) / sum(own, (each) => each.slots),
    );
    return {
      row,
      hour,
      opened: sum(opened, (each) => each.opened),
      slots: sum(slots, (each) => each.slots),
      mean: sum(means, (mean) => mean),
    };
  });
}

/** When people ask: weekday by hour, holidays apart; one hue, stronger where more comes. */
export function heatmap(view: DemandView): HTMLElement | null {
  const { site, data, filters } = view;
  const months = recentMonths(data.months, filters, 12).map(({ month }) => month);
  const cells = heatCells(view, new Set(months));
  const opened = sum(cells, (each) => each.opened);
  if (opened === 0) return null;
  const rows = [...new Set(cells.map(({ row }) => row))].toSorted((a, b) => a - b);
  const weekdays = cells.filter(({ row }) => row !== closedRow);
  const busiest = weekdays.reduce((best, each) =>
    (each.mean ?? 0) > (best.mean ?? 0) ? each : best,
  );
  const most = Math.max(...cells.map(({ mean }) => mean ?? 0));
  const name = (row: number): string =>
    row === closedRow ? site.word("heat.closed") : site.weekday(row);
  const hourName = (hour: number): string =>
    site.word("unit.hour", { hour: String(hour).padStart(2, "0") });
  const show = (mean: number | null): string => (mean === null ? "" : site.number(mean, 2));
  const first = months[0] ?? "";
  const period = {
    first: site.month(first),
    last: site.month(filters.month),
    strongest: show(most),
  };
  const draw = (width: number): Element =>
    plot({
      width,
      height: 34 + rows.length * (width > 500 ? 28 : 22),
      marginLeft: width > 500 ? 96 : 44,
      marginTop: 4,
      marginBottom: 30,
      marginRight: 4,
      style: { fontSize: "12px" },
      x: { type: "band", domain: Array.from({ length: 24 }, (_, hour) => hour), padding: 0.06 },
      y: { type: "band", domain: rows, padding: 0.06 },
      opacity: { type: "identity" },
      marks: [
        axisX({
          ticks: [0, 6, 12, 18, 23].filter((hour) => width > 500 || hour !== 23),
          tickSize: 0,
          label: null,
          tickFormat: (hour: number) => hourName(hour),
        }),
        axisY({
          tickSize: 0,
          label: null,
          tickFormat: (row: number) =>
            width > 500
              ? row === closedRow
                ? site.word("heat.closed_short")
                : site.weekday(row)
              : row === closedRow
                ? site.word("heat.closed_initial")
                : site.weekdayShort(row),
        }),
        cell(cells, {
          x: "hour",
          y: "row",
          fill: "var(--accent)",
          fillOpacity: ({ mean }: HeatCell) => (most === 0 ? 0 : (mean ?? 0) / most),
          stroke: "var(--rule)",
          strokeWidth: 0.75,
          title: ({ row, hour, mean, opened: tickets, slots }: HeatCell) =>
            site.word("heat.cell", {
              day: name(row),
              hour: hourName(hour),
              mean: show(mean),
              n: tickets,
              slots,
            }),
        }),
      ],
    });
  const byHour = Array.from({ length: 24 }, (_, hour) => ({
    hour,
    means: new Map(cells.filter((each) => each.hour === hour).map((each) => [each.row, each.mean])),
  }));
  return html`<section id="demand-hours">
    <h2>${site.word("heat.heading")}</h2>
    ${chart(site, {
      title: site.word("heat.title", {
        day: name(busiest.row),
        from: hourName(busiest.hour),
        to: hourName((busiest.hour + 1) % 24),
        n: busiest.mean ?? 0,
        mean: show(busiest.mean),
      }),
      subtitle: site.word("heat.subtitle", period),
      draw,
      columns: [
        {
          label: site.word("column.hour"),
          value: ({ hour }) => hour,
          show: ({ hour }) => hourName(hour),
          isNumber: true,
        },
        ...rows.map((row) => ({
          label: row === closedRow ? site.word("heat.closed_short") : site.weekday(row),
          value: ({ means }: (typeof byHour)[number]) => means.get(row) ?? null,
          show: ({ means }: (typeof byHour)[number]) => show(means.get(row) ?? null),
          isNumber: true,
        })),
      ],
      rows: byHour,
      limit: 24,
    })}
    ${view.defined("demand_hours")}
  </section>`;
}
