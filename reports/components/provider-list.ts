import { html } from "htl";

import { breachFile, type Breach } from "./breach-file.js";
import { fileName } from "./csv.js";
import { saveFile } from "./download.js";
import { groupBy } from "./figures.js";
import { entityName, providerName, siteTest, type Filters } from "./filters.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

function listOf(site: Site, provider: string, rows: Breach[], month: string): HTMLElement {
  const title = site.word("providers.list_table", {
    provider: providerName(site, provider),
    month: site.month(month),
  });
  const save = (): void =>
    saveFile(
      fileName(`${provider} ${month}`, "csv"),
      new Blob([breachFile(rows)], { type: "text/csv;charset=utf-8" }),
    );
  return html`<div>
    ${dataTable(site, {
      title,
      rows,
      limit: 10,
      columns: [
        {
          label: site.word("providers.ticket"),
          value: ({ number, ticket }) => number || ticket,
          isShort: true,
        },
        { label: site.word("column.site"), value: (row) => entityName(site, row.site) },
        { label: site.word("column.priority"), value: ({ priority }) => priority, isShort: true },
        {
          label: site.word("providers.breached_at"),
          value: (row) => row.breach_local,
          show: (row) => site.instant(row.breach_local),
          isShort: true,
        },
        {
          label: site.word("column.target"),
          value: (row) => row.target_seconds,
          show: (row) => site.duration(row.target_seconds ?? 0, "business"),
          isNumber: true,
        },
        {
          label: site.word("providers.over"),
          value: (row) => (row.elapsed_business_seconds ?? 0) - (row.target_seconds ?? 0),
          show: (row) =>
            site.duration(
              (row.elapsed_business_seconds ?? 0) - (row.target_seconds ?? 0),
              "business",
            ),
          isNumber: true,
        },
        { label: site.word("providers.reason"), value: ({ reason }) => reason },
      ],
    })}
    <p>
      <button type="button" class="send" onclick=${save}>
        ${site.word("providers.list_file")}
      </button>
    </p>
  </div>`;
}

/** What each provider is asked to justify; how many, where the audience may not see tickets. */
export function providerList(
  site: Site,
  data: { breaches: Breach[]; late: number },
  filters: Filters,
): HTMLElement | null {
  if (data.late === 0) return null;
  const isSeen = siteTest(site, filters);
  const rows = data.breaches.filter((row) => row.month === filters.month && isSeen(row.site));
  const said = { n: data.late, month: site.month(filters.month), key: filters.month };
  const body =
    rows.length > 0
      ? html`<div>
          <h3>${site.word("providers.list_title", { ...said, n: rows.length })}</h3>
          <p>${site.word("providers.list_lede")}</p>
          ${[...groupBy(rows, ({ provider }) => provider)].map(([provider, own]) =>
            listOf(
              site,
              provider,
              own.toSorted((a, b) => (a.breach_at < b.breach_at ? -1 : 1)),
              filters.month,
            ),
          )}
        </div>`
      : html`<p>
          ${data.breaches.length > 0 ? site.word("providers.list_old", said) : site.word("providers.list_hidden", said)}
        </p>`;
  return html`<section id="provider-list">
    <h2>${site.word("providers.list_heading")}</h2>
    ${body}
  </section>`;
}
