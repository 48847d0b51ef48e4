import { html } from "htl";

import { definitions } from "./definitions.js";
import { serviceName } from "./families.js";
import { groupBy, rate, sum, type Rate } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart, type MonthRate } from "./rate-chart.js";
import { isMet, rateColumns, showGap, showRate } from "./rates.js";
import type { Commitment, Site } from "./site.js";
import { bridgeTable } from "./sla-bridge.js";
import { custodyTable, openTable, otherRules, stageTable } from "./sla-time.js";
import { dataTable, type Column } from "./table.js";

export interface SlaData {
  months: MartRow<"mart_months">[];
  sla: MartRow<"mart_sla_monthly">[];
  stock: MartRow<"mart_sla_stock_monthly">[];
  bridge: MartRow<"mart_sla_bridge_monthly">[];
  readings: MartRow<"mart_sla_readings_monthly">[];
  stages: MartRow<"mart_sla_stages_monthly">[];
  open: MartRow<"mart_sla_open">[];
  neutralisations: MartRow<"mart_sla_neutralisations">[];
  fitness: MartRow<"mart_fitness">[];
}

type SlaRow = SlaData["sla"][number];

function rateOf(rows: SlaRow[]): Rate {
  return rate(
    sum(rows, ({ met }) => met),
    sum(rows, ({ breached }) => breached),
  );
}

/** Words of a commitment's month rule: clocks other than that of the resolution count where they stop themselves. */
function ruleKey({ clock, monthRule }: { clock: string; monthRule: string }): string {
  if (clock === "resolution" || monthRule !== "resolved_in_month") return monthRule;
  return (
    { response: "responded_in_month", restoration: "restored_in_month" }[clock] ??
    "handed_over_in_month"
  );
}

/** Everything the SLA page shows of one commitment, cut by the filters. */
export class CommitmentView {
  readonly site: Site;
  readonly commitment: Commitment;
  readonly filters: Filters;
  readonly months: SlaData["months"];
  readonly fitness: SlaData["fitness"];
  readonly headline: SlaRow[];
  readonly stock: SlaData["stock"];
  readonly bridge: SlaData["bridge"];
  readonly readings: SlaData["readings"];
  readonly stages: SlaData["stages"];
  readonly open: SlaData["open"];
  readonly neutralisations: SlaData["neutralisations"];

  constructor(site: Site, commitment: Commitment, data: SlaData, filters: Filters) {
    const isSeen = siteTest(site, filters);
    const isOwn = (row: { commitment_id: string; site_id: string }): boolean =>
      row.commitment_id === commitment.id && isSeen(row.site_id);
    const isNow = (row: { commitment_id: string; site_id: string; month: string }): boolean =>
      row.month === filters.month && isOwn(row);
    this.site = site;
    this.commitment = commitment;
    this.filters = filters;
    this.months = data.months;
    this.fitness = data.fitness;
    this.headline = data.sla.filter((row) => row.is_headline && isOwn(row));
    this.stock = data.stock.filter(isNow);
    this.bridge = data.bridge.filter(isNow);
    this.readings = data.readings.filter(isNow);
    this.stages = data.stages.filter(isNow);
    this.open = data.open.filter(isOwn);
    this.neutralisations = data.neutralisations.filter(isNow);
  }

  ofMonth(rows: SlaRow[], month = this.filters.month): SlaRow[] {
    return rows.filter((row) => row.month === month);
  }

  /** How the month stands: its rate, whether it meets the goal, how far from it, what is open and late. */
  standing(): { value: Rate; isMet: boolean | null; distance: number; late: number } {
    const value = rateOf(this.ofMonth(this.headline));
    return {
      value,
      isMet: isMet(value, this.commitment.goal),
      distance: value.ratio === null ? Infinity : value.ratio - this.commitment.goal / 100,
      late: sum(this.stock, (row) => row.open_late),
    };
  }

  render(): HTMLElement {
    const { site, commitment } = this;
    const month = site.month(this.filters.month);
    return html`<section class="commitment" id=${`commitment-${commitment.id}`}>
      <h2>${site.text(commitment.name)}</h2>
      <p class="lede">
        ${site.word("sla.contract", {
          clock: site.wordOf("clock", commitment.clock),
          goal: site.percent(commitment.goal / 100, 0),
          rule: site.wordOf("month_rule", ruleKey(commitment)),
        })}
      </p>
      <div class="facts-and-chart">${this.#facts()} ${this.#trend()}</div>
      <ul class="said">
        ${this.#notes().map((line) => html`<li>${line}</li>`)}
      </ul>
      <div class="side-by-side">${this.#bridge()} ${stageTable(site, this.stages, month)}</div>
      ${this.#neutralised()}
      <details class="more">
        <summary>${site.word("sla.more")}</summary>
        <div class="side-by-side">
          ${custodyTable(site, this.readings, month)} ${openTable(site, this.open)}
        </div>
        ${this.#matrix()} ${this.#services()}
      </details>
      ${definitions(site, this.fitness, [`sla_${commitment.clock}`, "open_and_late"])}
    </section>`;
  }

