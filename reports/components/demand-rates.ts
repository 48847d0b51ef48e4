import { axisX, axisY, dot, gridX, plot, ruleX, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import type { DemandData, DemandView } from "./demand-view.js";
import { entityName, scopeName, subtree } from "./filters.js";
import { dataTable } from "./table.js";

type RateRow = DemandData["rates"][number];

/** The sites within the filter, in the order of the organisation. */
function places({ site, filters }: DemandView): string[] {
  const seen = filters.entity ? subtree(site.context.entities, filters.entity) : null;
  return site.context.entities
    .filter(({ id, kind }) => kind === "site" && (seen === null || seen.has(id)))
    .map(({ id }) => id);
}

function leftOut(view: DemandView, row: { sites_left_out: number; opened_left_out: number }) {
  return row.sites_left_out === 0
    ? null
    : html`<p>
        ${view.site.word("per_users.left_out", {
          n: row.sites_left_out,
          opened: row.opened_left_out,
        })}
      </p>`;
}

/** Demand per 100 users, a dot and its interval for each site; where no headcount is known, what that costs. */
export function rateSection(view: DemandView): HTMLElement {
  const { site, data, filters } = view;
  const type = filters.type || "*";
  const own = data.rates.filter((row) => row.month === filters.month && row.type === type);
  const whole = own.find((row) => row.entity_id === (filters.entity || "*"));
  const heading = html`<h2>${site.word("per_users.heading")}</h2>`;
  if (!whole) {
    return html`<section id="demand-rates">
      ${heading}
      <p class="notice">
        ${
          data.rates.length === 0
            ? site.word("per_users.none")
            : site.word("per_users.none_month", { month: site.month(filters.month) })
        }
      </p>
    </section>`;
  }
  const rows = places(view)
    .flatMap((id) => own.filter((row) => row.entity_id === id))
    .map((row) => ({ ...row, name: entityName(site, row.entity_id) }));
  const all = { ...whole, name: scopeName(site, filters) };
  const shown = rows.some((row) => row.entity_id === whole.entity_id) ? rows : [...rows, all];
  const value = (amount: number | null): string => (amount === null ? "" : site.number(amount, 1));
  const interval = (row: RateRow): string =>
    site.word("per_users.interval", { low: value(row.low), high: value(row.high) });
  const names = shown.map(({ name }) => name);
  const longest = Math.max(...names.map((name) => name.length));
  const draw = (width: number): Element =>
    plot({
      width,
      height: 44 + shown.length * 28,
      marginLeft: Math.min(width * 0.4, 16 + longest * 7),
      marginRight: 20,
      marginTop: 8,
      style: { fontSize: "12px" },
      x: { domain: [0, Math.max(...shown.map(({ high }) => high ?? 0))], nice: true, label: null },
      y: { type: "band", domain: names, label: null },
      marks: [
        gridX({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        axisX({ ticks: 5, tickSize: 0, tickFormat: (rate: number) => site.number(rate) }),
        axisY({ tickSize: 0 }),
        ruleX([whole.rate ?? 0], { stroke: "var(--ink)", strokeDasharray: "3 3" }),
        ruleY(shown, {
          x1: "low",
          x2: "high",
          y: "name",
          stroke: "var(--edge)",
          strokeWidth: 4,
        }),
        dot(shown, {
          x: "rate",
          y: "name",
          r: 4.5,
          fill: "var(--accent)",
          title: (row: (typeof shown)[number]) =>
            site.word("per_users.point", {
              place: row.name,
              rate: value(row.rate),
              interval: interval(row),
              n: row.opened,
              users: row.users,
            }),
        }),
      ],
    });
  return html`<section id="demand-rates">
    ${heading}
    ${chart(site, {
      title: site.word("per_users.title", {
        rate: value(whole.rate),
        month: site.month(filters.month),
        interval: interval(whole),
      }),
      subtitle: site.word("per_users.subtitle"),
      draw,
      columns: [
        { label: site.word("column.site"), value: ({ name }) => name },
        { label: site.word("column.demand"), value: ({ opened }) => opened, isNumber: true },
        { label: site.word("column.users"), value: ({ users }) => users, isNumber: true },
        {
          label: site.word("column.per_users"),
          value: ({ rate }) => rate,
          show: ({ rate }) => value(rate),
          isNumber: true,
        },
        {
          label: site.word("column.low"),
          value: ({ low }) => low,
          show: ({ low }) => value(low),
          isNumber: true,
        },
        {
          label: site.word("column.high"),
          value: ({ high }) => high,
          show: ({ high }) => value(high),
          isNumber: true,
        },
      ],
      rows: shown,
    })}
    ${leftOut(view, whole)} ${view.defined("demand_rate")}
  </section>`;
}

/** Tickets per support agent; nothing where no headcount gives three agents or more. */
export function agentSection(view: DemandView): HTMLElement | null {
  const { site, data, filters } = view;
  const own = data.agents.filter((row) => row.month === filters.month);
  const whole = own.find((row) => row.entity_id === (filters.entity || "*"));
  const rows = places(view).flatMap((id) => own.filter((row) => row.entity_id === id));
  if (!whole) return null;
  const all = rows.some((row) => row.entity_id === whole.entity_id) ? rows : [...rows, whole];
  const amount = (value: number | null): string => (value === null ? "" : site.number(value, 1));
  return html`<section id="demand-agents">
    <h2>${site.word("per_agent.heading")}</h2>
    <h3>
      ${site.word("per_agent.title", {
        value: amount(whole.per_agent),
        month: site.month(filters.month),
      })}
    </h3>
    <p>${site.word("per_agent.lede")}</p>
    ${dataTable(site, {
      title: site.word("per_agent.table", { month: site.month(filters.month) }),
      rows: all,
      columns: [
        {
          label: site.word("column.site"),
          value: (row) =>
            row === whole && rows.length !== all.length
              ? scopeName(site, filters)
              : entityName(site, row.entity_id),
        },
        { label: site.word("column.opened"), value: (row) => row.opened, isNumber: true },
        {
          label: site.word("column.agents"),
          value: (row) => row.agents,
          show: (row) => amount(row.agents),
          isNumber: true,
        },
        {
          label: site.word("column.per_agent"),
          value: (row) => row.per_agent,
          show: (row) => amount(row.per_agent),
          isNumber: true,
        },
      ],
    })}
    ${leftOut(view, whole)} ${view.defined("demand_per_agent")}
  </section>`;
}
