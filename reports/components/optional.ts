import { html } from "htl";

import { definitions } from "./definitions.js";
import { rate, sum } from "./figures.js";
import { recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart } from "./rate-chart.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface OptionalData {
  months: MartRow<"mart_months">[];
  satisfaction: MartRow<"mart_satisfaction_monthly">[];
  calls: MartRow<"mart_calls_monthly">[];
  costs: MartRow<"mart_costs_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

function satisfactionSection(site: Site, data: OptionalData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const seen = data.satisfaction.filter((row) => isSeen(row.site_id));
  if (seen.length === 0) return null;
  const rows = recentMonths(data.months, filters)
    .map(({ month }) => {
      const own = seen.filter((row) => row.month === month);
      const answers = sum(own, (row) => row.answers ?? 0);
      // A site that does not say how many it sent has no response rate, and leaves none to its group.
      const isKnown = own.length > 0 && own.every((row) => row.sent !== null);
      const sent = isKnown ? sum(own, (row) => row.sent ?? 0) : null;
      const scored = sum(own, (row) => row.scored ?? 0);
      return {
        month,
        answers,
        sent,
        response: sent === null || answers > sent ? null : rate(answers, sent - answers),
        score: scored === 0 ? null : sum(own, (row) => row.score_sum ?? 0) / scored,
      };
    })
    .toReversed();
  const now = rows.find(({ month }) => month === filters.month);
  const month = site.month(filters.month);
  return html`<section id="satisfaction">
    <h2>${site.word("optional.satisfaction_heading")}</h2>
    <h3>
      ${
        !now || now.score === null
          ? site.word("optional.satisfaction_none", { month })
          : site.word("optional.satisfaction_title", {
              month,
              answers: now.answers,
              score: site.number(now.score, 2),
            })
      }
    </h3>
    ${
      now?.response && now.sent !== null && !now.response.isSmall
        ? html`<p>
            ${site.word("optional.satisfaction_response", { rate: showRate(site, now.response), sent: now.sent })}
          </p>`
        : null
    }
    ${dataTable(site, {
      title: site.word("optional.satisfaction_table"),
      rows,
      columns: [
        {
          label: site.word("column.month"),
          value: (row) => row.month,
          show: (row) => site.month(row.month),
        },
        {
          label: site.word("optional.score"),
          value: ({ score }) => score,
          show: ({ score }) => (score === null ? "" : site.number(score, 2)),
          isNumber: true,
        },
        {
          label: site.word("optional.answers"),
          value: ({ answers }) => answers,
          isNumber: true,
        },
        { label: site.word("optional.sent"), value: ({ sent }) => sent, isNumber: true },
        {
          label: site.word("optional.response"),
          value: ({ response }) => response?.ratio ?? null,
          show: ({ response }) => (response ? showRate(site, response) : ""),
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["satisfaction"])}
  </section>`;
}

function callSection(site: Site, data: OptionalData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const seen = data.calls.filter((row) => isSeen(row.site_id));
  if (seen.length === 0) return null;
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isFirm }) => {
    const own = seen.filter((row) => row.month === month);
    const answered = sum(own, (row) => row.answered ?? 0);
    const offered = sum(own, (row) => row.offered ?? 0);
    return { month, isFirm, value: rate(answered, Math.max(0, offered - answered)) };
  });
  const own = seen.filter((row) => row.month === filters.month);
  const waits = sum(own, (row) => row.waits ?? 0);
  const now = months.find(({ month }) => month === filters.month)?.value;
  const said = { rate: now ? showRate(site, now) : "", month: site.month(filters.month) };
  return html`<section id="calls">
    <h2>${site.word("optional.calls_heading")}</h2>
    ${rateChart(site, {
      title:
        !now || now.total === 0
          ? site.word("optional.calls_none", said)
          : waits === 0
            ? site.word("optional.calls_title_plain", said)
            : site.word("optional.calls_title", {
                ...said,
                wait: Math.round(sum(own, (row) => row.wait_seconds ?? 0) / waits),
              }),
      subtitle: site.word("optional.calls_subtitle"),
      months,
      label: site.word("optional.answered"),
      isToWhole: true,
    })}
    ${definitions(site, data.fitness, ["calls_answered"])}
  </section>`;
}

function costSection(site: Site, data: OptionalData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const seen = data.costs.filter((row) => isSeen(row.site_id));
  if (seen.length === 0) return null;
  const rows = recentMonths(data.months, filters)
    .map(({ month }) => {
      const own = seen.filter((row) => row.month === month);
      const cost = own.length === 0 ? null : sum(own, (row) => row.cost ?? 0);
      const resolved = sum(own, (row) => row.resolved);
      return {
        month,
        cost,
        resolved,
        each: cost === null || resolved === 0 ? null : cost / resolved,
      };
    })
    .toReversed();
  const now = rows.find(({ month }) => month === filters.month);
  const month = site.month(filters.month);
  const amount = (value: number | null, digits: number): string =>
    value === null ? "" : site.number(value, digits);
  return html`<section id="costs">
    <h2>${site.word("optional.costs_heading")}</h2>
    <h3>
      ${
        !now || now.each === null
          ? site.word("optional.costs_none", { month })
          : site.word("optional.costs_title", { month, each: amount(now.each, 2) })
      }
    </h3>
    ${dataTable(site, {
      title: site.word("optional.costs_table"),
      rows,
      columns: [
        {
          label: site.word("column.month"),
          value: (row) => row.month,
          show: (row) => site.month(row.month),
        },
        {
          label: site.word("optional.cost"),
          value: ({ cost }) => cost,
          show: ({ cost }) => amount(cost, 0),
          isNumber: true,
        },
        { label: site.word("column.resolved"), value: ({ resolved }) => resolved, isNumber: true },
        {
          label: site.word("optional.cost_each"),
          value: ({ each }) => each,
          show: ({ each }) => amount(each, 2),
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["cost_per_ticket"])}
  </section>`;
}

/** What a group may export besides its tickets; a section without data is not there. */
export function optionalSections(site: Site, data: OptionalData, filters: Filters): HTMLElement {
  return html`<div>
    ${satisfactionSection(site, data, filters)} ${callSection(site, data, filters)}
    ${costSection(site, data, filters)}
  </div>`;
}
