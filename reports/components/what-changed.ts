import { html } from "htl";

import { definitions } from "./definitions.js";
import { rate, sum, type Rate } from "./figures.js";
import { scopeName, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { decompose, type Stratum } from "./mix-and-rate.js";
import { comparedMonths, showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

/** Clocks of what users are promised; those of groups and providers stand on the page of the providers. */
export const USER_CLOCKS = ["resolution", "response", "restoration"];

interface ChangeData {
  months: MartRow<"mart_months">[];
  sla: MartRow<"mart_sla_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

interface Part {
  /** Service and priority; null for all of them together. */
  of: { service: string; priority: string } | null;
  before: Rate;
  now: Rate;
  mix: number;
  rate: number;
}

const rateOf = ({ count, total }: Stratum): Rate => rate(count, total - count);

/** Verdicts of a month by service and priority. */
function strataOf(rows: ChangeData["sla"], month: string): Map<string, Stratum> {
  const strata = new Map<string, Stratum>();
  for (const row of rows) {
    if (row.month !== month || row.met + row.breached === 0) continue;
    const key = JSON.stringify([row.service, row.priority]);
    const stratum = strata.get(key) ?? { count: 0, total: 0 };
    strata.set(key, {
      count: stratum.count + row.met,
      total: stratum.total + row.met + row.breached,
    });
  }
  return strata;
}

function wholeOf(strata: Map<string, Stratum>): Rate {
  return rateOf({
    count: sum(strata.values(), ({ count }) => count),
    total: sum(strata.values(), ({ total }) => total),
  });
}

/** What made a difference between two months, all of it first, then the heaviest parts. */
function partsOf(before: Map<string, Stratum>, now: Map<string, Stratum>): Part[] {
  const none = { count: 0, total: 0 };
  const parts = decompose(before, now).map(({ key, mix, rate: byRate }): Part => {
    const [service, priority] = JSON.parse(key) as [string, string];
    return {
      of: { service, priority },
      before: rateOf(before.get(key) ?? none),
      now: rateOf(now.get(key) ?? none),
      mix,
      rate: byRate,
    };
  });
  const whole: Part = {
    of: null,
    before: wholeOf(before),
    now: wholeOf(now),
    mix: sum(parts, ({ mix }) => mix),
    rate: sum(parts, ({ rate: byRate }) => byRate),
  };
  const weight = (part: Part): number => Math.abs(part.mix + part.rate);
  return [whole, ...parts.toSorted((a, b) => weight(b) - weight(a))];
}

/** "+1.23", in points of a percentage. */
function points(site: Site, share: number, digits = 2): string {
  const rounded = Number((share * 100).toFixed(digits));
  const text = site.number(Math.abs(rounded), digits);
  return rounded === 0 ? text : `${rounded > 0 ? "+" : "\u2212"}${text}`;
}

function clockSection(
  site: Site,
  clock: string,
  strata: { before: Map<string, Stratum>; now: Map<string, Stratum> },
  names: { month: string; before: string },
): HTMLElement | null {
  const [before, now] = [wholeOf(strata.before), wholeOf(strata.now)];
  if (before.isSmall || now.isSmall) return null;
  const parts = partsOf(strata.before, strata.now);
  const whole = parts[0]!;
  const serviceOf = (id: string): string =>
    site.text(site.context.services.find((each) => each.id === id)?.name) ||
    id ||
    site.word("recurring.no_service");
  const pointColumn = (label: string, of: (part: Part) => number): Column<Part> => ({
    label,
    value: of,
    show: (part) => points(site, of(part)),
    isNumber: true,
  });
  const rateColumn = (label: string, of: (part: Part) => Rate): Column<Part> => ({
    label,
    value: (part) => (of(part).isSmall ? null : of(part).ratio),
    show: (part) => showRate(site, of(part)),
    isNumber: true,
  });
  return html`<div>
    <h3>
      ${site.word("what_changed.title", {
        n: Math.abs(Math.round((whole.mix + whole.rate) * 1000) / 10),
        clock: site.wordOf("clock", clock),
        points: points(site, whole.mix + whole.rate, 1),
        before: names.before,
        rate: points(site, whole.rate, 1),
        mix: points(site, whole.mix, 1),
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("what_changed.table", names),
      rows: parts,
      limit: 6,
      columns: [
        {
          label: site.word("recurring_column.service"),
          value: ({ of }) => (of ? serviceOf(of.service) : site.word("change_type.all")),
        },
        {
          label: site.word("column.priority"),
          value: ({ of }) => of?.priority ?? "",
          isShort: true,
        },
        {
          label: site.word("what_changed.judged", { month: names.before }),
          value: ({ before: side }) => side.total,
          isNumber: true,
        },
        {
          label: site.word("what_changed.judged", { month: names.month }),
          value: ({ now: side }) => side.total,
          isNumber: true,
        },
        rateColumn(
          site.word("what_changed.rate_of", { month: names.before }),
          (part) => part.before,
        ),
        rateColumn(site.word("what_changed.rate_of", { month: names.month }), (part) => part.now),
        pointColumn(site.word("what_changed.by_rate"), (part) => part.rate),
        pointColumn(site.word("what_changed.by_mix"), (part) => part.mix),
        pointColumn(site.word("what_changed.sum"), (part) => part.mix + part.rate),
      ],
    })}
  </div>`;
}

/** The difference of the month's compliance from the month before, in mix and rates; null where there is none to say. */
export function whatChanged(site: Site, data: ChangeData, filters: Filters): HTMLElement | null {
  const before = comparedMonths(site, data.months, filters.month).find(
    ({ month }) => month < filters.month,
  );
  if (!before) return null;
  const isSeen = siteTest(site, filters);
  const rows = data.sla.filter((row) => row.is_headline && isSeen(row.site_id));
  const sections = USER_CLOCKS.flatMap((clock) => {
    const own = rows.filter((row) => row.clock === clock);
    const strata = {
      before: strataOf(own, before.month),
      now: strataOf(own, filters.month),
    };
    const names = { month: site.monthName(filters.month), before: before.name };
    return clockSection(site, clock, strata, names) ?? [];
  });
  if (sections.length === 0) return null;
  return html`<section id="what-changed">
    <h2>${site.word("what_changed.heading", { scope: scopeName(site, filters) })}</h2>
    <p class="lede">${site.word("what_changed.lede")}</p>
    ${sections} ${definitions(site, data.fitness, ["what_changed"])}
  </section>`;
}
