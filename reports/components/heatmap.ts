import { axisX, axisY, cell, plot, text } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import type { DemandView } from "./demand-view.js";
import { groupBy, sum } from "./figures.js";
import type { Site } from "./site.js";

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

/** The cells of some months, in the time of each site's zone. */
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

/** Whose hours these are: the zone where the sites share one, else that each site has its own. */
function zoneText({ site, data }: DemandView): string {
  const places = new Set(data.slots.map(({ site_id }) => site_id));
  const { entities, reportingZone } = site.context;
  const zones = new Set(
    [...places].map((place) => entities.find(({ id }) => id === place)?.zone ?? reportingZone),
  );
  const [zone = reportingZone] = zones;
  return zones.size === 1
    ? site.word("heat.one_zone", { zone })
    : site.word("heat.zones", { n: zones.size });
}

interface Names {
  hour: (hour: number) => string;
  row: (row: number, isShort: boolean) => string;
  /** What a cell says at the pointer. */
  cell: (cell: HeatCell) => string;
}

/** Days down and hours across; on narrow screens and paper hours down, so that each cell keeps room for its number. */
function drawCells(site: Site, cells: HeatCell[], rows: number[], names: Names) {
  const most = Math.max(...cells.map(({ mean }) => mean ?? 0));
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  // Few characters: a cell is some 30 pixels wide.
  const inCell = ({ mean }: HeatCell): string =>
    mean === null || mean < 0.05 ? "" : site.number(mean, mean < 9.95 ? 1 : 0);
  return (width: number): Element => {
    const isWide = width >= 800;
    const x = isWide ? "hour" : "row";
    const y = isWide ? "row" : "hour";
    const bare = { tickSize: 0, label: null };
    return plot({
      width,
      height: isWide ? 30 + rows.length * 30 : 30 + hours.length * 22,
      marginLeft: isWide ? 96 : 48,
      marginTop: isWide ? 4 : 26,
      marginBottom: isWide ? 26 : 4,
      marginRight: 4,
      style: { fontSize: "12px" },
      x: { type: "band", domain: isWide ? hours : rows, padding: 0.05 },
      y: { type: "band", domain: isWide ? rows : hours, padding: 0.05 },
      opacity: { type: "identity" },
      marks: [
        ...(isWide
          ? [
              axisX({ ...bare, tickFormat: (hour: number) => String(hour) }),
              axisY({ ...bare, tickFormat: (row: number) => names.row(row, false) }),
            ]
          : [
              axisX({
                ...bare,
                anchor: "top",
                tickFormat: (row: number) => names.row(row, true),
              }),
              axisY({ ...bare, tickFormat: names.hour }),
            ]),
        cell(cells, {
          x,
          y,
          fill: "var(--heat)",
          fillOpacity: ({ mean }: HeatCell) => (most === 0 ? 0 : (mean ?? 0) / most),
          stroke: "var(--rule)",
          strokeWidth: 0.75,
          title: names.cell,
        }),
        text(cells, {
          x,
          y,
          text: inCell,
          fill: "var(--ink)",
          fontSize: 10.5,
          pointerEvents: "none",
        }),
      ],
    });
  };
}

/** When people ask: weekday by hour, holidays apart; one hue, stronger where more comes, and the numbers in it. */
export function heatmap(view: DemandView): HTMLElement | null {
  const { site, filters } = view;
  const months = view.recent(12).map(({ month }) => month);
  const cells = heatCells(view, new Set(months));
  if (sum(cells, (each) => each.opened) === 0) return null;
  const rows = [...new Set(cells.map(({ row }) => row))].toSorted((a, b) => a - b);
  const weekdays = cells.filter(({ row }) => row !== closedRow);
  const busiest = weekdays.reduce((best, each) =>
    (each.mean ?? 0) > (best.mean ?? 0) ? each : best,
  );
  const name = (row: number): string =>
    row === closedRow ? site.word("heat.closed") : site.weekday(row);
  const columnName = (row: number): string =>
    row === closedRow ? site.word("heat.closed_short") : site.weekday(row);
  const hourName = (hour: number): string =>
    site.word("unit.hour", { hour: String(hour).padStart(2, "0") });
  const show = (mean: number | null): string => (mean === null ? "" : site.number(mean, 2));
  const draw = drawCells(site, cells, rows, {
    hour: hourName,
    row: (row, isShort) =>
      !isShort
        ? columnName(row)
        : row === closedRow
          ? site.word("heat.closed_initial")
          : site.weekdayShort(row),
    cell: ({ row, hour, mean, opened, slots }) =>
      site.word("heat.cell", {
        day: name(row),
        hour: hourName(hour),
        mean: show(mean),
        n: opened,
        slots,
      }),
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
        mean: site.number(busiest.mean ?? 0, 1),
      }),
      subtitle: site.word("heat.subtitle", {
        zone: zoneText(view),
        first: site.month(months[0] ?? ""),
        last: site.month(filters.month),
      }),
      draw,
      columns: [
        {
          label: site.word("column.hour"),
          value: ({ hour }) => hour,
          show: ({ hour }) => hourName(hour),
          isNumber: true,
        },
        ...rows.map((row) => ({
          label: columnName(row),
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
