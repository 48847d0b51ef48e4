import { html } from "htl";

import { CommitmentView, type SlaData } from "./commitment.js";
import type { Filters } from "./filters.js";
import { showGap, showRate } from "./rates.js";
import type { Site } from "./site.js";
import { clockLists, type ListedClock } from "./sla-lists.js";
import { dataTable } from "./table.js";

/** All commitments at a glance, those furthest from their goal first; each leads to its section. */
function commitmentTable(site: Site, views: CommitmentView[], filters: Filters): HTMLElement {
  const rows = views
    .map((view) => ({ ...view.standing(), commitment: view.commitment }))
    .toSorted((a, b) => a.distance - b.distance);
  const judged = rows.filter(({ isMet: verdict }) => verdict !== null);
  const met = judged.filter(({ isMet: verdict }) => verdict);
  type Row = (typeof rows)[number];
  return html`<section id="commitments">
    <h2>
      ${
        judged.length === 0
          ? site.word("rate.none")
          : site.word("sla.goals_met", {
              n: met.length,
              total: judged.length,
              month: site.month(filters.month),
            })
      }
    </h2>
    ${dataTable(site, {
      title: site.word("sla.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        {
          label: site.word("column.commitment"),
          value: ({ commitment }) => site.text(commitment.name),
          show: ({ commitment }) =>
            html`<a href=${`#commitment-${commitment.id}`}>${site.text(commitment.name)}</a>`,
        },
        {
          label: site.word("column.goal"),
          value: ({ commitment }) => commitment.goal / 100,
          show: ({ commitment }) => site.percent(commitment.goal / 100, 0),
          isNumber: true,
        },
        {
          label: site.word("column.rate"),
          value: ({ value }) => (value.isSmall ? null : value.ratio),
          show: ({ value }) => showRate(site, value),
          isNumber: true,
        },
        {
          label: site.word("column.gap"),
          value: ({ value, commitment }) =>
            value.ratio === null ? "" : showGap(site, value, commitment.goal),
          show: ({ value, commitment, isMet: verdict }: Row) =>
            value.ratio === null
              ? ""
              : html`<span class=${verdict ? "met" : "late"}
                  ><span class="verdict">${showGap(site, value, commitment.goal)}</span></span
                >`,
        },
        {
          label: site.word("column.late"),
          value: ({ value }) => value.total - value.good,
          isNumber: true,
        },
        { label: site.word("column.open_late"), value: ({ late }) => late, isNumber: true },
      ],
    })}
  </section>`;
}

/** The SLA page where there are contracts: a section for each commitment. */
export function commitmentSections(
  site: Site,
  data: SlaData & { clocks: ListedClock[] },
  filters: Filters,
): HTMLElement {
  // Versions of a commitment share its id; the last one is the one in force.
  const inForce = new Map(
    site.context.commitments.map((commitment) => [commitment.id, commitment]),
  );
  const views = [...inForce.values()].map(
    (commitment) => new CommitmentView(site, commitment, data, filters),
  );
  return html`<div>
    ${views.length > 1 ? commitmentTable(site, views, filters) : null}
    ${views.map((view) => view.render())}
    ${data.clocks.length > 0 ? clockLists(site, data.clocks, filters) : null}
  </div>`;
}
