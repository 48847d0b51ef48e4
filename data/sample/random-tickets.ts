import type { Channel, HoldReason, Priority, ServiceId, Step, Ticket, Verb } from "./ticket.ts";
import {
  advance,
  awayFromClockChange,
  isOpenDate,
  isoText,
  openDaysAfter,
  wall,
} from "./wall-time.ts";
import type { Site } from "./wall-time.ts";
import { AGENTS, GROUPS, INCIDENT_TITLES, REQUEST_TITLES, REQUESTERS } from "./words.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** End of the data at both sites, wall time. */
export const DATA_END = wall("2026-11-01 00:00:00");

const MONTHS = ["2025-09", "2025-10", "2025-11", "2025-12"].concat(
  ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"].map((month) => `2026-${month}`),
);

/** Tickets to make besides the fixed ones, by month; the summer and the turn of the year are quiet. */
const VOLUMES: Record<Site, readonly number[]> = {
  paris: [17, 15, 15, 11, 17, 15, 16, 14, 12, 6, 11, 7, 18, 16],
  montreal: [14, 13, 12, 9, 15, 13, 13, 12, 11, 7, 9, 11, 16, 14],
};

/** How often a ticket is resolved within its target; Montréal has a hard spring after an office move. */
const punctuality = (site: Site, month: string): number =>
  site === "montreal" && month >= "2026-03" && month <= "2026-05" ? 0.72 : 0.9;

/** Targets of vigie.yaml in hours, by commitment. */
export const TARGET_HOURS: Record<Ticket["type"], Record<Priority, number>> = {
  incident: { P1: 4, P2: 8, P3: 16, P4: 40 },
  request: { P1: 8, P2: 16, P3: 24, P4: 40 },
};

/** Open days after which the tool closes a resolved ticket, as the reopen windows of vigie.yaml. */
export const AUTO_CLOSE_DAYS: Record<Site, number> = { paris: 5, montreal: 7 };

/** A seeded generator of numbers in [0, 1) (mulberry32), with what the sample draws from it. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number in `[low, high)`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low));
  }

  /** One of the entries, by weight. */
  pick<T>(entries: readonly (readonly [T, number])[]): T {
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [entry, weight] of entries) {
      left -= weight;
      if (left < 0) return entry;
    }
    return entries.at(-1)![0];
  }

  /** One of a list whose first entries come most often. */
  early<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() ** 1.7 * list.length)]!;
  }
}

const HOURS_OF_DAY = [
  [8, 9],
  [9, 18],
  [10, 16],
  [11, 12],
  [12, 3],
  [13, 8],
  [14, 14],
  [15, 11],
  [16, 9],
  [17, 5],
] as const;

function openingOf(dice: Dice, site: Site, month: string): number {
  const first = wall(`${month}-01 00:00:00`);
  for (;;) {
    const midnight = first + dice.whole(0, 31) * DAY;
    if (!isoText(midnight).startsWith(month)) continue;
    if (!isOpenDate(site, midnight) && !dice.chance(0.07)) continue;
    if (new Date(midnight * 1000).getUTCDay() !== 1 && dice.chance(0.2)) continue;
    const hour = dice.chance(0.05) ? dice.whole(0, 24) : dice.pick(HOURS_OF_DAY);
    const opened = awayFromClockChange(midnight + hour * HOUR + dice.whole(0, HOUR));
    // The last evening stays quiet, so that no ticket is cut off within minutes of the end of the data.
    if (opened < DATA_END - 2 * DAY) return opened;
  }
}

const INCIDENT_PRIORITIES = [
  ["P1", 4],
  ["P2", 13],
  ["P3", 52],
  ["P4", 31],
] as const;
const REQUEST_PRIORITIES = [
  ["P2", 5],
  ["P3", 45],
  ["P4", 50],
] as const;
const SERVICES: readonly (readonly [ServiceId, number])[] = [
  ["poste", 24],
  ["acces", 20],
  ["messagerie", 19],
  ["reseau", 15],
  ["impression", 12],
  ["gestion", 10],
];
const CHANNELS: readonly (readonly [Channel, number])[] = [
  ["phone", 38],
  ["self_service", 30],
  ["email", 22],
  ["chat", 6],
  ["walk_in", 4],
];
const HOLDS: readonly (readonly [HoldReason, number])[] = [
  ["requester", 60],
  ["provider", 25],
  ["change", 15],
];

/** Lays a ticket's steps one after the other; time runs in office hours, for P1 incidents around the clock. */
class Course {
  steps: Step[] = [];
  now: number;
  readonly #site: Site;
  readonly #isRoundTheClock: boolean;

  constructor(site: Site, openedAt: number, isRoundTheClock: boolean) {
    this.#site = site;
    this.now = openedAt;
    this.#isRoundTheClock = isRoundTheClock;
  }

  after(seconds: number, verb: Verb): void {
    const span = Math.max(1, Math.round(seconds));
    const at = this.#isRoundTheClock ? this.now + span : advance(this.#site, this.now, span);
    this.at(awayFromClockChange(at), verb);
  }

  at(at: number, verb: Verb): void {
    this.now = Math.max(at, this.now + 1);
    this.steps.push({ at: this.now, verb });
  }
}

