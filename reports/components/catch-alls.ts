import { html } from "htl";

import { definitions } from "./definitions.js";
import { familyName, serviceName } from "./families.js";
import { sum } from "./figures.js";
import type { RecurringData } from "./recurrence-view.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

interface CatchAll {
  title: string;
  service: string;
  categories: number;
  days30: number;
  days90: number;
  days180: number;
}

/** The titles that say too little, in a section of their own; nothing where there are none. */
export function catchAllSection(site: Site, { families, fitness }: RecurringData): HTMLElement {
  const groups = Map.groupBy(
    families.filter(({ is_catch_all, decision }) => is_catch_all && decision !== "reject"),
    (family) => `${family.service}\n${family.key_words || familyName(family)}`,
  );
  const rows = [...groups.values()].map((group): CatchAll => {
    const [biggest = group[0]!] = group.toSorted((a, b) => b.occurrences - a.occurrences);
    return {
      title: biggest.key_words || familyName(biggest),
      service: serviceName(site, biggest),
      categories: new Set(group.map(({ category }) => category)).size,
      days30: sum(group, (row) => row.occurrences_30_days),
      days90: sum(group, (row) => row.occurrences_90_days),
      days180: sum(group, (row) => row.occurrences_180_days),
    };
  });
  const recent = rows.filter(({ days180 }) => days180 >= 2);
  if (recent.length === 0) return html`<span></span>`;
  return html`<section class="catch-alls">
    <h2 id="catch-alls">${site.word("recurring.catch_alls")}</h2>
    <p class="lede">${site.word("recurring.catch_alls_why")}</p>
    ${dataTable(site, {
      title: site.word("recurring.catch_alls_table"),
      rows: recent.toSorted((a, b) => b.days90 - a.days90 || b.days180 - a.days180),
      limit: 8,
      columns: [
        { label: site.word("recurring_column.title"), value: ({ title }) => title },
        { label: site.word("recurring_column.service"), value: ({ service }) => service },
        {
          label: site.word("recurring_column.categories"),
          value: ({ categories }) => categories,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_30"),
          value: ({ days30 }) => days30,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_90"),
          value: ({ days90 }) => days90,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_180"),
          value: ({ days180 }) => days180,
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, fitness, ["catch_alls"])}
  </section>`;
}