  #facts(): HTMLElement {
    const { site, commitment } = this;
    const rows = this.ofMonth(this.headline);
    const { value, isMet: state, late } = this.standing();
    const net = rate(
      sum(rows, (row) => row.net_met),
      sum(rows, (row) => row.net_breached),
    );
    const left = value.total - net.total;
    const provisional = sum(rows, (row) => row.provisional);
    const open = sum(this.stock, (row) => row.open);
    const atRisk = sum(this.stock, (row) => row.open_at_risk);
    return html`<div class="facts">
      <div class=${state === null ? "fact" : state ? "fact met" : "fact late"} data-fact="headline">
        <span class="label"
          >${site.word("sla.headline", { month: site.month(this.filters.month) })}</span
        >
        <span class="value">${showRate(site, value)}</span>
        <span class="verdict"
          >${value.ratio === null ? null : showGap(site, value, commitment.goal)}</span
        >
        <span class="change"
          >${site.word("sla.counts", { met: value.good, breached: value.total - value.good })}</span
        >
        ${provisional > 0 ? html`<span class="change">${site.word("sla.provisional", { n: provisional })}</span>` : null}
      </div>
      ${
        left > 0
          ? html`<div class="fact" data-fact="net">
              <span class="label">${site.word("net.label")}</span>
              <span class="value">${showRate(site, net)}</span>
              <span class="change">${site.word("net.left", { n: left })}</span>
            </div>`
          : null
      }
      <div class="fact" data-fact="open-late">
        <span class="label">${site.word("sla.open_late")}</span>
        <span class="value">${site.number(late)}</span>
        <span class="change">${site.word("sla.of_open", { n: open })}</span>
        ${atRisk > 0 ? html`<span class="change">${site.word("sla.at_risk", { n: atRisk })}</span>` : null}
      </div>
    </div>`;
  }

  #trend(): HTMLElement {
    const { site, commitment, filters } = this;
    const months: MonthRate[] = recentMonths(this.months, filters).map(
      ({ month, is_complete }) => ({
        month,
        isFirm: is_complete,
        value: rateOf(this.ofMonth(this.headline, month)),
      }),
    );
    const judged = months.filter(({ isFirm, value }) => isFirm && value.ratio !== null);
    const met = judged.filter(({ value }) => isMet(value, commitment.goal));
    return rateChart(site, {
      title:
        met.length === 0 && judged.length > 0
          ? site.word("compliance.never", { n: judged.length })
          : site.word("compliance.title", { n: met.length, total: judged.length }),
      subtitle: site.word("compliance.subtitle"),
      months,
      label: site.word("column.met"),
      goal: commitment.goal,
      isToWhole: true,
    });
  }

  /** What else the month's verdicts rest on, a line each. */
  #notes(): string[] {
    const { site, commitment } = this;
    const now = this.ofMonth(this.headline);
    const count = (key: "stood_in" | "pause_estimated"): number =>
      sum(this.readings, (row) => row[key]);
    const counted = (
      ["cancelled_late", "detached", "duplicates", "by_agent_met", "by_agent_breached"] as const
    ).map((key) => sum(now, (row) => row[key]));
    const [cancelledLate = 0, detached = 0, duplicates = 0, agentMet = 0, agentLate = 0] = counted;
    const said = (n: number, text: string): string[] => (n > 0 ? [text] : []);
    return [
      otherRules(site, this.readings),
      ...said(
        count("stood_in"),
        site.wordOf("stood_in", commitment.clock === "restoration" ? "restoration" : "response", {
          n: count("stood_in"),
        }),
      ),
      ...said(
        count("pause_estimated"),
        site.word("sla.pause_estimated", { n: count("pause_estimated") }),
      ),
      ...said(cancelledLate, site.word("sla.cancelled_late", { n: cancelledLate })),
      ...said(detached, site.word("sla.detached", { n: detached })),
      ...said(duplicates, site.word("sla.duplicates", { n: duplicates })),
      ...said(
        agentMet + agentLate,
        site.word("sla.by_agent", { n: agentMet + agentLate, late: agentLate }),
      ),
    ].filter((line) => line !== "");
  }

  #bridge(): HTMLElement | null {
    const { site, commitment, filters } = this;
    if (commitment.monthRule === "latched" || this.bridge.length === 0) return null;
    return bridgeTable(site, this.bridge, {
      month: site.month(filters.month),
      rule: site.wordOf("month_rule", ruleKey(commitment)),
    });
  }

  #neutralised(): HTMLElement | null {
    const { site, neutralisations } = this;
    if (neutralisations.length === 0) return null;
    return html`<div class="neutralised">
      <h3>${site.word("net.title", { n: sum(neutralisations, ({ clocks }) => clocks) })}</h3>
      ${dataTable(site, {
        title: site.word("net.table", { month: site.month(this.filters.month) }),
        rows: neutralisations.toSorted((a, b) => a.ticket.localeCompare(b.ticket)),
        columns: [
          { label: site.word("column.ticket"), value: ({ ticket }) => ticket },
          { label: site.word("column.site"), value: ({ site_id }) => entityName(site, site_id) },
          { label: site.word("column.reason"), value: ({ reason }) => reason },
          { label: site.word("column.approved_by"), value: ({ approved_by: by }) => by },
          { label: site.word("column.date"), value: ({ date }) => date },
          { label: site.word("column.tickets"), value: ({ clocks }) => clocks, isNumber: true },
          { label: site.word("column.late"), value: ({ breached }) => breached, isNumber: true },
        ],
      })}
    </div>`;
  }

  /** Services by priority: a rate where there are enough tickets, "2 of 3" where there are few. */
  #services(): HTMLElement | null {
    const { site, commitment, filters } = this;
    const rows = this.ofMonth(this.headline);
    const services = [...groupBy(rows, ({ service }) => service)]
      .map(([service, found]) => ({ service, found, value: rateOf(found) }))
      .filter(({ value }) => value.total > 0)
      .toSorted(
        (a, b) =>
          b.value.total - b.value.good - (a.value.total - a.value.good) ||
          b.value.total - a.value.total,
      );
    if (services.length < 2) return null;
    type Line = (typeof services)[number];
    const byPriority = commitment.targets.map(({ priority }): Column<Line> => {
      const cell = ({ found }: Line): Rate =>
        rateOf(found.filter((row) => row.priority === priority));
      return {
        label: priority,
        value: (line) => cell(line).ratio,
        show: (line) => (cell(line).total === 0 ? "" : showRate(site, cell(line))),
        isNumber: true,
      };
    });
    return html`<div>
      <h3>${site.word("matrix.services_title")}</h3>
      ${dataTable(site, {
        title: site.word("matrix.services", { month: site.month(filters.month) }),
        rows: services,
        limit: 8,
        columns: [
          {
            label: site.word("column.service"),
            value: (line) => serviceName(site, line),
          },
          ...byPriority,
          {
            label: site.word("column.late"),
            value: ({ value }) => value.total - value.good,
            isNumber: true,
          },
          {
            label: site.word("column.rate"),
            value: ({ value }) => (value.isSmall ? null : value.ratio),
            show: ({ value }) => showRate(site, value),
            isNumber: true,
          },
        ],
      })}
    </div>`;
  }

  #matrix(): HTMLElement {
    const { site, commitment, filters } = this;
    const cells = [
      ...groupBy(this.ofMonth(this.headline), (row) => `${row.site_id} ${row.priority}`).values(),
    ]
      .map((rows) => ({
        place: entityName(site, rows[0]?.site_id ?? ""),
        priority: rows[0]?.priority ?? "",
        value: rateOf(rows),
        cancelled: sum(rows, (row) => row.cancelled),
        unknown: sum(rows, (row) => row.not_computable),
      }))
      .toSorted(
        (a, b) =>
          b.value.total - b.value.good - (a.value.total - a.value.good) ||
          b.value.total - a.value.total,
      );
    const target = (priority: string): string => {
      const found = commitment.targets.find((each) => each.priority === priority);
      return found ? site.duration(found.seconds, "business") : "";
    };
    return html`<div>
      <h3>${site.word("matrix.title")}</h3>
      ${dataTable(site, {
        title: site.word("matrix.table", { month: site.month(filters.month) }),
        rows: cells,
        limit: 8,
        columns: [
          { label: site.word("column.site"), value: ({ place }) => place },
          {
            label: site.word("column.priority"),
            value: ({ priority }) => priority || site.word("priority.none"),
          },
          {
            label: site.word("column.target"),
            value: ({ priority }) => target(priority),
            isNumber: true,
          },
          ...rateColumns<(typeof cells)[number]>(site, ({ value }) =>
            value.isSmall ? 0 : (value.ratio ?? 0),
          ),
          {
            label: site.word("column.cancelled"),
            value: ({ cancelled }) => cancelled,
            isNumber: true,
          },
          {
            label: site.word("column.not_computable"),
            value: ({ unknown }) => unknown,
            isNumber: true,
          },
        ],
      })}
    </div>`;
  }
}
