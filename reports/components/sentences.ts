import { html } from "htl";

import { isWithheldEverywhere } from "./definitions.js";
import { groupBy, sum } from "./figures.js";
import { entityName } from "./filters.js";
import type { Overview } from "./overview.js";
import { countChange, showGap, showRate } from "./rates.js";

function largest<T>(
  rows: T[],
  key: (row: T) => string,
  count: (row: T) => number,
): [string, number] {
  const totals = [...groupBy(rows, key)].map(([name, group]): [string, number] => [
    name,
    sum(group, count),
  ]);
  return totals.reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0]);
}

function result(overview: Overview): string[] {
  const { site, filters } = overview;
  const opened = overview.flow(filters.month, (row) => row.opened);
  const resolved = overview.flow(filters.month, (row) => row.resolved);
  const backlog = (month: string): number => overview.flow(month, (row) => row.backlog_end);
  const before = overview.compared()[0];
  const flow = site.word("sentence.flow", {
    n: opened,
    resolved,
    month: site.month(filters.month),
  });
  if (isWithheldEverywhere(overview.data.fitness, "backlog")) return [flow];
  const stands = site.word("sentence.backlog", { n: backlog(filters.month) });
  return [
    flow,
    before
      ? site.word("sentence.backlog_change", {
          stands,
          change: countChange(site, backlog(filters.month), backlog(before.month), before.name),
        })
      : `${stands}.`,
  ];
}

function commitments(overview: Overview): string[] {
  const { site, data, filters } = overview;
  const found = new Set(data.sla.map(({ clock }) => clock));
  // What users were promised leads; the clocks behind it have their place on the SLA page.
  const promised = ["resolution", "response"].filter((clock) => found.has(clock));
  const clocks = promised.length > 0 ? promised : [...found];
  return clocks.flatMap((clock) => {
    const value = overview.compliance(filters.month, clock);
    const goal = overview.goal(clock);
    if (value.ratio === null) return [];
    if (goal === null) {
      const { met, total } = overview.goalsMet(clock);
      return [
        site.word("sentence.goals", {
          clock: site.wordOf("clock", clock),
          rate: showRate(site, value),
          n: met,
          total,
        }),
      ];
    }
    return [
      site.word("sentence.compliance", {
        clock: site.wordOf("clock", clock),
        rate: showRate(site, value),
        goal: site.percent(goal / 100, 0),
        gap: showGap(site, value, goal),
      }),
    ];
  });
}

/** Where the late tickets are; said only when one group holds most of them. */
function reason(overview: Overview): string[] {
  const { site, filters } = overview;
  const rows = overview.headline(filters.month, "resolution");
  const total = sum(rows, ({ breached }) => breached);
  if (total < 3) return [];
  const [priority, inPriority] = largest(
    rows,
    (row) => row.priority,
    (row) => row.breached,
  );
  const [place, inPlace] = largest(
    rows,
    (row) => row.site_id,
    (row) => row.breached,
  );
  const sites = new Set(rows.map((row) => row.site_id));
  const parts: string[] = [];
  if (inPriority * 2 > total) {
    parts.push(
      site.word("sentence.late_priority", {
        n: inPriority,
        priority: priority || site.word("priority.none"),
      }),
    );
  }
  if (sites.size > 1 && inPlace * 2 > total) {
    parts.push(site.word("sentence.late_site", { n: inPlace, place: entityName(site, place) }));
  }
  if (parts.length === 0) return [];
  return [
    site.word("sentence.late_of", { n: total, parts: parts.join(site.word("sentence.and")) }),
  ];
}

function risk(overview: Overview): string[] {
  const { site, data, filters } = overview;
  const old = overview.flow(filters.month, (row) => row.age_31_90 + row.age_over_90);
  const late = overview.late(filters.month);
  const sentences: string[] = [];
  if (data.stock.length > 0) {
    sentences.push(
      late === 0 ? site.word("sentence.no_late") : site.word("sentence.late", { n: late }),
    );
  }
  sentences.push(old === 0 ? site.word("sentence.no_old") : site.word("sentence.old", { n: old }));
  return sentences;
}

function tool(overview: Overview): string[] {
  const { site, filters } = overview;
  const value = overview.verdict(filters.month);
  if (overview.data.sla.length > 0 || value.ratio === null) return [];
  return [site.word("sentence.tool", { rate: showRate(site, value) })];
}

/** The overview's paragraph, computed: result, reason, risk. It says nothing that no mart holds. */
export function summaryText(overview: Overview): HTMLElement {
  const sentences = [
    ...result(overview),
    ...commitments(overview),
    ...tool(overview),
    ...reason(overview),
    ...risk(overview),
  ];
  return html`<p class="summary">${sentences.join(" ")}</p>`;
}
