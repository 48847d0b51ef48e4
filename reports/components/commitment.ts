import { html } from "htl";

import { definitions } from "./definitions.js";
import { groupBy, rate, sum, type Rate } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart, type MonthRate } from "./rate-chart.js";
import { isMet, rateColumns, rowsOf, showGap, showRate } from "./rates.js";
import type { Commitment, Site } from "./site.js";
import { dataTable } from "./table.js";

export interface SlaData {
  months: MartRow<"mart_months">[];
  sla: MartRow<"mart_sla_monthly">[];
  stock: MartRow<"mart_sla_stock_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

type SlaRow = SlaData["sla"][number];

function rateOf(rows: SlaRow[]): Rate {
  return rate(
    sum(rows, ({ met }) => met),
    sum(rows, ({ breached }) => breached),
  );
}

/** Words of a commitment's month rule: a response counts where its own clock stops. */
function ruleKey({ clock, monthRule }: { clock: string; monthRule: string }): string {
  return clock === "response" && monthRule === "resolved_in_month"
    ? "responded_in_month"
    : monthRule;
}

/** Everything the SLA page shows of one commitment, cut by the filters. */
export class CommitmentView {
  readonly site: Site;
  readonly commitment: Commitment;
  readonly filters: Filters;
  readonly months: SlaData["months"];
  readonly fitness: SlaData["fitness"];
  readonly headline: SlaRow[];
  readonly latched: SlaRow[];
  readonly stock: SlaData["stock"];

  constructor(site: Site, commitment: Commitment, data: SlaData, filters: Filters) {
    const isSeen = siteTest(site, filters);
    const own = data.sla.filter(
      (row) => row.commitment_id === commitment.id && isSeen(row.site_id),
    );
    this.site = site;
    this.commitment = commitment;
    this.filters = filters;
    this.months = data.months;
    this.fitness = data.fitness;
    this.headline = own.filter((row) => row.is_headline);
    this.latched = own.filter((row) => row.month_rule === "latched");
    this.stock = rowsOf(data.stock, filters.month, isSeen).filter(
      (row) => row.commitment_id === commitment.id,
    );
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
      ${this.#readings()} ${this.#matrix()}
      ${definitions(site, this.fitness, [`sla_${commitment.clock}`, "open_and_late"])}
    </section>`;
  }

  #facts(): HTMLElement {
    const { site, commitment } = this;
    const rows = this.ofMonth(this.headline);
    const { value, isMet: state, late } = this.standing();
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

  #readings(): HTMLElement | null {
    const { site, commitment } = this;
    if (commitment.monthRule === "latched") return null;
    const own = rateOf(this.ofMonth(this.headline));
    const latched = rateOf(this.ofMonth(this.latched));
    const late = latched.total - latched.good - (own.total - own.good);
    const rows = [
      { reading: site.wordOf("month_rule", ruleKey(commitment)), value: own },
      { reading: site.wordOf("month_rule", "latched"), value: latched },
    ];
    return html`<div>
      <h3>${site.word("readings.title")}</h3>
      <p>
        ${late === 0 ? site.word("readings.same") : late > 0 ? site.word("readings.more", { n: late }) : site.word("readings.fewer", { n: -late })}
      </p>
      ${dataTable(site, {
        title: site.word("readings.table", { month: site.month(this.filters.month) }),
        rows,
        columns: [
          { label: site.word("column.reading"), value: ({ reading }) => reading },
          ...rateColumns<(typeof rows)[number]>(site),
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
