import { axisX, barX, dot, gridX, line, plot, ruleX, text, type Markish } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { definitions } from "./definitions.js";
import { familyName } from "./families.js";
import { rate } from "./figures.js";
import { mostFirst, type RecurrenceView, type Scoped } from "./recurrence-view.js";
import type { Site } from "./site.js";

export type Measure = "occurrences" | "hours";

/** Puts the measure into the address, and into the links to this page in the other languages. */
function writeMeasure(measure: Measure): void {
  const query = new URLSearchParams(location.search);
  if (measure === "occurrences") query.delete("measure");
  else query.set("measure", measure);
  history.replaceState(null, "", `?${query}${location.hash}`);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "a[hreflang][data-keeps-filters]",
  ))
    link.search = `?${query}`;
}

/**
 * What the shares are of: occurrences, or user-hours where they are known. They are not known by
 * site. It reads the measure from the address and keeps it there.
 */
export function measureChoice(view: RecurrenceView): HTMLElement & { value: Measure } {
  const { site, filters } = view;
  const hours = view.total((row) => row.user_hours_90_days ?? 0);
  const isChoice = !filters.entity && hours > 0 && view.recurrent.length > 0;
  const wanted = new URLSearchParams(location.search).get("measure");
  const state: { value: Measure } = {
    value: isChoice && wanted === "hours" ? "hours" : "occurrences",
  };
  const option = (value: Measure, label: string): HTMLElement =>
    html`<option value=${value} selected=${value === state.value}>${label}</option>`;
  const select = html`<select id="pareto-measure">
    ${option("occurrences", site.word("recurring.by_occurrences"))}
    ${option("hours", site.word("recurring.by_hours"))}
  </select>` as HTMLSelectElement;
  const form = Object.assign(
    html`<form class="filters" onsubmit=${(event: Event) => event.preventDefault()}>
      ${isChoice ? html`<div><label for="pareto-measure">${site.word("recurring.measure")}</label> ${select}</div>` : null}
    </form>`,
    state,
  );
  if (state.value === "hours") writeMeasure(state.value);
  select.addEventListener("input", () => {
    form.value = select.value as Measure;
    writeMeasure(form.value);
  });
  return form;
}

interface Bar {
  id: string;
  name: string;
  value: number;
  share: number;
  cumulated: number;
}

function shortened(name: string, characters: number): string {
  return name.length <= characters ? name : `${name.slice(0, characters - 1).trimEnd()}…`;
}

/** The families that carry most, each with its share and the share of all up to it. */
function paretoBars(view: RecurrenceView, measure: Measure): { bars: Bar[]; whole: number } {
  const valueOf = ({ family, occurrences }: Scoped): number =>
    measure === "hours" ? (family.user_hours_90_days ?? 0) : occurrences;
  const whole = view.total((row) =>
    measure === "hours" ? (row.user_hours_90_days ?? 0) : row.occurrences_90_days,
  );
  let cumulated = 0;
  const bars = view.recurrent
    .filter((row) => valueOf(row) > 0)
    .toSorted((a, b) => valueOf(b) - valueOf(a) || mostFirst(a, b))
    .slice(0, 15)
    .map((row) => {
      const value = valueOf(row);
      cumulated += value / whole;
      return {
        id: row.family.family_id,
        name: familyName(row.family),
        value,
        share: value / whole,
        cumulated,
      };
    });
  return { bars, whole };
}

/** The names beside their bars, and the cumulated share as a line on the bars' own scale. */
function wideMarks(site: Site, bars: Bar[], last: Bar, titleOf: (bar: Bar) => string): Markish[] {
  return [
    line(bars, { x: "cumulated", y: "id", stroke: "var(--ink)", strokeWidth: 1.25 }),
    dot(bars, { x: "cumulated", y: "id", r: 3, fill: "var(--ink)", title: titleOf }),
    text([last], {
      x: "cumulated",
      y: "id",
      text: () => site.percent(last.cumulated),
      textAnchor: "start",
      fontWeight: 600,
      fill: "var(--ink)",
      dx: 8,
    }),
    text(bars, {
      x: 0,
      y: "id",
      text: ({ name }: Bar) => shortened(name, 48),
      title: "name",
      textAnchor: "end",
      fill: "var(--ink)",
      dx: -8,
    }),
  ];
}

