import { END_DAY, FIRST_DAY, SITES } from "./site.ts";
import { DATA_THROUGH } from "./source.ts";
import type { Site } from "./site.ts";
import { isEnded, opening, apply } from "./state.ts";
import type { Ticket, TicketType } from "./ticket.ts";
import { dateText, dayOf, PARIS, toInstant, toWall, wall } from "./wall-clock.ts";

/** A row of a file that cannot be taken: where it stands and why. */
export interface Reject {
  file: string;
  line: number;
  column: string;
  value: string;
  reason: string;
}

/** Months of the exports, cut in Paris, the reporting zone. */
export const MONTHS: readonly string[] = [
  ...new Set(
    Array.from({ length: END_DAY - FIRST_DAY }, (_, day) => dateText(FIRST_DAY + day).slice(0, 7)),
  ),
];
const monthIndex = new Map(MONTHS.map((month, index) => [month, index]));
const MONTH_STARTS = MONTHS.map((month) => toInstant(PARIS, wall(`${month}-01`)));

const monthOf = (instant: number): number => {
  const index = monthIndex.get(dateText(dayOf(toWall(PARIS, instant))).slice(0, 7));
  if (index === undefined)
    throw new Error(`no such month: ${instant}; expected an instant of the exports`);
  return index;
};

const TYPES: readonly TicketType[] = ["incident", "request", "problem"];

/** Counts of one site and type by month. */
class Counts {
  readonly opened = new Uint32Array(MONTHS.length);
  readonly backlog = new Uint32Array(MONTHS.length);
  tickets = 0;
  reopened = 0;
  open = 0;
  cancelled = 0;
}

/** What is kept of every ticket: counts, never the ticket itself. */
export class Bookkeeping {
  readonly #counts = new Map(
    SITES.map(({ id }) => [id, new Map(TYPES.map((type) => [type, new Counts()]))]),
  );
  /** Tickets by site, service and type with a target, and how many were meant to keep it. */
  readonly #strata = new Map<string, { resolved: number; punctual: number }>();
  readonly odd = new Map<string, number>();

  add(ticket: Ticket): void {
    const counts = this.#counts.get(ticket.site.id)!.get(ticket.type)!;
    const { zone, source } = ticket.site;
    counts.tickets += 1;
    counts.opened[monthOf(toInstant(zone, ticket.openedAt))]! += 1;
    const state = opening(ticket);
    let openSince: number | null = toInstant(zone, ticket.openedAt);
    for (const step of ticket.steps) {
      if (step.verb === "odd") this.odd.set(source, (this.odd.get(source) ?? 0) + 1);
      apply(state, step);
      const at = toInstant(zone, step.at);
      if (isEnded(state.status) && openSince !== null) {
        this.#stand(counts, openSince, at);
        openSince = null;
      } else if (!isEnded(state.status)) openSince ??= at;
    }
    if (openSince !== null) {
      this.#stand(counts, openSince, Infinity);
      counts.open += 1;
    }
    if (state.reopened > 0) counts.reopened += 1;
    if (state.status === "cancelled") counts.cancelled += 1;
    if (ticket.isPunctual === null || (state.status !== "resolved" && state.status !== "closed"))
      return;
    const key = `${ticket.site.id}/${ticket.service.id}/${ticket.type}`;
    const stratum = this.#strata.get(key) ?? { resolved: 0, punctual: 0 };
    stratum.resolved += 1;
    if (ticket.isPunctual) stratum.punctual += 1;
    this.#strata.set(key, stratum);
  }

  /** Open from `from` on and not before `to`: in the stock of every month that ends in between. */
  #stand(counts: Counts, from: number, to: number): void {
    for (let month = monthOf(from); month < MONTHS.length; month += 1) {
      const end = MONTH_STARTS[month + 1] ?? Infinity;
      if (to < end) return;
      counts.backlog[month]! += 1;
    }
  }

  sites(): Record<string, unknown> {
    return Object.fromEntries(
      SITES.map((site) => {
        const types = [...this.#counts.get(site.id)!].filter(([, { tickets }]) => tickets > 0);
        const by = (of: (counts: Counts) => unknown) =>
          Object.fromEntries(types.map(([type, counts]) => [type, of(counts)]));
        const monthly = (of: (counts: Counts) => Uint32Array) =>
          by((counts) =>
            Object.fromEntries(MONTHS.map((month, index) => [month, of(counts)[index]!])),
          );
        return [
          site.id,
          {
            source: site.source,
            tickets: by(({ tickets }) => tickets),
            open: by(({ open }) => open),
            cancelled: by(({ cancelled }) => cancelled),
            reopened: by(({ reopened }) => reopened),
            opened_per_month: monthly(({ opened }) => opened),
            backlog_per_month: monthly(({ backlog }) => backlog),
          },
        ];
      }),
    );
  }

  /** Share of tickets meant to keep their target: crude, and directly standardised over service and type to the group's mix. */
  comparison(sites: readonly string[]): Record<string, { crude: number; standardised: number }> {
    const weights = new Map<string, number>();
    for (const [key, { resolved }] of this.#strata) {
      const stratum = key.slice(key.indexOf("/") + 1);
      weights.set(stratum, (weights.get(stratum) ?? 0) + resolved);
    }
    return Object.fromEntries(
      sites.map((site) => {
        let [resolved, punctual, weight, sum] = [0, 0, 0, 0];
        for (const [stratum, share] of weights) {
          const own = this.#strata.get(`${site}/${stratum}`);
          if (!own || own.resolved < 5) continue;
          resolved += own.resolved;
          punctual += own.punctual;
          weight += share;
          sum += (share * own.punctual) / own.resolved;
        }
        const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
        return [site, { crude: rounded(punctual / resolved), standardised: rounded(sum / weight) }];
      }),
    );
  }
}

/** Instant at which a source's data ends, and the same as its sites' wall clock. */
export const endOf = (site: Site): number =>
  toWall(site.zone, Date.parse(DATA_THROUGH[site.source]) / 1000);
