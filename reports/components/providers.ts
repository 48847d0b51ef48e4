import { html } from "htl";

import { definitions } from "./definitions.js";
import { groupBy, rate, sum } from "./figures.js";
import {
  providerName,
  recentMonths,
  scopeName,
  singleSite,
  siteTest,
  type Filters,
} from "./filters.js";
import type { MartRow } from "./marts.js";
import { providerList } from "./provider-list.js";
import { rateChart } from "./rate-chart.js";
import { isMet, showGap, showRate } from "./rates.js";
import type { Commitment, Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface ProviderData {
  months: MartRow<"mart_months">[];
  sla: MartRow<"mart_sla_monthly">[];
  stock: MartRow<"mart_sla_stock_monthly">[];
  stints: MartRow<"mart_provider_stints_monthly">[];
  custody: MartRow<"mart_provider_custody_monthly">[];
  breaches: MartRow<"mart_provider_breaches">[];
  fitness: MartRow<"mart_fitness">[];
}

type SlaRow = ProviderData["sla"][number];

/** A contract and a provider that it judges, with its headline rows of every month. */
interface Contract {
  commitment: Commitment;
  provider: string;
  rows: SlaRow[];
}

const grossOf = (rows: SlaRow[]) =>
  rate(
    sum(rows, ({ met }) => met),
    sum(rows, ({ breached }) => breached),
  );

const netOf = (rows: SlaRow[]) =>
  rate(
    sum(rows, (row) => row.net_met),
    sum(rows, (row) => row.net_breached),
  );

function contractsOf(site: Site, data: ProviderData, filters: Filters): Contract[] {
  const isSeen = siteTest(site, filters);
  const rows = data.sla.filter(
    (row) => row.clock === "provider" && row.is_headline && isSeen(row.site_id),
  );
  return [...groupBy(rows, (row) => `${row.commitment_id} ${row.provider}`).values()].flatMap(
    (own) => {
      const [first] = own;
      // Versions of a commitment share its id; the last one is the one in force.
      const commitment = site.context.commitments.findLast(({ id }) => id === first?.commitment_id);
      return first && commitment ? [{ commitment, provider: first.provider, rows: own }] : [];
    },
  );
}

function contractTable(
  site: Site,
  data: ProviderData,
  contracts: Contract[],
  filters: Filters,
): HTMLElement {
  const isSeen = siteTest(site, filters);
  const rows = contracts
    .map(({ commitment, provider, rows: own }) => {
      const now = own.filter(({ month }) => month === filters.month);
      const [gross, net] = [grossOf(now), netOf(now)];
      const late = data.stock.filter(
        (row) =>
          row.month === filters.month &&
          row.commitment_id === commitment.id &&
          row.provider === provider &&
          isSeen(row.site_id),
      );
      return { commitment, provider, gross, net, late: sum(late, (row) => row.open_late) };
    })
    .toSorted((a, b) => distance(a) - distance(b));
  type Row = (typeof rows)[number];
  const judged = rows.filter(({ gross }) => gross.total > 0);
  const month = site.month(filters.month);
  return html`<section id="provider-contracts">
    <h2>${site.word("providers.heading")}</h2>
    <h3>
      ${
        judged.length === 0
          ? site.word("providers.none", { month })
          : site.word("providers.goals_met", {
              n: judged.filter(({ gross, commitment }) => isMet(gross, commitment.goal)).length,
              total: judged.length,
              month,
            })
      }
    </h3>
    <p>${site.word("providers.lede")}</p>
    ${dataTable(site, {
      title: site.word("providers.table", { month }),
      rows,
      columns: [
        {
          label: site.word("providers.contract"),
          value: ({ commitment }) => site.text(commitment.name),
        },
        {
          label: site.word("providers.provider"),
          value: ({ provider }) => providerName(site, provider),
        },
        {
          label: site.word("column.goal"),
          value: ({ commitment }) => commitment.goal / 100,
          show: ({ commitment }) => site.percent(commitment.goal / 100, 0),
          isNumber: true,
        },
        {
          label: site.word("providers.gross"),
          value: ({ gross }) => (gross.isSmall ? null : gross.ratio),
          show: ({ gross }) => showRate(site, gross),
          isNumber: true,
        },
        {
          label: site.word("column.interval"),
          value: ({ gross }) =>
            gross.isSmall ? null : `${gross.low.toFixed(3)}–${gross.high.toFixed(3)}`,
          show: ({ gross }) =>
            gross.isSmall ? "" : `${site.percent(gross.low, 1)}–${site.percent(gross.high, 1)}`,
          isNumber: true,
        },
        {
          label: site.word("column.gap"),
          value: ({ gross, commitment }) =>
            gross.total === 0 ? "" : showGap(site, gross, commitment.goal),
          show: ({ gross, commitment }: Row) =>
            gross.total === 0
              ? ""
              : html`<span class=${isMet(gross, commitment.goal) ? "met" : "late"}
                  ><span class="verdict">${showGap(site, gross, commitment.goal)}</span></span
                >`,
        },
        {
          label: site.word("providers.net"),
          value: ({ net }) => (net.isSmall ? null : net.ratio),
          show: ({ net }) => showRate(site, net),
          isNumber: true,
        },
        {
          label: site.word("providers.neutralised"),
          value: ({ gross, net }) => gross.total - net.total,
          isNumber: true,
        },
        {
          label: site.word("column.late"),
          value: ({ gross }) => gross.total - gross.good,
          isNumber: true,
        },
        { label: site.word("providers.open_late"), value: ({ late }) => late, isNumber: true },
      ],
    })}
    ${contracts.map((contract) => trend(site, data, contract, filters))}
    ${definitions(site, data.fitness, ["sla_provider", "open_and_late"])}
  </section>`;
}

/** How far a contract is from its goal; those that judged nothing come last. */
const distance = (row: { gross: { ratio: number | null }; commitment: Commitment }): number =>
  row.gross.ratio === null ? Infinity : row.gross.ratio - row.commitment.goal / 100;

function trend(
  site: Site,
  data: ProviderData,
  { commitment, provider, rows }: Contract,
  filters: Filters,
): HTMLElement {
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isFirm }) => ({
    month,
    isFirm,
    value: grossOf(rows.filter((row) => row.month === month)),
  }));
  const judged = months.filter(({ isFirm, value }) => isFirm && value.ratio !== null);
  const met = judged.filter(({ value }) => isMet(value, commitment.goal));
  const answer =
    met.length === 0 && judged.length > 0
      ? site.word("compliance.never", { n: judged.length })
      : site.word("compliance.title", { n: met.length, total: judged.length });
  return rateChart(site, {
    title: `${providerName(site, provider)}${site.word("notes.colon")}${answer.charAt(0).toLowerCase()}${answer.slice(1)}`,
    subtitle: site.word("compliance.subtitle"),
    months,
    label: site.word("column.met"),
    goal: commitment.goal,
    isToWhole: true,
  });
}

