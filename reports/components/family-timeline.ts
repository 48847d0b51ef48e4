import { axisX, axisY, barY, gridY, plot, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { definitions } from "./definitions.js";
import { dayText, type Family } from "./families.js";
import type { FamilyChoice } from "./family-picker.js";
import type { MartRow } from "./marts.js";
import { countLabel, labelledMonths, monthLabel } from "./month-axis.js";
import { lastDate, type RecurringData } from "./recurrence-view.js";
import type { Site } from "./site.js";

export interface TimelineData extends RecurringData {
  weekly: MartRow<"mart_family_weekly">[];
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function changeText(site: Site, family: Family, last: string): string {
  if (family.first_date > addDays(last, -90))
    return site.word("family.new", { date: dayText(site, family.first_date) });
  const before = family.occurrences_180_days - family.occurrences_90_days;
  const n = family.occurrences_90_days - before;
  if (n === 0) return site.word("family.same");
  return n > 0 ? site.word("family.more", { n }) : site.word("family.fewer", { n: -n });
}

/** Occurrences by week, the weeks without any among them; at most the last two years. */
export function timeline(site: Site, data: TimelineData, { family }: FamilyChoice): HTMLElement {
  const found = data.weekly.filter(({ family_id }) => family_id === family?.family_id);
  const last = lastDate(data);
  const first = found.map(({ week }) => week).toSorted()[0];
  if (!family || !first || !last) return html`<span></span>`;
  const counts = new Map(found.map(({ week, occurrences }) => [week, occurrences]));
  const weeks: string[] = [];
  for (let week = first; week <= last; week = addDays(week, 7)) weeks.push(week);
  const rows = weeks.slice(-104).map((week) => ({
    week,
    occurrences: counts.get(week) ?? 0,
    isComplete: addDays(week, 6) <= last,
  }));
  type Row = (typeof rows)[number];
  const domain = rows.map(({ week }) => week);
  const months = [...new Set(domain.map((week) => week.slice(0, 7)))];
  const high = Math.max(...rows.map(({ occurrences }) => occurrences));
  const titleOf = ({ week, occurrences }: Row): string =>
    site.word("family.week_text", {
      week: dayText(site, week),
      count: site.word("recurring.occurrences", { n: occurrences }),
    });
  const figure = chart(site, {
    title: site.word("family.title", {
      count: site.word("recurring.occurrences", { n: family.occurrences_90_days }),
      change: changeText(site, family, last),
    }),
    subtitle: site.word("family.subtitle"),
    draw: (width) => {
      const labelled = labelledMonths(months, width - 40);
      const ticks = labelled.flatMap(
        (month) => domain.find((week) => week.startsWith(month)) ?? [],
      );
      return plot({
        width,
        height: 220,
        marginLeft: 40,
        marginBottom: 40,
        style: { fontSize: "12px" },
        x: { type: "band", domain, padding: 0.15, label: null },
        y: { label: null, zero: true },
        marks: [
          gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: Math.min(4, high) }),
          axisY({
            ticks: Math.min(4, high),
            tickSize: 0,
            tickFormat: (count: number) => countLabel(site, count),
          }),
          axisX({
            ticks,
            tickSize: 0,
            tickFormat: (week: string) => monthLabel(site, week.slice(0, 7), labelled),
          }),
          barY(rows, {
            x: "week",
            y: "occurrences",
            fill: "var(--accent)",
            fillOpacity: (row: Row) => (row.isComplete ? 1 : 0.45),
            title: titleOf,
          }),
          ruleY([0], { stroke: "var(--muted)" }),
        ],
      });
    },
    columns: [
      {
        label: site.word("recurring_column.week"),
        value: ({ week }) => week,
        show: ({ week }) => dayText(site, week),
        isShort: true,
      },
      {
        label: site.word("recurring_column.occurrences"),
        value: ({ occurrences }) => occurrences,
        isNumber: true,
      },
    ],
    rows: rows.filter(({ occurrences }) => occurrences > 0).toReversed(),
  });
  return html`<div>${figure} ${definitions(site, data.fitness, ["occurrences"])}</div>`;
}
