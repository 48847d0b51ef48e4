import { html } from "htl";

import { groupBy, sum } from "./figures.js";
import type { MartRow } from "./marts.js";
import type { Metric, Site } from "./site.js";
import { dataTable } from "./table.js";

export interface EvidenceData {
  warnings: MartRow<"mart_warnings">[];
  sources: MartRow<"mart_sources">[];
  imports: MartRow<"mart_imports">[];
  quarantine: MartRow<"mart_quarantine">[];
  unmapped: MartRow<"mart_unmapped">[];
  notes: MartRow<"mart_data_notes">[];
  fitness: MartRow<"mart_fitness">[];
}

/** What the tool of a source cannot tell, in words. */
export function cannotTell(site: Site, source: MartRow<"mart_sources">): string {
  const missing = [
    source.history === "none" ? site.word("cannot.history") : "",
    source.tells_pauses ? "" : site.word("cannot.pauses"),
    source.tells_actors ? "" : site.word("cannot.actors"),
    source.tells_reopenings ? "" : site.word("cannot.reopenings"),
  ].filter(Boolean);
  return missing.length > 0 ? missing.join(", ") : site.word("cannot.nothing");
}

/** What makes an export doubtful as a whole; nothing where nothing does. */
export function warningList(site: Site, { warnings }: EvidenceData): HTMLElement {
  if (warnings.length === 0) return html`<span></span>`;
  return html`<aside class="warnings" id="warnings" role="note">
    <strong>${site.word("warning.title", { n: warnings.length })}</strong>
    <ul>
      ${warnings.map(
        ({ source_id, kind, value, records, of_records }) =>
          html`<li>
            ${site.wordOf("warning", kind, { source: source_id, value, records, of_records })}
          </li>`,
      )}
    </ul>
  </aside>`;
}

/** Each source: how far it reaches, its records, and what it cannot tell. */
export function sourceTable(site: Site, { sources }: EvidenceData): HTMLElement {
  return dataTable(site, {
    title: site.word("sources.table"),
    rows: sources,
    columns: [
      {
        label: site.word("column.source"),
        value: (row) => row.source_id,
        show: (row) => html`${row.source_id}<br /><small>${row.tool}</small>`,
        isShort: true,
      },
      {
        label: site.word("column.data_through"),
        isShort: true,
        value: (row) => row.data_through_local,
        show: (row) =>
          html`${site.instant(row.data_through_local)}<br /><small
              >${site.wordOf("basis", row.data_through_basis)}</small
            >`,
      },
      { label: site.word("column.tickets"), value: (row) => row.tickets, isNumber: true },
      { label: site.word("column.records"), value: (row) => row.records, isNumber: true },
      { label: site.word("column.accepted"), value: (row) => row.accepted, isNumber: true },
      { label: site.word("column.quarantined"), value: (row) => row.quarantined, isNumber: true },
      {
        label: site.word("column.disagreements"),
        value: (row) => row.disagreements,
        isNumber: true,
      },
      {
        label: site.word("column.cannot"),
        value: (row) => cannotTell(site, row),
        show: (row) =>
          html`${cannotTell(site, row)}<br /><small
              >${site.word("sources.history", { history: site.wordOf("history", row.history) })}</small
            >`,
      },
    ],
  });
}

/** A path that may break after its slashes. */
function breakable(path: string): HTMLElement {
  return html`<span>${path.split(/(?<=[/])/).map((part) => html`${part}<wbr />`)}</span>`;
}

