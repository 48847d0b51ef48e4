import { axisX, axisY, cell, plot, text } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { groupBy } from "./figures.js";
import { entityName } from "./filters.js";
import type { MartRow } from "./marts.js";
import { dayText } from "./families.js";
import type { Site } from "./site.js";

/** Days shown at most: those before the data end and what is planned after. */
const DAYS = 56;

interface Cell {
  day: string;
  place: string;
  changes: number;
  collisions: number;
  /** Name of the freeze in force; empty for none. */
  freeze: string;
}

const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** Days from the first to the last, both included, as many as the calendar has room for. */
function calendarDays(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last && days.length < DAYS; day = nextDay(day)) days.push(day);
  return days;
}

function cellsOf(
  site: Site,
  data: { calendar: MartRow<"mart_change_calendar">[]; freezes: MartRow<"mart_freezes">[] },
  days: readonly string[],
): Cell[] {
  const places = groupBy(data.calendar, ({ site_id: id }) => id);
  return [...places].flatMap(([id, changes]) =>
    days.map((day): Cell => {
      const own = changes.filter(
        (row) => row.starts_local.slice(0, 10) <= day && row.ends_local.slice(0, 10) >= day,
      );
      const freeze = data.freezes.find(
        (row) => row.site_id === id && row.from_date <= day && day <= row.to_date,
      );
      return {
        day,
        place: entityName(site, id),
        changes: own.length,
        collisions: own.filter(({ collisions }) => collisions > 0).length,
        freeze: freeze ? site.text({ fr: freeze.name_fr, en: freeze.name_en }) : "",
      };
    }),
  );
}

/** The calendar of changes by site and day: freezes shaded, collisions outlined. Nothing where nothing was or is planned. */
export function changeCalendar(
  site: Site,
  data: { calendar: MartRow<"mart_change_calendar">[]; freezes: MartRow<"mart_freezes">[] },
): HTMLElement | null {
  const starts = data.calendar.map((row) => row.starts_local.slice(0, 10)).toSorted();
  const ends = data.calendar.map((row) => row.ends_local.slice(0, 10)).toSorted();
  const [first, last] = [starts[0], ends.at(-1)];
  if (first === undefined || last === undefined) return null;
  const days = calendarDays(first, last);
  const cells = cellsOf(site, data, days);
  const places = [...new Set(cells.map(({ place }) => place))];
  const most = Math.max(...cells.map(({ changes }) => changes), 1);
  const longest = Math.max(...places.map((place) => place.length));
  const mondays = days.filter((day) => new Date(`${day}T00:00:00Z`).getUTCDay() === 1);
  const titleOf = (each: Cell): string =>
    [
      site.word("change_calendar.cell", {
        place: each.place,
        day: dayText(site, each.day),
        n: each.changes,
      }),
      ...(each.collisions > 0
        ? [site.word("change_calendar.collisions", { n: each.collisions })]
        : []),
      ...(each.freeze === "" ? [] : [each.freeze]),
    ].join("\n");
  const draw = (width: number): Element => {
    const left = Math.min(width * 0.3, 12 + longest * 7);
    const step = (width - left) / days.length;
    const labelled = mondays.filter((_, index) => index % Math.ceil(52 / (step * 7)) === 0);
    return plot({
      width,
      height: 40 + places.length * 26,
      marginLeft: left,
      marginRight: 2,
      marginTop: 4,
      marginBottom: 30,
      style: { fontSize: "12px" },
      x: { type: "band", domain: days, padding: 0.04, label: null },
      y: { type: "band", domain: places, padding: 0.1, label: null },
      marks: [
        axisX({
          ticks: labelled,
          tickSize: 0,
          tickFormat: (day: string) =>
            `${Number(day.slice(8))} ${site.monthShort(day.slice(0, 7)).split(/\s/)[0]}`,
        }),
        axisY({ tickSize: 0 }),
        cell(cells, {
          x: "day",
          y: "place",
          fill: ({ freeze }: Cell) => (freeze === "" ? "var(--raised)" : "var(--grey)"),
        }),
        cell(
          cells.filter(({ changes }) => changes > 0),
          {
            x: "day",
            y: "place",
            fill: "var(--accent)",
            fillOpacity: ({ changes }: Cell) => 0.25 + (0.6 * changes) / most,
          },
        ),
        cell(
          cells.filter(({ collisions }) => collisions > 0),
          { x: "day", y: "place", fill: "none", stroke: "var(--late)", strokeWidth: 2, inset: 1 },
        ),
        cell(cells, { x: "day", y: "place", fill: "transparent", title: titleOf }),
        ...(step >= 12
          ? [
              text(
                cells.filter(({ changes }) => changes > 0),
                {
                  x: "day",
                  y: "place",
                  text: ({ changes }: Cell) => site.number(changes),
                  fill: "var(--ink)",
                  fontSize: 10,
                  pointerEvents: "none",
                },
              ),
            ]
          : []),
      ],
    });
  };
  const collisions = data.calendar.filter((row) => row.collisions > 0).length;
  return html`<section id="change-calendar">
    <h2>${site.word("change_calendar.heading")}</h2>
    ${chart(site, {
      title: site.word("change_calendar.title", {
        n: data.calendar.length,
        first: dayText(site, first),
        last: dayText(site, days.at(-1) ?? last),
        collisions,
      }),
      subtitle: site.word("change_calendar.subtitle"),
      draw,
      columns: [
        {
          label: site.word("column.day"),
          value: ({ day }) => day,
          show: ({ day }) => dayText(site, day),
        },
        { label: site.word("column.site"), value: ({ place }) => place },
        { label: site.word("column.changes"), value: ({ changes }) => changes, isNumber: true },
        { label: site.word("column.colliding"), value: (each) => each.collisions, isNumber: true },
        { label: site.word("column.freeze"), value: ({ freeze }) => freeze },
      ],
      rows: cells.filter(({ changes, freeze }) => changes > 0 || freeze !== ""),
    })}
  </section>`;
}
