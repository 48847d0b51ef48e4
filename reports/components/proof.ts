import { html } from "htl";

import { entityName, filterBar, pageLink, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { holder, type ListedClock } from "./sla-lists.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface ProofData {
  months: MartRow<"mart_months">[];
  clocks: ListedClock[];
  timeline: MartRow<"mart_sla_timeline">[];
}

export interface ProofChoice {
  clock: ListedClock | undefined;
  filters: Filters;
  /** A key in the address that no clock of the list has. */
  unknown: string;
}

const commitmentName = (site: Site, { commitment_id }: ListedClock): string =>
  site.text(site.context.commitments.findLast(({ id }) => id === commitment_id)?.name);

function writeClock(key: number): void {
  const query = new URLSearchParams(location.search);
  query.set("clock", String(key));
  history.replaceState(null, "", `?${query}${location.hash}`);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "a[hreflang][data-keeps-filters]",
  ))
    link.search = `?${query}`;
}

/** Chooses a clock by the address, or by its ticket's number; a form control whose `value` is the choice. */
export function proofPicker(site: Site, data: ProofData): HTMLElement & { value: ProofChoice } {
  const wanted = new URLSearchParams(location.search).get("clock") ?? "";
  const { value: filters } = filterBar(site, data.months);
  const stints = (row: ListedClock): string =>
    row.cycle === 1 && row.stint === 1
      ? ""
      : ` · ${site.word("proof.turn", { cycle: row.cycle, stint: row.stint })}`;
  const nameOf = (row: ListedClock): string =>
    `${row.ticket} · ${commitmentName(site, row)}${stints(row)}`;
  const listed = data.clocks.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const byName = new Map(listed.map((row) => [nameOf(row), row]));
  const found = data.clocks.find(({ clock_key }) => String(clock_key) === wanted);
  const clock = found ?? listed.find(({ verdict }) => verdict === "breached") ?? listed[0];
  const input = html`<input
    id="clock-choice"
    type="search"
    list="clock-list"
    autocomplete="off"
    value=${clock ? nameOf(clock) : ""}
  />` as HTMLInputElement;
  const form = Object.assign(
    html`<form
      class="filters family-picker"
      aria-label=${site.word("proof.pick")}
      onsubmit=${(event: Event) => event.preventDefault()}
    >
      <div>
        <label for="clock-choice">${site.word("proof.pick")}</label>
        ${input}
        <datalist id="clock-list">
          ${[...byName.keys()].map((name) => html`<option value=${name}></option>`)}
        </datalist>
      </div>
      <a href=${pageLink("sla")}>${site.word("proof.back")}</a>
    </form>`,
    { value: { clock, filters, unknown: found ? "" : wanted } },
  );
  if (clock) writeClock(clock.clock_key);
  const choose = (event: Event): void => {
    event.stopPropagation();
    const chosen =
      byName.get(input.value) ?? listed.find(({ ticket }) => ticket === input.value.trim());
    if (!chosen || chosen === form.value.clock) return;
    form.value = { clock: chosen, filters, unknown: "" };
    writeClock(chosen.clock_key);
    form.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  };
  input.addEventListener("input", choose);
  input.addEventListener("change", choose);
  input.addEventListener("focus", () => input.select());
  return form;
}

