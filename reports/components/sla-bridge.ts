import { html } from "htl";

import { rate, sum, type Rate } from "./figures.js";
import type { MartRow } from "./marts.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

interface Step {
  label: string;
  met: number;
  late: number;
  /** The rate of a reading; null of a step between them. */
  value: Rate | null;
}

/** From the headline of a month to the `latched` reading, in tickets; steps that move none are left out. */
export function bridgeTable(
  site: Site,
  rows: MartRow<"mart_sla_bridge_monthly">[],
  names: { month: string; rule: string },
): HTMLElement {
  const count = (key: keyof (typeof rows)[number]): number => sum(rows, (row) => Number(row[key]));
  const reading = (label: string, met: number, late: number): Step => ({
    label,
    met,
    late,
    value: rate(met, late),
  });
  const step = (label: string, met: number, late: number): Step[] =>
    met === 0 && late === 0 ? [] : [{ label, met, late, value: null }];
  const steps = [
    reading(names.rule, count("headline_met"), count("headline_breached")),
    ...step(
      site.word("bridge.other_months"),
      -count("met_of_other_months"),
      -count("breached_in_other_months"),
    ),
    ...step(site.word("bridge.still_open"), 0, count("breached_still_open")),
    ...step(
      site.word("bridge.elsewhere"),
      count("met_counted_elsewhere"),
      count("breached_counted_elsewhere"),
    ),
    reading(site.wordOf("month_rule", "latched"), count("latched_met"), count("latched_breached")),
  ];
  const shown = (value: number, isReading: boolean): string =>
    isReading ? site.number(value) : value === 0 ? "" : site.signed(value);
  const more = count("latched_breached") - count("headline_breached");
  return html`<div class="bridge">
    <h3>${site.word("readings.title")}</h3>
    <p>
      ${more === 0 ? site.word("readings.same") : more > 0 ? site.word("readings.more", { n: more }) : site.word("readings.fewer", { n: -more })}
    </p>
    ${dataTable(site, {
      title: site.word("readings.table", { month: names.month }),
      rows: steps,
      columns: [
        { label: site.word("column.reading"), value: ({ label }) => label },
        {
          label: site.word("column.met"),
          value: ({ met }) => met,
          show: ({ met, value }) => shown(met, value !== null),
          isNumber: true,
        },
        {
          label: site.word("column.late"),
          value: ({ late }) => late,
          show: ({ late, value }) => shown(late, value !== null),
          isNumber: true,
        },
        {
          label: site.word("column.rate"),
          value: ({ value }) => (value === null || value.isSmall ? null : value.ratio),
          show: ({ value }) => (value === null ? "" : showRate(site, value)),
          isNumber: true,
        },
      ],
    })}
  </div>`;
}
