import { html } from "htl";

import { definitions } from "./definitions.js";
import { rate, sum, type Rate } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart } from "./rate-chart.js";
import { showGap, showRate } from "./rates.js";
import type { Commitment, Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface ProviderData {
  months: MartRow<"mart_months">[];
  stints: MartRow<"mart_providers_monthly">[];
  custody: MartRow<"mart_provider_custody_monthly">[];
  breaches: MartRow<"mart_provider_breaches">[];
  fitness: MartRow<"mart_fitness">[];
}

type Stint = ProviderData["stints"][number];
type Breach = ProviderData["breaches"][number];

export function providerName(site: Site, id: string): string {
  return site.text(site.context.providers.find((each) => each.id === id)?.name) || id;
}

const serviceName = (site: Site, id: string): string =>
  site.text(site.context.services.find((each) => each.id === id)?.name) || id;

const gross = (rows: Stint[]): Rate =>
  rate(
    sum(rows, ({ met }) => met),
    sum(rows, ({ breached }) => breached),
  );

const net = (rows: Stint[]): Rate =>
  rate(
    sum(rows, (row) => row.net_met),
    sum(rows, (row) => row.net_breached),
  );

/** One contract: its rate by month, then gross and net by priority in the month chosen. */
function contract(
  site: Site,
  commitment: Commitment,
  rows: Stint[],
  data: ProviderData,
  filters: Filters,
): HTMLElement {
  const now = rows.filter(({ month }) => month === filters.month);
  const whole = gross(now);
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isFirm }) => ({
    month,
    isFirm,
    value: gross(rows.filter((row) => row.month === month)),
  }));
  const priorities = [...new Set(now.map(({ priority }) => priority))].toSorted();
  const of = (priority: string): Stint[] =>
    now.filter((row) => priority === "*" || row.priority === priority);
  const rateColumn = (label: string, value: (rows: Stint[]) => Rate): Column<string> => ({
    label,
    value: (priority) => (value(of(priority)).isSmall ? null : value(of(priority)).ratio),
    show: (priority) => showRate(site, value(of(priority))),
    isNumber: true,
  });
  const paused = (priority: string): number | null => {
    const total = sum(of(priority), (row) => row.gross_seconds);
    return total === 0 ? null : sum(of(priority), (row) => row.paused_seconds) / total;
  };
  const values = {
    name: site.text(commitment.name),
    rate: showRate(site, whole),
    month: site.month(filters.month),
    gap: whole.total > 0 ? showGap(site, whole, commitment.goal) : "",
  };
  return html`<section class="commitment" id=${`contract-${commitment.id}`}>
    ${rateChart(site, {
      title:
        whole.total === 0
          ? site.word("provider_contract.none", values)
          : site.word("provider_contract.title", values),
      subtitle: site.word("provider_contract.subtitle"),
      months,
      label: site.word("column.met"),
      goal: commitment.goal,
      isToWhole: true,
    })}
    ${
      now.length === 0
        ? null
        : dataTable(site, {
            title: site.word("provider_contract.table", values),
            rows: [...priorities, ...(priorities.length > 1 ? ["*"] : [])],
            columns: [
              {
                label: site.word("column.priority"),
                value: (priority) => (priority === "*" ? site.word("change_type.all") : priority),
              },
              {
                label: site.word("provider_contract.stints"),
                value: (priority) => gross(of(priority)).total,
                isNumber: true,
              },
              {
                label: site.word("column.late"),
                value: (priority) => sum(of(priority), ({ breached }) => breached),
                isNumber: true,
              },
              rateColumn(site.word("provider_contract.gross"), gross),
              rateColumn(site.word("provider_contract.net"), net),
              {
                label: site.word("provider_contract.paused"),
                value: paused,
                show: (priority) => site.percent(paused(priority) ?? 0, 0),
                isNumber: true,
              },
            ],
          })
    }
  </section>`;
}

