import { axisY, gridY, plot, rectY, ruleX, ruleY, text } from "@observablehq/plot";

import { chart } from "./chart.js";
import { delayOf, delayRows, showDelay, type DelayData } from "./delays.js";
import { bucketStart, groupBy, sum } from "./figures.js";
import type { Filters } from "./filters.js";
import { countLabel } from "./month-axis.js";
import type { Site } from "./site.js";

/** Buckets of the mart drawn as one bar: half of a doubling. */
const merged = 4;

const hour = 3600;
const ticks = [60, 600, hour, 4 * hour, 24 * hour, 168 * hour, 720 * hour, 4320 * hour];

function shownTicks(first: number, last: number, width: number): number[] {
  const inside = ticks.filter((tick) => tick >= first && tick <= last);
  return inside.filter((_, index) => width > 500 || (inside.length - 1 - index) % 2 === 0);
}

/** How long tickets resolved in the month took, on a logarithmic axis, with median and P90. */
export function delayChart(
  site: Site,
  data: DelayData,
  filters: Filters,
  time: string,
): HTMLElement {
  const cut = { month: filters.month, priority: "*", time };
  const delay = delayOf(site, data, filters, cut);
  const groups = groupBy(delayRows(site, data, filters, cut), ({ bucket }) =>
    String(Math.floor(bucket / merged)),
  );
  const rows = [...groups]
    .map(([group, each]) => ({
      // The first bucket begins at zero, which a logarithmic axis does not have.
      from: Math.max(30, bucketStart(Number(group) * merged)),
      to: Math.max(60, bucketStart((Number(group) + 1) * merged)),
      tickets: sum(each, ({ tickets }) => tickets),
    }))
    .toSorted((a, b) => a.from - b.from);
  const marks = [
    { at: delay.median, label: site.word("delay.median_label") },
    { at: delay.p90, label: site.word("delay.p90_label") },
  ].flatMap(({ at, label }) =>
    at === null
      ? []
      : [{ at, label: `${label} ${showDelay(site, at, delay.isApproximate, time)}` }],
  );
  const title =
    delay.p90 === null
      ? site.word("delay.none", { month: site.month(filters.month) })
      : site.word("delay.title", {
          p90: showDelay(site, delay.p90, delay.isApproximate, time),
          median: showDelay(site, delay.median, delay.isApproximate, time),
        });
  const first = Math.min(60, ...rows.map(({ from }) => from));
  const last = Math.max(...rows.map(({ to }) => to), 24 * hour);
  const draw = (width: number): Element =>
    plot({
      width,
      height: 240,
      marginLeft: 44,
      marginTop: 46,
      style: { fontSize: "12px" },
      x: { type: "log", domain: [first, last], axis: null },
      y: { label: null, zero: true },
      marks: [
        gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 4 }),
        axisY({ ticks: 4, tickSize: 0, tickFormat: (count: number) => countLabel(site, count) }),
        rectY(rows, {
          x1: "from",
          x2: "to",
          y: "tickets",
          fill: "var(--accent)",
          insetLeft: 0.5,
          insetRight: 0.5,
          title: (row: (typeof rows)[number]) =>
            site.word("delay.bar", {
              n: row.tickets,
              from: site.duration(row.from, time),
              to: site.duration(row.to, time),
            }),
        }),
        ruleY([0], { stroke: "var(--muted)" }),
        // Plot's own logarithmic axis labels powers of ten only.
        text(shownTicks(first, last, width), {
          x: (seconds: number) => seconds,
          frameAnchor: "bottom",
          dy: 16,
          text: (seconds: number) => site.duration(seconds, time),
        }),
        ruleX(marks, { x: "at", stroke: "var(--ink)", strokeWidth: 1, insetTop: -38 }),
        ...marks.map((mark, index) => {
          const isRight = Math.log(mark.at / first) > 0.5 * Math.log(last / first);
          return text([mark], {
            x: "at",
            text: "label",
            frameAnchor: "top",
            textAnchor: isRight ? "end" : "start",
            dx: isRight ? -5 : 5,
            // One above the other: median and P90 may be close.
            dy: index === 0 ? -32 : -16,
          });
        }),
      ],
    });
  return chart(site, {
    title,
    subtitle: site.word("delay.subtitle", {
      month: site.month(filters.month),
      n: delay.tickets,
      time: site.wordOf("time", time),
    }),
    draw,
    columns: [
      {
        label: site.word("column.from"),
        value: ({ from }) => Math.round(from),
        show: ({ from }) => site.duration(from, time),
        isNumber: true,
      },
      {
        label: site.word("column.to"),
        value: ({ to }) => Math.round(to),
        show: ({ to }) => site.duration(to, time),
        isNumber: true,
      },
      { label: site.word("column.tickets"), value: ({ tickets }) => tickets, isNumber: true },
    ],
    rows,
  });
}
