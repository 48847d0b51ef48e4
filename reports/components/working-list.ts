import { html, svg } from "htl";

import { definitions } from "./definitions.js";
import { dayText, familyLink, familyName, serviceName, type Family } from "./families.js";
import { rate, sum } from "./figures.js";
import { scopeName } from "./filters.js";
import { showRate } from "./rates.js";
import { lastDate, type RecurrenceView, type Scoped } from "./recurrence-view.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

/** "4.2% (203 of 4,890)"; "3 of 12" where occurrences are few. */
function shareText(site: Site, part: number, whole: number): string {
  const value = rate(part, Math.max(0, whole - part));
  if (value.isSmall) return showRate(site, value);
  return site.word("recurring.share", { rate: showRate(site, value), good: part, n: whole });
}

/** What the list says, in sentences. */
export function recurringSummary(view: RecurrenceView): HTMLElement {
  const { site, data, filters, list } = view;
  const others = view.recurrent.length - list.length;
  const sentences: string[] = [];
  const [first] = list;
  if (first) {
    const carried = sum(list, ({ occurrences }) => occurrences);
    const share = shareText(
      site,
      carried,
      view.total((row) => row.occurrences_90_days),
    );
    const undecided = list.filter(({ family }) => family.decision === "").length;
    sentences.push(
      site.word("recurring.list", { n: list.length, share }),
      site.word("recurring.biggest", {
        name: familyName(first.family),
        count: site.word("recurring.occurrences", { n: first.occurrences }),
        service: serviceName(site, first.family),
      }),
      undecided === list.length
        ? site.word("recurring.none_decided")
        : undecided > 0
          ? site.word("recurring.undecided", { n: undecided })
          : site.word("recurring.decided"),
    );
  } else sentences.push(site.word("recurring.no_list"));
  if (others > 0) sentences.push(site.word("recurring.others", { n: others }));
  const values = { date: dayText(site, lastDate(data)), scope: scopeName(site, filters) };
  const note = filters.entity
    ? site.word("recurring.window_scope", values)
    : site.word("recurring.window", values);
  return html`<div>
    <p class="summary">${sentences.join(" ")}</p>
    <p class="lede">${note}</p>
  </div>`;
}

/** Occurrences of a family in its last 26 weeks of seven days, oldest first. */
export function weeksOf(family: Family): number[] {
  return Array.from({ length: 26 }, (_, index) => {
    const column = `week_${String(index + 1).padStart(2, "0")}`;
    return Number(family[column as keyof Family]);
  });
}

function weekColumns(site: Site, family: Family): HTMLElement {
  const weeks = weeksOf(family);
  const high = Math.max(1, ...weeks);
  const label = site.word("recurring.weeks_text", {
    n: sum(weeks, (count) => count),
    high: Math.max(...weeks),
    last: weeks.at(-1) ?? 0,
  });
  // The last four weeks are the month that stands beside.
  return html`<svg class="week-columns" viewBox="0 0 104 24" role="img" aria-label=${label}>
    <title>${label}</title>
    ${weeks.map((count, index) => {
      const height = (22 * count) / high;
      return count === 0
        ? null
        : svg`<rect x=${index * 4} y=${23 - height} width="3" height=${height} class=${index >= 22 ? "now" : null}></rect>`;
    })}
    ${svg`<line x1="0" x2="104" y1="23.5" y2="23.5"></line>`}
  </svg>`;
}

/** The families to work on; where none reaches the list, those that are recurrent. */
export function workingListTable(view: RecurrenceView): HTMLElement {
  const { site, data, filters, list } = view;
  const rows = list.length > 0 ? list : view.recurrent;
  if (rows.length === 0) return html`<span></span>`;
  const most = Math.max(1, ...rows.map(({ occurrences }) => occurrences));
  const days90: Column<Scoped> = {
    label: site.word("recurring_column.days_90"),
    value: ({ family }) => family.occurrences_90_days,
    isNumber: true,
  };
  const bar = ({ occurrences }: Scoped): number => occurrences / most;
  const title =
    list.length > 0 ? site.word("recurring.table") : site.word("recurring.recurrent_table");
  const people: Column<Scoped>[] = [
    { label: site.word("recurring_column.owner"), value: ({ family }) => family.owner },
    {
      label: site.word("recurring_column.due"),
      value: ({ family }) => family.due_date,
      isShort: true,
    },
  ];
  const problems: Column<Scoped> = {
    label: site.word("family.problems"),
    value: ({ family }) => family.problems,
    isNumber: true,
  };
  const table = dataTable(site, {
    title,
    rows,
    columns: [
      {
        label: site.word("recurring_column.family"),
        value: ({ family }) => familyName(family),
        show: ({ family }) =>
          html`<a href=${familyLink(family.family_id)}>${familyName(family)}</a>`,
      },
      {
        label: site.word("recurring_column.service"),
        value: ({ family }) => serviceName(site, family),
      },
      ...(filters.entity
        ? [
            {
              label: site.word("recurring_column.in_scope", { scope: scopeName(site, filters) }),
              value: ({ occurrences }: Scoped) => occurrences,
              bar,
              isNumber: true,
            },
          ]
        : []),
      {
        label: site.word("recurring_column.days_30"),
        value: ({ family }) => family.occurrences_30_days,
        isNumber: true,
      },
      filters.entity ? days90 : { ...days90, bar },
      {
        label: site.word("recurring_column.days_180"),
        value: ({ family }) => family.occurrences_180_days,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.weeks"),
        value: ({ family }) => weeksOf(family).join(" "),
        show: ({ family }) => weekColumns(site, family),
        isShort: true,
      },
      {
        label: site.word("recurring_column.sites"),
        value: ({ family }) => family.sites,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.assets"),
        value: ({ family }) => family.assets,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.user_hours"),
        value: ({ family }) => family.user_hours_90_days,
        show: ({ family }) =>
          family.user_hours_90_days === null ? "" : site.number(family.user_hours_90_days),
        isNumber: true,
      },
      ...(rows.some((row) => row.family.problems > 0) ? [problems] : []),
      {
        label: site.word("recurring_column.decision"),
        value: ({ family }) => family.decision && site.wordOf("family_decision", family.decision),
      },
      ...(rows.some(({ family }) => family.owner || family.due_date) ? people : []),
    ],
  });
  table.classList.add("working-list");
  return html`<div>
    ${table}
    ${definitions(site, data.fitness, ["working_list", "occurrences", "families", "user_hours"])}
  </div>`;
}

/** How people's decisions come into the data. */
export function decisionNote(site: Site): HTMLElement {
  const commands: Record<string, string> = {
    export: "npx vigie families --export",
    read: "npx vigie families --read",
  };
  const parts = site
    .word("recurring.decisions", { export: "\u0001export\u0001", read: "\u0001read\u0001" })
    .split("\u0001");
  return html`<p class="lede">
    ${parts.map((part) => (commands[part] ? html`<code>${commands[part]}</code>` : part))}
  </p>`;
}
