import { html } from "htl";

import { groupBy, rate, sum } from "./figures.js";
import type { FlowView } from "./flow-view.js";
import { rateChart } from "./rate-chart.js";
import { rateChange, showRate } from "./rates.js";
import { dataTable } from "./table.js";

const moves = ["reassigned_0", "reassigned_1", "reassigned_2", "reassigned_3_more"] as const;

/** Resolutions by the times their tickets changed groups; nothing where groups are not known. */
function reassignments(view: FlowView): HTMLElement | null {
  const { site, filters } = view;
  const count = (move: (typeof moves)[number] | "unknown", month: string): number =>
    move === "unknown"
      ? view.handled(month, (row) => row.resolved - sum(moves, (each) => row[each]))
      : view.handled(month, (row) => row[move]);
  const rows = [...moves, "unknown" as const]
    .map((move) => ({ move, tickets: count(move, filters.month) }))
    .filter(({ move, tickets }) => move !== "unknown" || tickets > 0);
  const known = sum(rows, ({ move, tickets }) => (move === "unknown" ? 0 : tickets));
  if (known === 0) return null;
  const total = sum(rows, ({ tickets }) => tickets);
  return html`<div id="reassignments">
    <h3>${site.word("handling.title", { n: known - (rows[0]?.tickets ?? 0), total: known })}</h3>
    ${dataTable(site, {
      title: site.word("handling.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        { label: site.word("column.reassigned"), value: ({ move }) => site.wordOf("moves", move) },
        {
          label: site.word("column.resolved"),
          value: ({ tickets }) => tickets,
          bar: ({ tickets }) => tickets / total,
          isNumber: true,
        },
        ...view.countsBefore<(typeof rows)[number]>(({ move }, month) => count(move, month)),
      ],
    })}
  </div>`;
}

/** Resolutions by the level that made them, and how many rose; nothing where no level is known. */
function levels(view: FlowView): HTMLElement | null {
  const { site, data, filters } = view;
  const own = data.handling.filter((row) => row.month === filters.month);
  const known = own.filter((row) => row.support_level !== "");
  if (known.length === 0) return null;
  const total = sum(own, ({ resolved }) => resolved);
  const escalation = (month: string) => {
    const rows = data.handling.filter((row) => row.month === month && row.support_level !== "");
    const escalated = sum(rows, (row) => row.escalated);
    return rate(escalated, sum(rows, (row) => row.resolved) - escalated);
  };
  const now = escalation(filters.month);
  const rows = [...groupBy(own, (row) => row.support_level)]
    .map(([level, each]) => ({
      level,
      resolved: sum(each, (row) => row.resolved),
      escalated: sum(each, (row) => row.escalated),
    }))
    .toSorted((a, b) => (a.level || "~").localeCompare(b.level || "~"));
  const changes = view
    .compared()
    .flatMap(({ month, name }) => rateChange(site, now, escalation(month), name));
  return html`<div id="levels">
    <h3>${site.word("levels.title", { n: now.good, total: now.total })}</h3>
    <p>
      ${[site.word("levels.rate", { rate: showRate(site, now) }), ...changes].join(site.word("levels.comma"))}.
    </p>
    ${dataTable(site, {
      title: site.word("levels.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        {
          label: site.word("column.level"),
          value: ({ level }) =>
            level ? site.word("levels.level", { level }) : site.word("levels.none"),
        },
        {
          label: site.word("column.resolved"),
          value: ({ resolved }) => resolved,
          bar: ({ resolved }) => resolved / total,
          isNumber: true,
        },
        {
          label: site.word("column.escalated"),
          value: ({ level, escalated }) => (level ? escalated : null),
          isNumber: true,
        },
      ],
    })}
  </div>`;
}

/** First-contact resolution by month; nothing where no ticket is eligible. */
function firstContact(view: FlowView): HTMLElement | null {
  const { site } = view;
  const months = view.followed((month) => {
    const good = view.handled(month, (row) => row.first_contact);
    return rate(good, view.handled(month, (row) => row.first_contact_eligible) - good);
  });
  if (!months.some(({ value }) => value.total > 0)) return null;
  return rateChart(site, {
    title: view.followedTitle(months, (values) => site.word("contact.title", values)),
    subtitle: site.word("contact.subtitle"),
    months,
    label: site.word("column.first_contact"),
  });
}

/** The hands that tickets went through before they were resolved. */
export function handlingSection(view: FlowView): HTMLElement | null {
  const parts = [
    { metric: "reassignments", part: reassignments(view) },
    { metric: "escalations", part: levels(view) },
    { metric: "first_contact", part: firstContact(view) },
  ].filter(({ part }) => part !== null);
  if (parts.length === 0) return null;
  return html`<section id="handling">
    <h2>${view.site.word("handling.heading")}</h2>
    <div class="side-by-side">
      ${parts.filter(({ metric }) => metric !== "first_contact").map(({ part }) => part)}
    </div>
    ${parts.find(({ metric }) => metric === "first_contact")?.part}
    ${view.defined(...parts.map(({ metric }) => metric))}
  </section>`;
}
