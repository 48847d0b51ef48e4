import { html } from "htl";

import { definitions } from "./definitions.js";
import { dayText, familyName, serviceName, type Family } from "./families.js";
import type { FamilyChoice } from "./family-picker.js";
import { lastDate, type RecurringData } from "./recurrence-view.js";
import type { Site } from "./site.js";

function stateText(site: Site, family: Family): string {
  if (family.decision === "reject") return site.word("family.is_rejected");
  if (family.is_catch_all) return site.word("family.is_catch_all");
  if (family.is_working_list) return site.word("family.is_list");
  return family.is_recurrent ? site.word("family.is_recurrent") : site.word("family.is_quiet");
}

function traits(pairs: [label: string, value: string][]): HTMLElement {
  return html`<dl class="traits">
    ${pairs
      .filter(([, value]) => value !== "")
      .map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}

/** The numbers of its problems and their states, as the mart lists them: `PRB1 in_progress, PRB2`. */
function problemList(site: Site, { problem_list }: Family): string {
  const problems = problem_list.split(", ").map((problem) => {
    const end = problem.lastIndexOf(" ");
    return end < 0
      ? problem
      : `${problem.slice(0, end)} (${site.wordOf("status", problem.slice(end + 1))})`;
  });
  return problems.join(", ");
}

/** What a family is and how often it came back. */
export function familyHead(
  site: Site,
  data: RecurringData,
  { family, unknown }: FamilyChoice,
): HTMLElement {
  if (!family) return html`<p class="notice">${site.word("rate.none")}</p>`;
  const counts: [label: string, count: number, tickets: number | null][] = [
    [site.word("family.days", { days: 30 }), family.occurrences_30_days, null],
    [site.word("family.days", { days: 90 }), family.occurrences_90_days, family.tickets_90_days],
    [site.word("family.days", { days: 180 }), family.occurrences_180_days, null],
    [site.word("family.all_time"), family.occurrences, family.tickets],
  ];
  const hours =
    family.user_hours === null
      ? site.word("family.hours_none")
      : site.word("family.hours_text", {
          recent: Math.round(family.user_hours_90_days ?? 0),
          all: Math.round(family.user_hours),
        });
  const problems =
    family.problems === 0
      ? ""
      : `${site.word("family.problems_open", { n: family.problems, open: family.problems_open })}${
          family.problem_list === ""
            ? ""
            : `${site.word("notes.colon")}${problemList(site, family)}`
        }`;
  return html`<div>
    ${unknown ? html`<p class="notice">${site.word("family.unknown", { id: unknown })}</p>` : null}
    <h2 class="family-name">${familyName(family)}</h2>
    <p class="lede"><strong>${stateText(site, family)}</strong></p>
    <div class="facts four">
      ${counts.map(
        ([label, count, tickets]) =>
          html`<div class="fact">
            <span class="label">${label}</span>
            <span class="value">${site.number(count)}</span>
            <span class="verdict"
              >${site.word("recurring_column.occurrences").toLowerCase()}${tickets === null ? "" : `, ${site.word("family.tickets", { n: tickets })}`}</span
            >
          </div>`,
      )}
    </div>
    ${traits([
      [site.word("recurring_column.service"), serviceName(site, family)],
      [site.word("family.key_words"), family.key_words],
      [site.word("family.category"), family.category],
      [site.word("family.first"), dayText(site, family.first_date)],
      [site.word("family.last"), dayText(site, family.last_date)],
      [site.word("recurring_column.sites"), site.number(family.sites)],
      [site.word("recurring_column.assets"), site.number(family.assets)],
      [site.word("family.hours"), hours],
      [site.word("family.problems"), problems],
      [site.word("family.identifier"), family.family_id],
    ])}
    <p class="lede">${site.word("family.whole", { date: dayText(site, lastDate(data)) })}</p>
    ${definitions(site, data.fitness, ["families", "occurrences", "working_list", "user_hours"])}
  </div>`;
}

/** The titles that people gave it, masked. */
export function sampleTitles(site: Site, { family }: FamilyChoice): HTMLElement {
  if (!family) return html`<span></span>`;
  const titles = [
    family.label,
    family.sample_2,
    family.sample_3,
    family.sample_4,
    family.sample_5,
  ].filter((title) => title !== "");
  return html`<div>
    <p class="lede">${site.word("family.titles_note")}</p>
    <ul class="titles">
      ${titles.map((title) => html`<li>${title}</li>`)}
    </ul>
  </div>`;
}

/** What people decided of it. */
export function decisionOf(site: Site, { family }: FamilyChoice): HTMLElement {
  if (!family?.decision) return html`<p>${site.word("family.no_decision")}</p>`;
  return traits([
    [site.word("recurring_column.decision"), site.wordOf("family_decision", family.decision)],
    [site.word("family.reference"), family.reference],
    [site.word("recurring_column.owner"), family.owner],
    [site.word("recurring_column.due"), dayText(site, family.due_date)],
    [site.word("family.watch_until"), dayText(site, family.watch_until)],
    [site.word("family.decided_by"), family.decided_by],
    [site.word("family.decided_on"), dayText(site, family.decided_on)],
    [site.word("family.comment"), family.comment],
  ]);
}
