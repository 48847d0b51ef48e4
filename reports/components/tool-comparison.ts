import { html } from "htl";

import { definitions } from "./definitions.js";
import { groupBy, rate, sum } from "./figures.js";
import { entityName, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rowsOf, showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface ComparisonData {
  comparison: MartRow<"mart_tool_comparison_monthly">[];
  disagreements: MartRow<"mart_tool_disagreements">[];
  fitness: MartRow<"mart_fitness">[];
}

const kinds = ["verdict", "due", "pauses"];

/** The tool's own verdict, due dates and pauses beside ours: how often they agree, and why they do not. */
export function toolComparison(
  site: Site,
  data: ComparisonData,
  filters: Filters,
): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const rows = rowsOf(data.comparison, filters.month, isSeen).filter(
    ({ outcome }) => outcome !== "not_judged",
  );
  if (rows.length === 0) return null;
  const month = site.month(filters.month);
  const sides = kinds
    .map((kind) => {
      const own = rows.filter((row) => row.kind === kind);
      const agreeing = sum(
        own.filter(({ outcome }) => outcome === "agrees"),
        ({ tickets }) => tickets,
      );
      return { kind, value: rate(agreeing, sum(own, ({ tickets }) => tickets) - agreeing) };
    })
    .filter(({ value }) => value.total > 0);
  const reasons = [
    ...groupBy(
      rows.filter(({ outcome }) => outcome !== "agrees"),
      ({ kind, outcome, reason }) => `${kind} ${outcome} ${reason}`,
    ).values(),
  ]
    .map((found) => ({ ...found[0]!, tickets: sum(found, ({ tickets }) => tickets) }))
    .toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.tickets - a.tickets);
  const listed = data.disagreements
    .filter((row) => row.month === filters.month && isSeen(row.site_id))
    .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.ticket.localeCompare(b.ticket));
  const [first] = sides;
  return html`<section id="tool">
    <h2>
      ${site.word("comparison.title", {
        kind: site.wordOf("compared", first?.kind ?? ""),
        rate: first ? showRate(site, first.value) : "",
      })}
    </h2>
    <p class="lede">${site.word("comparison.lede")}</p>
    <div class="side-by-side">
      ${dataTable(site, {
        title: site.word("comparison.table", { month }),
        rows: sides,
        columns: [
          {
            label: site.word("column.compared"),
            value: ({ kind }) => site.wordOf("compared", kind),
          },
          { label: site.word("column.agrees"), value: ({ value }) => value.good, isNumber: true },
          {
            label: site.word("column.differs"),
            value: ({ value }) => value.total - value.good,
            isNumber: true,
          },
          {
            label: site.word("column.rate"),
            value: ({ value }) => (value.isSmall ? null : value.ratio),
            show: ({ value }) => showRate(site, value),
            isNumber: true,
          },
        ],
      })}
      ${
        reasons.length > 0
          ? dataTable(site, {
              title: site.word("comparison.reasons", { month }),
              rows: reasons,
              columns: [
                {
                  label: site.word("column.compared"),
                  value: ({ kind }) => site.wordOf("compared", kind),
                },
                {
                  label: site.word("column.outcome"),
                  value: ({ outcome }) => site.wordOf("tool_outcome", outcome),
                },
                {
                  label: site.word("column.likely"),
                  value: ({ reason }) => site.wordOf("tool_reason", reason),
                },
                {
                  label: site.word("column.tickets"),
                  value: ({ tickets }) => tickets,
                  isNumber: true,
                },
              ],
            })
          : null
      }
    </div>
    ${
      listed.length > 0
        ? dataTable(site, {
            title: site.word("comparison.list", { month }),
            rows: listed,
            limit: 10,
            columns: [
              { label: site.word("column.ticket"), value: ({ ticket }) => ticket, isShort: true },
              {
                label: site.word("column.site"),
                value: ({ site_id }) => entityName(site, site_id),
              },
              {
                label: site.word("column.priority"),
                value: ({ priority }) => priority,
                isShort: true,
              },
              {
                label: site.word("column.compared"),
                value: ({ kind }) => site.wordOf("compared", kind),
              },
              {
                label: site.word("column.ours"),
                value: ({ kind, ours }) =>
                  kind === "verdict" ? site.wordOf("verdict", ours) : ours,
              },
              {
                label: site.word("column.tools"),
                value: ({ kind, tools }) =>
                  kind === "verdict" ? site.wordOf("verdict", tools) : tools,
              },
              {
                label: site.word("column.likely"),
                value: ({ reason }) => site.wordOf("tool_reason", reason),
              },
            ],
          })
        : null
    }
    ${definitions(site, data.fitness, ["tool_agreement"])}
  </section>`;
}