/** In whose hands the time of the tickets that providers held was. */
function custody(site: Site, data: ProviderData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const own = data.custody.filter((row) => row.month === filters.month && isSeen(row.site_id));
  const rows = [...groupBy(own, ({ provider }) => provider)]
    .map(([provider, each]) => {
      const seconds = (of: (row: (typeof each)[number]) => number | null): number =>
        sum(each, (row) => of(row) ?? 0);
      const hands = {
        requester: seconds((row) => row.requester_seconds),
        internal: seconds((row) => row.internal_seconds),
        own: seconds((row) => row.provider_seconds),
        other: seconds((row) => row.other_seconds),
      };
      const total = hands.requester + hands.internal + hands.own + hands.other;
      const resolutions = sum(each, (row) => row.resolutions);
      return { provider, resolutions, hands, share: total === 0 ? null : hands.own / total };
    })
    .toSorted((a, b) => (b.share ?? -1) - (a.share ?? -1) || (a.provider < b.provider ? -1 : 1));
  const [first] = rows;
  if (!first) return null;
  type Row = (typeof rows)[number];
  const month = site.month(filters.month);
  const time = (label: string, of: (row: Row) => number): Column<Row> => ({
    label,
    value: (row) => of(row) / row.resolutions,
    show: (row) => site.duration(of(row) / row.resolutions, "business"),
    isNumber: true,
  });
  const several = rows.some(({ hands }) => hands.other > 0);
  return html`<section id="provider-time">
    <h2>${site.word("providers.time_heading")}</h2>
    <h3>
      ${
        first.share === null
          ? null
          : site.word("providers.time_title", {
              provider: providerName(site, first.provider),
              rate: site.percent(first.share, 0),
              month,
            })
      }
    </h3>
    ${dataTable(site, {
      title: site.word("providers.time_table", { month }),
      rows,
      columns: [
        {
          label: site.word("providers.provider"),
          value: ({ provider }) => providerName(site, provider),
        },
        {
          label: site.word("providers.resolutions"),
          value: ({ resolutions }) => resolutions,
          isNumber: true,
        },
        time(site.word("providers.requester"), ({ hands }) => hands.requester),
        time(site.word("providers.internal"), ({ hands }) => hands.internal),
        time(site.word("providers.own"), ({ hands }) => hands.own),
        ...(several ? [time(site.word("providers.other"), ({ hands }) => hands.other)] : []),
        {
          label: site.word("providers.share"),
          value: ({ share }) => share,
          show: ({ share }) => (share === null ? "" : site.percent(share, 0)),
          bar: ({ share }) => share ?? 0,
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["provider_custody"])}
  </section>`;
}

