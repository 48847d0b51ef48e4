import { html } from "htl";

import { delayChart } from "./delay-chart.js";
import { delayOf, delayTime, showDelay } from "./delays.js";
import { isWithheldEverywhere } from "./definitions.js";
import { groupBy, rate, sum } from "./figures.js";
import type { Filters } from "./filters.js";
import { backlogChart, flowChart } from "./flow-chart.js";
import { FlowView, type FlowData } from "./flow-view.js";
import { handlingSection } from "./handling.js";
import { rateChart } from "./rate-chart.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

/** The sum does not hold where the backlog of a source is not said. */
function bridge(view: FlowView): HTMLElement | null {
  const { site, filters, data } = view;
  if (data.fitness.some((row) => row.metric_id === "backlog" && row.is_withheld)) return null;
  const of = (count: Parameters<FlowView["flow"]>[1]): number => view.flow(filters.month, count);
  return html`<p class="bridge">
    ${site.word("backlog.bridge", {
      month: site.month(filters.month),
      start: of((row) => row.backlog_start),
      opened: of((row) => row.opened),
      reopened: of((row) => row.reopened),
      resolved: of((row) => row.resolved),
      cancelled: of((row) => row.cancelled),
      end: of((row) => row.backlog_end),
    })}
  </p>`;
}

/** Why tickets of the backlog wait; nothing where none does. */
function holdTable(view: FlowView): HTMLElement | null {
  const { site, data, filters } = view;
  const count = (reason: string, month: string): number =>
    sum(
      data.hold.filter((row) => row.month === month && row.hold_reason === reason),
      (row) => row.on_hold_end,
    );
  const reasons = [...new Set(data.hold.map((row) => row.hold_reason))]
    .map((reason) => ({ reason, tickets: count(reason, filters.month) }))
    .filter(({ tickets }) => tickets > 0)
    .toSorted((a, b) => b.tickets - a.tickets);
  const total = sum(reasons, ({ tickets }) => tickets);
  const backlog = view.flow(filters.month, (row) => row.backlog_end);
  if (total === 0) return null;
  return html`<div>
    <h3>${site.word("hold.title", { n: total, total: backlog })}</h3>
    ${dataTable(site, {
      title: site.word("hold.table", { month: site.month(filters.month) }),
      rows: reasons,
      columns: [
        {
          label: site.word("column.hold_reason"),
          value: ({ reason }) => site.wordOf("hold_reason", reason || "none"),
        },
        {
          label: site.word("column.tickets"),
          value: ({ tickets }) => tickets,
          bar: ({ tickets }) => tickets / total,
          isNumber: true,
        },
        ...view.countsBefore<(typeof reasons)[number]>(({ reason }, month) => count(reason, month)),
      ],
    })}
  </div>`;
}

const bands = ["age_0_1", "age_2_5", "age_6_30", "age_31_90", "age_over_90"] as const;

function ageTable(view: FlowView): HTMLElement | null {
  const { site, filters } = view;
  const total = view.flow(filters.month, (row) => row.backlog_end);
  if (total === 0) return null;
  const old = view.flow(filters.month, (row) => row.age_31_90 + row.age_over_90);
  const rows = bands.map((band) => ({
    band,
    tickets: view.flow(filters.month, (row) => row[band]),
  }));
  return html`<div id="ages">
    <h3>${site.word("ages.title", { n: old, total })}</h3>
    ${dataTable(site, {
      title: site.word("ages.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        { label: site.word("column.age"), value: ({ band }) => site.wordOf("age", band) },
        {
          label: site.word("column.tickets"),
          value: ({ tickets }) => tickets,
          bar: ({ tickets }) => tickets / total,
          isNumber: true,
        },
        ...view.countsBefore<(typeof rows)[number]>(({ band }, month) =>
          view.flow(month, (row) => row[band]),
        ),
      ],
    })}
  </div>`;
}

function delaySection(view: FlowView): HTMLElement | null {
  const { site, data, filters } = view;
  if (data.quantiles.length === 0) return null;
  const time = delayTime(site, data);
  const priorities = [...groupBy(data.delays, ({ priority }) => priority).keys()].toSorted();
  const before = view.compared()[0];
  const rows = ["*", ...priorities]
    .map((priority) => ({
      name: priority === "*" ? site.word("priority.all") : priority || site.word("priority.none"),
      now: delayOf(site, data, filters, { month: filters.month, priority, time }),
      before: before && delayOf(site, data, filters, { month: before.month, priority, time }),
    }))
    .filter(({ now }) => now.tickets > 0);
  const p90 = (delay: (typeof rows)[number]["now"]): string =>
    showDelay(site, delay.p90, delay.isApproximate, time);
  return html`<section id="delays">
    <h2>${site.word("delay.heading")}</h2>
    ${delayChart(site, data, filters, time)}
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("delay.table", {
              month: site.month(filters.month),
              time: site.wordOf("time", time),
            }),
            rows,
            columns: [
              { label: site.word("column.priority"), value: ({ name }) => name },
              {
                label: site.word("column.tickets"),
                value: ({ now }) => now.tickets,
                isNumber: true,
              },
              {
                label: site.word("column.median"),
                value: ({ now }) => now.median,
                show: ({ now }) => showDelay(site, now.median, now.isApproximate, time),
                isNumber: true,
              },
              {
                label: site.word("column.target90"),
                value: ({ now }) => now.p90,
                show: ({ now }) => p90(now),
                isNumber: true,
              },
              {
                label: site.word("column.mean"),
                value: ({ now }) => now.mean,
                show: ({ now }) => showDelay(site, now.mean, false, time),
                isNumber: true,
              },
              ...(before
                ? [
                    {
                      label: site.word("column.target90_before", {
                        month: site.month(before.month),
                      }),
                      value: (row: (typeof rows)[number]) => row.before?.p90 ?? null,
                      show: (row: (typeof rows)[number]) => (row.before ? p90(row.before) : ""),
                      isNumber: true,
                    },
                  ]
                : []),
            ],
          })
    }
    ${view.defined("time_to_resolve")}
  </section>`;
}

function reopenSection(view: FlowView): HTMLElement | null {
  const { site } = view;
  const months = view.followed((month) => {
    const reopened = view.flow(month, (row) => row.followed_reopened);
    return rate(reopened, view.flow(month, (row) => row.followed) - reopened);
  });
  if (!months.some(({ value }) => value.total > 0)) return null;
  return html`<section id="reopening">
    <h2>${site.word("reopen.heading")}</h2>
    ${rateChart(site, {
      title: view.followedTitle(months, (values) => site.word("reopen.title", values)),
      subtitle: site.word("reopen.subtitle"),
      months,
      label: site.word("column.reopened"),
    })}
    ${view.defined("reopen_rate")}
  </section>`;
}

/** The Flow page: backlog, ages, delays, reopenings, hands; a section without data is not there. */
export function flowSections(site: Site, data: FlowData, filters: Filters): HTMLElement {
  const view = new FlowView(site, data, filters);
  return html`<div>
    ${flowChart(view)} ${bridge(view)} ${view.defined("opened", "resolved", "backlog")}
    <section id="backlog">
      <h2>${site.word("backlog.heading")}</h2>
      ${
        isWithheldEverywhere(data.fitness, "backlog")
          ? html`<p>${site.word("withheld.backlog")}</p>`
          : html`${backlogChart(view)}
              <div class="side-by-side">${ageTable(view)} ${holdTable(view)}</div>`
      }
      ${view.defined("backlog", "backlog_ages", "on_hold")}
    </section>
    ${delaySection(view)} ${reopenSection(view)} ${handlingSection(view)}
  </div>`;
}