/** What a clock comes to: its verdict in a sentence, and every fact that it rests on. */
export function proofHead(site: Site, { clock, unknown }: ProofChoice): HTMLElement {
  if (!clock) return html`<p>${site.word("proof.none")}</p>`;
  const seconds = (value: number | null): string =>
    value === null
      ? site.word("proof.no_target")
      : site.word("proof.seconds", { time: site.duration(value, "business"), n: value });
  const instant = (local: string): string => local || site.word("proof.not_yet");
  const facts: [string, string][] = [
    [site.word("proof.verdict"), site.wordOf("verdict", clock.verdict)],
    [site.word("proof.clock"), site.wordOf("clock", clock.clock)],
    [site.word("column.site"), entityName(site, clock.site_id)],
    [site.word("column.priority"), clock.priority],
    [site.word("column.group"), holder(site, clock)],
    [site.word("column.started"), clock.started_local],
    [site.word("column.stopped"), instant(clock.stopped_local)],
    [
      site.word("proof.stop_basis"),
      clock.stop_basis === "" ? "" : site.wordOf("stop_basis", clock.stop_basis),
    ],
    [site.word("column.due"), instant(clock.due_local)],
    [site.word("column.breached"), instant(clock.breach_local)],
    [site.word("proof.elapsed"), seconds(clock.elapsed_business_seconds)],
    [site.word("proof.gross"), seconds(clock.gross_business_seconds)],
    [site.word("column.target"), seconds(clock.target_seconds)],
    [site.word("proof.tolerance"), clock.tolerance_seconds ? seconds(clock.tolerance_seconds) : ""],
    [
      site.word("column.stage"),
      clock.lost_stage === "" ? "" : site.wordOf("stage", clock.lost_stage),
    ],
    [site.word("proof.policy"), site.wordOf("policy", clock.priority_policy)],
    [site.word("proof.reading"), site.wordOf("reopening", clock.reopening_reading)],
    [site.word("proof.version"), clock.commitment_version],
    [site.word("column.neutralised"), clock.neutralised_reason],
  ];
  return html`<section id="proof" class=${clock.verdict === "breached" ? "late" : null}>
    ${unknown ? html`<p class="notice">${site.word("proof.unknown", { clock: unknown })}</p>` : null}
    <h2>${clock.ticket}${site.word("notes.colon")}${commitmentName(site, clock)}</h2>
    <p class="lede">${site.word("proof.zone", { zone: site.context.reportingZone })}</p>
    <dl class="notes">
      ${facts
        .filter(([, value]) => value !== "")
        .map(
          ([label, value]) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
    </dl>
    ${clock.is_immediate ? html`<p>${site.word("proof.immediate")}</p>` : null}
    ${clock.is_pause_estimated ? html`<p>${site.word("proof.estimated")}</p>` : null}
  </section>`;
}

/** Every interval of a clock: what held, whether the clock ran, and the running total. */
export function proofTable(
  site: Site,
  { timeline }: ProofData,
  { clock }: ProofChoice,
): HTMLElement {
  if (!clock) return html`<span></span>`;
  const pieces = timeline
    .filter(({ clock_key }) => clock_key === clock.clock_key)
    .toSorted((a, b) => a.piece - b.piece);
  const zones = [...new Set(pieces.map(({ zone }) => zone))];
  const short = (local: string): string => local.replace(" ", "\u00a0");
  return html`<section id="timeline">
    <h2>${site.word("proof.timeline")}</h2>
    <p class="lede">${site.word("proof.local", { zone: zones.join(", ") })}</p>
    ${dataTable(site, {
      title: site.word("proof.table", { ticket: clock.ticket }),
      rows: pieces,
      limit: 40,
      columns: [
        {
          label: site.word("column.from"),
          value: ({ from_local }) => from_local,
          show: ({ from_local }) => short(from_local),
          isShort: true,
        },
        {
          label: site.word("column.to"),
          value: ({ to_local }) => to_local,
          show: ({ to_local }) => short(to_local),
          isShort: true,
        },
        {
          label: site.word("proof.state"),
          value: ({ status, hold_reason }) =>
            [site.wordOf("status", status), hold_reason && site.wordOf("hold_reason", hold_reason)]
              .filter(Boolean)
              .join(site.word("levels.comma")),
        },
        {
          label: site.word("column.group"),
          value: (row) => holder(site, row),
        },
        { label: site.word("column.priority"), value: ({ priority }) => priority, isShort: true },
        { label: site.word("proof.calendar"), value: ({ calendar_id }) => calendar_id },
        {
          label: site.word("proof.segments"),
          value: ({ segments_met }) => segments_met,
          isNumber: true,
        },
        { label: site.word("proof.rule"), value: ({ rule }) => site.wordOf("rule", rule) },
        {
          label: site.word("proof.business_seconds"),
          value: ({ business_seconds }) => business_seconds,
          isNumber: true,
        },
        {
          label: site.word("proof.total"),
          value: ({ running_total_seconds }) => running_total_seconds,
          isNumber: true,
        },
        {
          label: site.word("proof.in_force"),
          value: ({ target_seconds }) => target_seconds,
          isNumber: true,
        },
      ],
    })}
    <p>${site.word("proof.how")}</p>
  </section>`;
}