/** The files that were read, newest first. */
export function importTable(site: Site, { imports }: EvidenceData): HTMLElement {
  return dataTable(site, {
    title: site.word("imports.table"),
    rows: imports.toSorted((a, b) => b.received_local.localeCompare(a.received_local)),
    columns: [
      {
        label: site.word("column.received"),
        value: (row) => row.received_local,
        show: (row) => site.instant(row.received_local),
        isShort: true,
      },
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      {
        label: site.word("column.file"),
        value: (row) => row.file,
        show: (row) =>
          html`${row.file.slice(row.file.lastIndexOf("/") + 1)}<br /><small
              >${breakable(row.file.slice(0, row.file.lastIndexOf("/") + 1))}</small
            ><br /><small>${row.mapping}</small>`,
      },
      { label: site.word("column.kind"), value: (row) => site.wordOf("record", row.record_kind) },
      { label: site.word("column.records"), value: (row) => row.records, isNumber: true },
      { label: site.word("column.accepted"), value: (row) => row.accepted, isNumber: true },
      { label: site.word("column.unchanged"), value: (row) => row.unchanged, isNumber: true },
      { label: site.word("column.quarantined"), value: (row) => row.quarantined, isNumber: true },
      {
        label: "SHA-256",
        value: (row) => row.sha256,
        show: (row) => html`<code title=${row.sha256}>${row.sha256.slice(0, 10)}…</code>`,
      },
    ],
  });
}

/** Records set aside, by file, column and reason. */
export function quarantineTable(site: Site, { quarantine, sources }: EvidenceData): HTMLElement {
  if (quarantine.length === 0) return html`<p>${site.word("quarantine.none")}</p>`;
  return dataTable(site, {
    title: site.word("quarantine.table", { n: sum(sources, ({ quarantined }) => quarantined) }),
    rows: quarantine.toSorted((a, b) => b.records - a.records),
    columns: [
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      {
        label: site.word("column.file"),
        value: (row) => row.file,
        show: (row) => breakable(row.file),
      },
      { label: site.word("column.column"), value: (row) => row.column_name },
      { label: site.word("column.reason"), value: (row) => site.wordOf("reason", row.reason) },
      { label: site.word("column.records"), value: (row) => row.records, isNumber: true },
      { label: site.word("column.first_line"), value: (row) => row.first_line, isNumber: true },
    ],
  });
}

/** Values for which the mapping has no home. */
export function unmappedTable(site: Site, { unmapped }: EvidenceData): HTMLElement {
  if (unmapped.length === 0) return html`<p>${site.word("unmapped.none")}</p>`;
  return dataTable(site, {
    title: site.word("unmapped.table"),
    rows: unmapped.toSorted((a, b) => b.records - a.records),
    columns: [
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      { label: site.word("column.field"), value: (row) => row.field },
      { label: site.word("column.value"), value: (row) => row.value },
      { label: site.word("column.records"), value: (row) => row.records, isNumber: true },
    ],
  });
}

/** What was read with a caveat, or is in no figure. */
export function noteTable(site: Site, { notes }: EvidenceData): HTMLElement {
  if (notes.length === 0) return html`<p>${site.word("data_notes.none")}</p>`;
  return dataTable(site, {
    title: site.word("data_notes.table"),
    rows: notes.toSorted((a, b) => b.records - a.records),
    columns: [
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      { label: site.word("column.note"), value: (row) => site.wordOf("data_note", row.kind) },
      { label: site.word("column.field"), value: (row) => row.field },
      { label: site.word("column.records"), value: (row) => row.records, isNumber: true },
    ],
  });
}

function metricName(site: Site, id: string): string {
  return site.text(site.metrics.find((metric) => metric.id === id)?.name) || id;
}

function withheldReason(site: Site, { reason, field }: MartRow<"mart_fitness">): string {
  return site.wordOf("withheld_reason", reason, { field });
}

/** Figures that are not said, with the reason. */
export function withheldTable(site: Site, { fitness }: EvidenceData): HTMLElement {
  const rows = fitness.filter((row) => row.is_withheld);
  if (rows.length === 0) return html`<p>${site.word("withheld.none")}</p>`;
  return dataTable(site, {
    title: site.word("withheld.table"),
    rows,
    columns: [
      { label: site.word("column.metric"), value: (row) => metricName(site, row.metric_id) },
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      { label: site.word("column.reason"), value: (row) => withheldReason(site, row) },
    ],
  });
}

