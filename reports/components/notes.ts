import { html } from "htl";

import { pageLink, scopeName, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

/**
 * What every page says first: period, completeness, filters, zone, and how far each source's data reaches.
 *
 * @param period of pages that are not by month. Default: the filter's month
 */
export function periodNotes(
  site: Site,
  data: {
    months: MartRow<"mart_months">[];
    sources: MartRow<"mart_sources">[];
    fitness: MartRow<"mart_fitness">[];
  },
  filters: Filters,
  period?: string,
): HTMLElement {
  const month = data.months.find((row) => row.month === filters.month);
  const values = { complete: month?.sources_complete ?? 0, n: month?.sources_total ?? 0 };
  const state = month?.is_complete
    ? site.word("notes.complete", values)
    : site.word("notes.incomplete", values);
  // A source of headcounts has no tickets, and no instant of its own.
  const reach = data.sources
    .filter(({ tickets }) => tickets > 0)
    .map(
      ({ source_id, data_through_local }) =>
        html`<li>
          ${source_id}${site.word("notes.colon")}<span class="instant"
            >${site.instant(data_through_local)}</span
          >
        </li>`,
    );
  const withheld = new Set(
    data.fitness
      .filter((row) => row.is_withheld && !row.reason.startsWith("no_"))
      .map((row) => row.metric_id),
  );
  const notes = html`<dl class="notes">
    <div>
      <dt>${site.word("notes.period")}</dt>
      <dd>
        ${period ? html`<strong>${period}</strong>` : month ? html`<strong>${site.month(month.month)}</strong> (${state})` : site.word("rate.none")}
      </dd>
    </div>
    <div>
      <dt>${site.word("notes.filters")}</dt>
      <dd>
        ${scopeName(site, filters)}${filters.type ? `, ${site.wordOf("type", filters.type)}` : ""}
      </dd>
    </div>
    <div>
      <dt>${site.word("notes.zone")}</dt>
      <dd>${site.context.reportingZone}</dd>
    </div>
    <div>
      <dt>${site.word("notes.data_through")}</dt>
      <dd>
        ${
          reach.length <= 3
            ? html`<ul>
                ${reach}
              </ul>`
            : html`<details>
                <summary>${site.word("notes.sources", { n: reach.length })}</summary>
                <ul>
                  ${reach}
                </ul>
              </details>`
        }
      </dd>
    </div>
    ${
      withheld.size > 0
        ? html`<div>
            <dt>${site.word("notes.fitness")}</dt>
            <dd>
              <a href=${pageLink("data", "withheld")}
                >${site.word("notes.withheld", { n: withheld.size })}</a
              >
            </dd>
          </div>`
        : null
    }
  </dl>`;
  return html`<div>${assumptionBanner(site)} ${notes}</div>`;
}

/** What was taken for granted and nobody has confirmed: a few in full, more of them folded. */
function assumptionBanner(site: Site): HTMLElement | null {
  const { assumptions } = site.context;
  if (assumptions.length === 0) return null;
  const title = site.word("notes.unconfirmed", { n: assumptions.length });
  const list = html`<ul>
    ${assumptions.map(({ text }) => html`<li>${site.text(text)}</li>`)}
  </ul>`;
  return html`<aside class="warnings assumptions" role="note">
    ${
      assumptions.length <= 2
        ? html`<strong>${title}</strong>${list}`
        : html`<details>
            <summary>${title}</summary>
            ${list}
          </details>`
    }
  </aside>`;
}