function takeOver(dice: Dice, course: Course, ticket: Ticket): void {
  const allowed = { P1: 0.25 * HOUR, P2: HOUR, P3: 4 * HOUR, P4: 8 * HOUR }[ticket.priority];
  const share = dice.chance(0.93) ? 0.03 + 0.8 * dice.next() ** 2 : 1.1 + 1.5 * dice.next();
  const delay = allowed * share;
  const isByEmail = ticket.channel === "email" || ticket.channel === "self_service";
  if (isByEmail) course.at(ticket.openedAt + dice.whole(3, 9), "auto-reply");
  if (ticket.priority !== "P1" && dice.chance(0.04)) {
    course.after(delay * 0.4, dice.chance(0.5) ? "P2" : "P4");
  }
  if (dice.chance(0.3)) course.after(delay * 0.5, "reply");
  course.after(delay * 0.6, "take");
}

function work(dice: Dice, course: Course, ticket: Ticket, isPunctual: boolean): void {
  const target = TARGET_HOURS[ticket.type][ticket.priority] * HOUR;
  const share = isPunctual ? 0.03 + 0.8 * dice.next() ** 1.6 : 1.02 + 1.3 * dice.next();
  const active = target * share;
  if (dice.chance(0.14)) course.after(active * 0.2, "group");
  const raised: Record<Priority, Priority> = { P1: "P2", P2: "P3", P3: "P2", P4: "P3" };
  if (dice.chance(0.05)) course.after(active * 0.2, raised[ticket.priority]);
  if (ticket.priority !== "P1" && dice.chance(0.27)) {
    const reason = dice.pick(HOLDS);
    course.after(active * 0.3, `hold:${reason}`);
    const wait = dice.whole(2 * HOUR, 26 * HOUR);
    if (reason === "requester") course.after(wait * 0.9, "ask");
    course.after(reason === "requester" ? wait * 0.1 : Math.min(wait, active * 0.4), "resume");
  }
  if (dice.chance(0.25)) course.after(active * 0.1, dice.chance(0.6) ? "reply" : "note");
  course.after(active * 0.4, "resolve");
}

function finish(dice: Dice, course: Course, site: Site): void {
  const days = AUTO_CLOSE_DAYS[site];
  if (dice.chance(0.045)) {
    course.after(dice.whole(2 * HOUR, 24 * HOUR), "reopen");
    course.after(dice.whole(HOUR, 10 * HOUR), "resolve");
  }
  const windowEnd = openDaysAfter(site, course.now, days);
  if (dice.chance(0.15)) {
    course.after(dice.whole(HOUR, 3 * HOUR), "close");
    return;
  }
  course.at(windowEnd + 5 * MINUTE, "close");
  if (dice.chance(0.02)) {
    course.after(dice.whole(4 * HOUR, 40 * HOUR), "reopen");
    course.after(dice.whole(HOUR, 14 * HOUR), "resolve");
    course.at(openDaysAfter(site, course.now, days) + 5 * MINUTE, "close");
  }
}

function live(dice: Dice, ticket: Ticket, month: string): Step[] {
  const isRoundTheClock = ticket.priority === "P1" && ticket.type === "incident";
  const course = new Course(ticket.site, ticket.insertedAt, isRoundTheClock);
  takeOver(dice, course, ticket);
  const fate = dice.next();
  if (fate < 0.035) {
    course.after(dice.whole(HOUR, 60 * HOUR), "cancel");
  } else if (fate < 0.055) {
    course.after(dice.whole(2 * HOUR, 20 * HOUR), "close");
  } else if (fate < 0.075 && ticket.priority !== "P1") {
    course.after(dice.whole(HOUR, 8 * HOUR), `hold:${dice.pick(HOLDS)}`);
  } else if (fate > 0.985 && ticket.priority !== "P1") {
    course.after(dice.whole(HOUR, 8 * HOUR), "note");
  } else {
    work(dice, course, ticket, dice.chance(punctuality(ticket.site, month)));
    finish(dice, course, ticket.site);
  }
  return course.steps.filter(({ at }) => at < DATA_END);
}

function draw(dice: Dice, site: Site, openedAt: number): Ticket {
  const type = dice.chance(0.69) ? "incident" : "request";
  const service = dice.pick(SERVICES);
  const titles = (type === "incident" ? INCIDENT_TITLES : REQUEST_TITLES)[site][service];
  const channel = service === "reseau" && dice.chance(0.2) ? "monitoring" : dice.pick(CHANNELS);
  const ticket: Ticket = {
    key: "",
    site,
    type,
    priority: dice.pick<Priority>(type === "incident" ? INCIDENT_PRIORITIES : REQUEST_PRIORITIES),
    service,
    title: dice.early(titles),
    channel: type === "request" ? (dice.chance(0.8) ? "self_service" : "email") : channel,
    requester: dice.early(REQUESTERS[site]),
    agent: dice.early(AGENTS[site]),
    group: GROUPS[site][service],
    openedAt,
    insertedAt: openedAt,
    steps: [],
  };
  if (ticket.channel === "phone" && dice.chance(0.2)) ticket.insertedAt += dice.whole(60, 400);
  return ticket;
}

/** The random tickets of a site, in the order of their opening, without keys; the same for the same seed. */
export function randomTickets(site: Site, seed: number): Ticket[] {
  const dice = new Dice(seed);
  return MONTHS.flatMap((month, index) => {
    const count = VOLUMES[site][index] ?? 0;
    const openings = Array.from({ length: count }, () => openingOf(dice, site, month));
    return openings
      .toSorted((left, right) => left - right)
      .map((openedAt) => {
        const ticket = draw(dice, site, openedAt);
        ticket.steps = live(dice, ticket, month);
        return ticket;
      });
  });
}