/** Where the business time of tickets that went through a provider's hands was spent. */
function custody(site: Site, data: ProviderData, filters: Filters): HTMLElement | null {
  const own = data.custody.filter(({ month }) => month === filters.month);
  const rows = [...new Set(own.map(({ provider }) => provider))].toSorted().map((id) => {
    const each = own.filter((row) => row.provider === id);
    const seconds = {
      requester: sum(each, (row) => row.requester_seconds),
      internal: sum(each, (row) => row.internal_seconds),
      provider: sum(each, (row) => row.provider_seconds),
    };
    return {
      id,
      tickets: sum(each, ({ tickets }) => tickets),
      ...seconds,
      total: seconds.requester + seconds.internal + seconds.provider,
    };
  });
  if (rows.length === 0) return null;
  type Row = (typeof rows)[number];
  const shareOf = (part: (row: Row) => number, row: Row): number =>
    row.total === 0 ? 0 : part(row) / row.total;
  const share = (label: string, part: (row: Row) => number): Column<Row> => ({
    label,
    value: (row) => shareOf(part, row),
    show: (row) => site.percent(shareOf(part, row), 0),
    bar: (row) => shareOf(part, row),
    isNumber: true,
  });
  const first = rows.toSorted((a, b) => b.total - a.total)[0]!;
  return html`<section id="custody">
    <h2>${site.word("custody.heading")}</h2>
    <h3>
      ${site.word("custody.title", {
        name: providerName(site, first.id),
        provider: site.percent(
          shareOf((row) => row.provider, first),
          0,
        ),
        month: site.month(filters.month),
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("custody.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        { label: site.word("custody.who"), value: ({ id }) => providerName(site, id) },
        { label: site.word("column.tickets"), value: ({ tickets }) => tickets, isNumber: true },
        {
          label: site.word("custody.hours"),
          value: ({ total }) => total / 3600,
          show: ({ total }) => site.number(total / 3600, 0),
          isNumber: true,
        },
        share(site.word("custody.requester"), (row) => row.requester),
        share(site.word("custody.internal"), (row) => row.internal),
        share(site.word("custody.provider"), (row) => row.provider),
      ],
    })}
    ${definitions(site, data.fitness, ["provider_custody"])}
  </section>`;
}

/** What to send a provider: its late stints of the month, the latest beyond the target first. */
function listToSend(site: Site, data: ProviderData, filters: Filters): HTMLElement | null {
  const over = (row: Breach): number => row.elapsed_seconds - row.target_seconds;
  const rows = data.breaches
    .filter(({ month }) => month === filters.month)
    .toSorted((a, b) => over(b) - over(a) || a.breach_order - b.breach_order);
  if (rows.length === 0) return null;
  const hasNumbers = rows.some(({ number }) => number !== "");
  const hasNeutralised = rows.some((row) => row.is_neutralised);
  const number: Column<Breach> = {
    label: site.word("provider_list.ticket"),
    value: (row) => row.number,
    isShort: true,
  };
  const neutralised: Column<Breach> = {
    label: site.word("provider_list.neutralised"),
    value: (row) => row.neutralised_reason,
  };
  const duration = (label: string, value: (row: Breach) => number): Column<Breach> => ({
    label,
    value,
    show: (row) => site.duration(value(row), "business"),
    isNumber: true,
  });
  return html`<section id="provider-list">
    <h2>${site.word("provider_list.heading")}</h2>
    <h3>
      ${site.word("provider_list.title", { n: rows.length, month: site.month(filters.month) })}
    </h3>
    ${dataTable(site, {
      title: site.word("provider_list.table"),
      rows,
      limit: 10,
      columns: [
        { label: site.word("custody.who"), value: (row) => providerName(site, row.provider) },
        ...(hasNumbers ? [number] : []),
        { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
        {
          label: site.word("recurring_column.service"),
          value: (row) => serviceName(site, row.service),
        },
        { label: site.word("column.priority"), value: ({ priority }) => priority, isShort: true },
        {
          label: site.word("provider_list.received"),
          value: (row) => row.started_local,
          show: (row) => site.instant(row.started_local),
        },
        {
          label: site.word("provider_list.due"),
          value: (row) => row.due_local,
          show: (row) => (row.due_local ? site.instant(row.due_local) : ""),
        },
        {
          label: site.word("provider_list.stopped"),
          value: (row) => row.stopped_local,
          show: (row) => (row.stopped_local ? site.instant(row.stopped_local) : ""),
        },
        duration(site.word("column.target"), (row) => row.target_seconds),
        duration(site.word("provider_list.elapsed"), (row) => row.elapsed_seconds),
        duration(site.word("provider_list.over"), over),
        ...(hasNeutralised ? [neutralised] : []),
      ],
    })}
  </section>`;
}

/** The page of the providers. */
export function providerSections(site: Site, data: ProviderData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const seen = <T extends { site_id: string }>(rows: T[]): T[] =>
    rows.filter((row) => isSeen(row.site_id));
  const cut = {
    ...data,
    stints: seen(data.stints),
    custody: seen(data.custody),
    breaches: seen(data.breaches),
  };
  const contracts = site.context.commitments.flatMap((commitment) => {
    const rows = cut.stints.filter((row) => row.commitment_id === commitment.id);
    return rows.length > 0 ? [contract(site, commitment, rows, cut, filters)] : [];
  });
  return html`<div>
    <section id="contracts">
      <h2>${site.word("provider_contract.heading")}</h2>
      ${contracts} ${definitions(site, data.fitness, ["sla_provider"])}
    </section>
    ${custody(site, cut, filters)} ${listToSend(site, cut, filters)}
  </div>`;
}