/** The names above their bars, and the cumulated share as a number: a line would cross the names. */
function narrowMarks(site: Site, bars: Bar[], width: number): Markish[] {
  return [
    text(bars, {
      x: 0,
      y: "id",
      text: ({ name }: Bar) => shortened(name, Math.floor((width - 60) / 7)),
      title: "name",
      textAnchor: "start",
      fill: "var(--ink)",
      dy: -9,
    }),
    text(bars, {
      frameAnchor: "right",
      y: "id",
      text: ({ cumulated }: Bar) => site.percent(cumulated),
      textAnchor: "end",
      fontWeight: 600,
      fill: "var(--ink)",
      dx: 52,
      dy: 8,
    }),
  ];
}

/** The fifteen families that carry most: shares as bars, and the cumulated share. */
export function paretoChart(view: RecurrenceView, measure: Measure): HTMLElement {
  const { site, data } = view;
  const { bars, whole } = paretoBars(view, measure);
  const last = bars.at(-1);
  if (!last || rate(whole, 0).isSmall)
    return html`<p class="lede">${site.word("recurring.pareto_few")}</p>`;
  const values = { n: bars.length, share: site.percent(last.cumulated) };
  const isHours = measure === "hours";
  const titleOf = (bar: Bar): string =>
    site.word("recurring.pareto_point", {
      name: bar.name,
      share: site.percent(bar.share),
      cumulated: site.percent(bar.cumulated),
    });
  const draw = (width: number): Element => {
    const isNarrow = width < 600;
    const end = isNarrow ? (bars[0]?.share ?? 1) : last.cumulated;
    const digits = end < 0.05 ? 1 : 0;
    const ticks = isNarrow ? 3 : 5;
    return plot({
      width,
      height: bars.length * (isNarrow ? 40 : 24) + 44,
      marginLeft: isNarrow ? 4 : 320,
      marginRight: isNarrow ? 60 : 70,
      marginTop: 8,
      marginBottom: 28,
      style: { fontSize: "12px" },
      x: { domain: [0, end], label: null },
      y: { domain: bars.map(({ id }) => id), label: null, axis: null, padding: 0.3 },
      marks: [
        gridX({ stroke: "var(--rule)", strokeOpacity: 1, ticks }),
        axisX({ ticks, tickSize: 0, tickFormat: (value: number) => site.percent(value, digits) }),
        barX(bars, {
          y: "id",
          x: "share",
          fill: "var(--accent)",
          title: titleOf,
          insetTop: isNarrow ? 18 : 0,
        }),
        ruleX([0], { stroke: "var(--muted)" }),
        ...(isNarrow ? narrowMarks(site, bars, width) : wideMarks(site, bars, last, titleOf)),
      ],
    });
  };
  return html`<div>
    ${chart(site, {
      title: isHours
        ? site.word("recurring.pareto_hours_title", values)
        : site.word("recurring.pareto_title", values),
      subtitle: isHours
        ? site.word("recurring.pareto_hours_subtitle")
        : site.word("recurring.pareto_subtitle"),
      draw,
      columns: [
        { label: site.word("recurring_column.family"), value: ({ name }) => name },
        {
          label: isHours
            ? site.word("recurring_column.user_hours")
            : site.word("recurring_column.days_90"),
          value: ({ value }) => value,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.share"),
          value: ({ share }) => share,
          show: ({ share }) => site.percent(share),
          isNumber: true,
        },
        {
          label: site.word("recurring_column.cumulated"),
          value: ({ cumulated }) => cumulated,
          show: ({ cumulated }) => site.percent(cumulated),
          isNumber: true,
        },
      ],
      rows: bars,
    })}
    ${definitions(site, data.fitness, [
      "recurrent_families",
      isHours ? "user_hours" : "occurrences",
      "catch_alls",
    ])}
  </div>`;
}
