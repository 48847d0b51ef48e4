import { approximateQuantile, sum } from "./figures.js";
import { singleSite, siteTest, typeTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

export interface DelayData {
  delays: MartRow<"mart_delays_monthly">[];
  quantiles: MartRow<"mart_delay_quantiles_monthly">[];
}

export interface Delay {
  tickets: number;
  /** Seconds; null without tickets. */
  median: number | null;
  p90: number | null;
  /** Always exact. */
  mean: number | null;
  /** Whether median and P90 come from the histogram, as not every cut has exact ones. */
  isApproximate: boolean;
}

/** The time that delays are told in: business time where a contract has calendars, else calendar time. */
export function delayTime(site: Site, { quantiles }: DelayData): string {
  const hasCalendars = site.context.commitments.length > 0;
  return hasCalendars && quantiles.some(({ time }) => time === "business")
    ? "business"
    : "calendar";
}

/**
 * Median and P90 of the time to resolve.
 *
 * @param month empty for the whole period
 * @param priority `*` for all
 */
export function delayOf(
  site: Site,
  data: DelayData,
  filters: Filters,
  cut: { month: string; priority: string; time: string },
): Delay {
  const place = singleSite(site, filters);
  const type = filters.type || "*";
  // No exact quantiles are kept for a site, a type and a priority at once.
  const isKept = place === "*" || type === "*" || cut.priority === "*";
  if (place !== null && isKept) {
    const row = data.quantiles.find(
      (candidate) =>
        candidate.month === cut.month &&
        candidate.site_id === place &&
        candidate.type === type &&
        candidate.priority === cut.priority &&
        candidate.time === cut.time,
    );
    return {
      tickets: row?.tickets ?? 0,
      median: row?.median_seconds ?? null,
      p90: row?.p90_seconds ?? null,
      mean: row?.mean_seconds ?? null,
      isApproximate: false,
    };
  }
  const rows = delayRows(site, data, filters, cut);
  const tickets = sum(rows, (row) => row.tickets);
  return {
    tickets,
    median: approximateQuantile(rows, 0.5),
    p90: approximateQuantile(rows, 0.9),
    mean: tickets === 0 ? null : sum(rows, (row) => row.sum_seconds ?? 0) / tickets,
    isApproximate: true,
  };
}

/** The histogram's rows of a cut. */
export function delayRows(
  site: Site,
  data: DelayData,
  filters: Filters,
  cut: { month: string; priority: string; time: string },
): MartRow<"mart_delays_monthly">[] {
  const isSeen = siteTest(site, filters);
  const isType = typeTest(filters);
  return data.delays.filter(
    (row) =>
      row.time === cut.time &&
      (cut.month === "" || row.month === cut.month) &&
      (cut.priority === "*" || row.priority === cut.priority) &&
      isSeen(row.site_id) &&
      isType(row.type),
  );
}

/** A delay in words, ≈ before what is approximate. */
export function showDelay(
  site: Site,
  seconds: number | null,
  isApproximate: boolean,
  time: string,
): string {
  if (seconds === null) return site.word("rate.none");
  return `${isApproximate ? "≈\u202f" : ""}${site.duration(seconds, time)}`;
}