function stints(site: Site, data: ProviderData, filters: Filters): HTMLElement | null {
  const place = singleSite(site, filters);
  if (place === null)
    return html`<section id="provider-stints">
      <h2>${site.word("providers.stints_heading")}</h2>
      <p class="notice">
        ${site.word("providers.stints_several", { scope: scopeName(site, filters) })}
      </p>
    </section>`;
  const rows = data.stints.filter((row) => row.month === filters.month && row.site_id === place);
  if (rows.length === 0) return null;
  type Row = (typeof rows)[number];
  const count = (label: string, of: (row: Row) => number): Column<Row> => ({
    label,
    value: of,
    isNumber: true,
  });
  const time = (label: string, of: (row: Row) => number | null): Column<Row> => ({
    label,
    value: of,
    show: (row) => site.duration(of(row) ?? 0, "business"),
    isNumber: true,
  });
  const month = site.month(filters.month);
  return html`<section id="provider-stints">
    <h2>${site.word("providers.stints_heading")}</h2>
    <h3>
      ${site.word("providers.stints_title", {
        n: sum(rows, (row) => row.stints),
        back: sum(rows, (row) => row.handed_back),
        month,
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("providers.stints_table", { month }),
      rows: rows.toSorted((a, b) => b.stints - a.stints || (a.provider < b.provider ? -1 : 1)),
      columns: [
        {
          label: site.word("providers.contract"),
          value: (row) =>
            site.text(
              site.context.commitments.findLast(({ id }) => id === row.commitment_id)?.name,
            ),
        },
        {
          label: site.word("providers.provider"),
          value: ({ provider }) => providerName(site, provider),
        },
        count(site.word("providers.stints"), (row) => row.stints),
        count(site.word("column.tickets"), (row) => row.tickets),
        count(site.word("providers.handed_back"), (row) => row.handed_back),
        count(site.word("providers.returned"), (row) => row.returned),
        time(site.word("column.median"), (row) => row.median_seconds),
        time(site.word("providers.p90"), (row) => row.p90_seconds),
      ],
    })}
    ${definitions(site, data.fitness, ["provider_stints"])}
  </section>`;
}

/** The Providers page; a section without data is not there. */
export function providerSections(site: Site, data: ProviderData, filters: Filters): HTMLElement {
  const contracts = contractsOf(site, data, filters);
  const late = sum(contracts, ({ rows }) =>
    sum(
      rows.filter(({ month }) => month === filters.month),
      ({ breached }) => breached,
    ),
  );
  return html`<div>
    ${contractTable(site, data, contracts, filters)} ${custody(site, data, filters)}
    ${stints(site, data, filters)} ${providerList(site, { breaches: data.breaches, late }, filters)}
  </div>`;
}
