import { html } from "htl";

import { groupBy, sum } from "./figures.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

const stageOrder = ["new", "internal", "provider", "requester", "on_hold"];

/** In which stage the breaches of a month were lost, most first. */
export function stageTable(
  site: Site,
  rows: MartRow<"mart_sla_stages_monthly">[],
  month: string,
): HTMLElement | null {
  const stages = [...groupBy(rows, ({ stage }) => stage)]
    .map(([stage, found]) => ({ stage, breached: sum(found, ({ breached }) => breached) }))
    .toSorted(
      (a, b) =>
        b.breached - a.breached || stageOrder.indexOf(a.stage) - stageOrder.indexOf(b.stage),
    );
  const total = sum(stages, ({ breached }) => breached);
  if (total === 0) return null;
  return html`<div class="stages">
    <h3>
      ${site.word("stages.title", {
        n: stages[0]?.breached ?? 0,
        total,
        stage: site.wordOf("stage", stages[0]?.stage ?? ""),
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("stages.table", { month }),
      rows: stages,
      columns: [
        { label: site.word("column.stage"), value: ({ stage }) => site.wordOf("stage", stage) },
        {
          label: site.word("column.late"),
          value: ({ breached }) => breached,
          bar: ({ breached }) => breached / total,
          isNumber: true,
        },
      ],
    })}
  </div>`;
}

/** In whose hands the time of a month's verdicts was, business hours, gross. */
export function custodyTable(
  site: Site,
  rows: MartRow<"mart_sla_readings_monthly">[],
  month: string,
): HTMLElement | null {
  const judged = sum(rows, (row) => row.judged);
  const hands = [
    { who: "requester", seconds: sum(rows, (row) => row.requester_seconds ?? 0) },
    { who: "internal", seconds: sum(rows, (row) => row.internal_seconds ?? 0) },
    { who: "provider", seconds: sum(rows, (row) => row.provider_seconds ?? 0) },
  ];
  const total = sum(hands, ({ seconds }) => seconds);
  const paused = sum(rows, (row) => row.paused_seconds ?? 0);
  if (judged === 0 || total === 0) return null;
  return html`<div class="custody">
    <h3>
      ${site.word("custody.title", {
        rate: site.percent((hands[1]?.seconds ?? 0) / total, 0),
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("custody.table", { month }),
      rows: hands,
      columns: [
        { label: site.word("column.hands"), value: ({ who }) => site.wordOf("hands", who) },
        {
          label: site.word("column.per_ticket"),
          value: ({ seconds }) => seconds / judged,
          show: ({ seconds }) => site.duration(seconds / judged, "business"),
          isNumber: true,
        },
        {
          label: site.word("column.share"),
          value: ({ seconds }) => seconds / total,
          show: ({ seconds }) => site.percent(seconds / total),
          bar: ({ seconds }) => seconds / total,
          isNumber: true,
        },
      ],
    })}
    <p class="lede">
      ${site.word("custody.gross", {
        gross: site.duration(total / judged, "business"),
        net: site.duration((total - paused) / judged, "business"),
      })}
    </p>
  </div>`;
}

const policies = ["in_force", "final", "original", "proportional", "restart"] as const;
const readings = ["cumulative", "first", "continuous"] as const;

/** One line: how many of a month's verdicts would turn under the other policies and readings. */
export function otherRules(site: Site, rows: MartRow<"mart_sla_readings_monthly">[]): string {
  const judged = sum(rows, (row) => row.judged);
  if (judged === 0) return "";
  const turned = [
    ...policies.map((policy) => ({
      name: site.wordOf("policy", policy),
      n: sum(rows, (row) => row[`${policy}_differs`]),
    })),
    ...readings.map((reading) => ({
      name: site.wordOf("reopening", reading),
      n: sum(rows, (row) => row[`${reading}_differs`]),
    })),
  ].filter(({ n }) => n > 0);
  if (turned.length === 0) return site.word("rules.same", { n: judged });
  return site.word("rules.turned", {
    n: judged,
    list: turned
      .map(({ name, n }) => site.word("rules.item", { name, n }))
      .join(site.word("levels.comma")),
  });
}

const shares = ["under_half", "half", "at_risk", "late"];

/** Clocks that run where the data ends, by the share of their target that is consumed. */
export function openTable(site: Site, rows: MartRow<"mart_sla_open">[]): HTMLElement | null {
  const total = sum(rows, ({ open }) => open);
  if (total === 0) return null;
  const bands = shares.map((share) => ({
    share,
    open: sum(
      rows.filter((row) => row.share === share),
      ({ open }) => open,
    ),
  }));
  return html`<div class="open-shares">
    <h3>${site.word("open_share.title", { n: bands[2]?.open ?? 0 })}</h3>
    ${dataTable(site, {
      title: site.word("open_share.table"),
      rows: bands,
      columns: [
        {
          label: site.word("column.consumed"),
          value: ({ share }) => site.wordOf("open_share", share),
        },
        {
          label: site.word("column.open"),
          value: ({ open }) => open,
          bar: ({ open }) => open / total,
          isNumber: true,
        },
      ],
    })}
  </div>`;
}