/** Usable records beside all records, for each figure and source. */
export function fitnessTable(site: Site, { fitness }: EvidenceData): HTMLElement {
  const share = (row: MartRow<"mart_fitness">): number =>
    row.total === 0 ? 0 : row.usable / row.total;
  return dataTable(site, {
    title: site.word("fitness.table"),
    rows: fitness
      .filter(({ reason }) => !reason.startsWith("no_"))
      .toSorted((a, b) => share(a) - share(b)),
    columns: [
      { label: site.word("column.metric"), value: (row) => metricName(site, row.metric_id) },
      { label: site.word("column.source"), value: (row) => row.source_id, isShort: true },
      { label: site.word("column.usable"), value: (row) => row.usable, isNumber: true },
      { label: site.word("column.of_records"), value: (row) => row.total, isNumber: true },
      {
        label: site.word("column.share"),
        value: (row) => (row.total === 0 ? null : share(row)),
        show: (row) => (row.total === 0 ? site.word("rate.none") : site.percent(share(row))),
        bar: share,
        isNumber: true,
      },
      {
        label: site.word("column.threshold"),
        value: (row) => row.threshold,
        show: (row) => (row.threshold === null ? "" : site.percent(row.threshold, 0)),
        isNumber: true,
      },
    ],
  });
}

/** The metric dictionary; tiles lead to its entries. */
export function dictionary(site: Site, { fitness }: EvidenceData): HTMLElement {
  const byMetric = groupBy(fitness, (row) => row.metric_id);
  const entry = (metric: Metric): HTMLElement => {
    const rows = byMetric.get(metric.id) ?? [];
    const values = { usable: sum(rows, (row) => row.usable), n: sum(rows, (row) => row.total) };
    const [first] = rows;
    const isWithheld = first !== undefined && rows.every((row) => row.is_withheld);
    const fitnessText = isWithheld
      ? site.word("dictionary.withheld", { reason: withheldReason(site, first) })
      : site.word("dictionary.usable", values);
    return html`<section class="metric" id=${`metric-${metric.id}`} tabindex="-1">
      <h3>${site.text(metric.name)}</h3>
      <p>${site.text(metric.definition)}</p>
      ${metric.ruling ? html`<p><em>${site.word("dictionary.ruling")}</em> ${site.text(metric.ruling)}</p>` : null}
      <dl>
        <div>
          <dt>${site.word("dictionary.formula")}</dt>
          <dd><code>${metric.formula}</code></dd>
        </div>
        <div>
          <dt>${site.word("dictionary.needs")}</dt>
          <dd>${metric.needs.join(", ")}</dd>
        </div>
        <div>
          <dt>${site.word("dictionary.rule")}</dt>
          <dd>${metric.rule}</dd>
        </div>
        ${
          first
            ? html`<div>
                <dt>${site.word("dictionary.fitness")}</dt>
                <dd>${fitnessText}</dd>
              </div>`
            : null
        }
      </dl>
    </section>`;
  };
  return html`<div class="dictionary">${site.metrics.map(entry)}</div>`;
}

/** What was assumed and nobody has confirmed yet, and whose data this is. */
export function assumptionList(site: Site): HTMLElement {
  const { assumptions, attribution } = site.context;
  return html`<div>
    ${
      assumptions.length > 0
        ? html`<ul>
            ${assumptions.map(({ text }) => html`<li>${site.text(text)}</li>`)}
          </ul>`
        : html`<p>${site.word("assumptions.none")}</p>`
    }
    ${attribution.map((text) => html`<p>${text}</p>`)}
  </div>`;
}

/** Goes to the entry in the address, which the browser could not: scripts write it after loading. */
export function goToAnchor(frames = 120): void {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id) return;
  requestAnimationFrame(() => {
    const entry = document.getElementById(id);
    // One frame more, so that what stands above it is there too.
    if (entry) requestAnimationFrame(() => entry.scrollIntoView());
    else if (frames > 0) goToAnchor(frames - 1);
  });
}
