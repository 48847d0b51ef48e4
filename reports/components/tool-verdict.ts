import { html } from "htl";

import { definitions } from "./definitions.js";
import { delayChart } from "./delay-chart.js";
import { delayOf, delayTime, showDelay, type DelayData } from "./delays.js";
import { groupBy, rate, sum, type Rate } from "./figures.js";
import { recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart } from "./rate-chart.js";
import { rowsOf, showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface VerdictData extends DelayData {
  months: MartRow<"mart_months">[];
  tool: MartRow<"mart_tool_verdict_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

function verdictOf(rows: MartRow<"mart_tool_verdict_monthly">[]): Rate {
  return rate(
    sum(rows, ({ made }) => made),
    sum(rows, ({ missed }) => missed),
  );
}

function verdict(site: Site, data: VerdictData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const months = recentMonths(data.months, filters).map(({ month, is_complete }) => ({
    month,
    isFirm: is_complete,
    value: verdictOf(rowsOf(data.tool, month, isSeen)),
  }));
  const now = verdictOf(rowsOf(data.tool, filters.month, isSeen));
  const byPriority = [
    ...groupBy(rowsOf(data.tool, filters.month, isSeen), ({ priority }) => priority),
  ]
    .map(([priority, rows]) => ({
      priority,
      value: verdictOf(rows),
      unknown: sum(rows, (row) => row.unknown),
    }))
    .toSorted((a, b) => a.priority.localeCompare(b.priority));
  return html`<section>
    <h2>${site.word("tool.heading")}</h2>
    <p class="lede">${site.word("tool.lede")}</p>
    ${rateChart(site, {
      title: site.word("tool.title", {
        rate: showRate(site, now),
        month: site.month(filters.month),
      }),
      subtitle: site.word("tool.subtitle"),
      months,
      label: site.word("column.met"),
      isToWhole: true,
    })}
    ${dataTable(site, {
      title: site.word("tool.table", { month: site.month(filters.month) }),
      rows: byPriority,
      columns: [
        {
          label: site.word("column.priority"),
          value: ({ priority }) => priority || site.word("priority.none"),
        },
        { label: site.word("column.met"), value: ({ value }) => value.good, isNumber: true },
        {
          label: site.word("column.late"),
          value: ({ value }) => value.total - value.good,
          isNumber: true,
        },
        { label: site.word("column.unknown"), value: ({ unknown }) => unknown, isNumber: true },
        {
          label: site.word("column.rate"),
          value: ({ value }) => (value.isSmall ? null : value.ratio),
          show: ({ value }) => showRate(site, value),
          bar: ({ value }) => (value.isSmall ? 0 : (value.ratio ?? 0)),
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["tool_verdict"])}
  </section>`;
}

function targets(site: Site, data: VerdictData, filters: Filters, time: string): HTMLElement {
  const priorities = [...new Set(data.delays.map(({ priority }) => priority))].toSorted();
  const rows = ["*", ...priorities].map((priority) => ({
    priority: priority === "*" ? site.word("priority.all") : priority || site.word("priority.none"),
    ...delayOf(site, data, filters, { month: "", priority, time }),
  }));
  return html`<section>
    <h2>${site.word("target90.heading")}</h2>
    <p class="lede">${site.word("target90.lede")}</p>
    ${dataTable(site, {
      title: site.word("target90.table", { time: site.wordOf("time", time) }),
      rows: rows.filter(({ tickets }) => tickets > 0),
      columns: [
        { label: site.word("column.priority"), value: ({ priority }) => priority },
        { label: site.word("column.tickets"), value: ({ tickets }) => tickets, isNumber: true },
        {
          label: site.word("column.median"),
          value: ({ median }) => median,
          show: ({ median, isApproximate }) => showDelay(site, median, isApproximate, time),
          isNumber: true,
        },
        {
          label: site.word("column.target90"),
          value: ({ p90 }) => p90,
          show: ({ p90, isApproximate }) => showDelay(site, p90, isApproximate, time),
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["target_90"])}
  </section>`;
}

/** The SLA page where no contract is configured: the tool's verdict, the delays, the 90 % target. */
export function withoutContract(site: Site, data: VerdictData, filters: Filters): HTMLElement {
  const time = delayTime(site, data);
  return html`<div>
    <p class="notice">${site.word("tool.notice")}</p>
    ${data.tool.length > 0 ? verdict(site, data, filters) : null}
    <section>
      <h2>${site.word("delay.heading")}</h2>
      ${delayChart(site, data, filters, time)}
      ${definitions(site, data.fitness, ["time_to_resolve"])}
    </section>
    ${targets(site, data, filters, time)}
  </div>`;
}
