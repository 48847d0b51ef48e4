import type { Dice } from "./dice.ts";
import { weighted } from "./dice.ts";
import { groupOf } from "./group.ts";
import type { OfficeTime } from "./business-time.ts";
import type { HoldReason, Priority, Step, Ticket } from "./ticket.ts";
import { DAY, dayOf, HOUR, MINUTE, weekdayOf } from "./wall-clock.ts";

/** Targets of vigie.yaml in office hours, by type. */
export const TARGET_HOURS: Record<"incident" | "request", Record<Priority, number>> = {
  incident: { P1: 4, P2: 8, P3: 16, P4: 40 },
  request: { P1: 8, P2: 16, P3: 24, P4: 40 },
};
const RESPONSE_HOURS: Record<Priority, number> = { P1: 0.25, P2: 1, P3: 4, P4: 8 };

/** Open days after which the tools close a resolved ticket, as the reopen windows of vigie.yaml. */
export const AUTO_CLOSE_DAYS = 5;

const HOLDS = weighted<HoldReason>([
  ["requester", 58],
  ["provider", 20],
  ["change", 8],
  ["scheduled", 14],
]);
const RAISED: Record<Priority, Priority> = { P1: "P2", P2: "P3", P3: "P2", P4: "P3" };

/** A step without its instant. */
type Act = Step extends infer S ? (S extends Step ? Omit<S, "at"> : never) : never;

/** `time` moved out of the Sunday hours in which some zone of the group changes its clock. */
function awayFromClockChange(time: number): number {
  const day = dayOf(time);
  const hour = (time - day * DAY) / HOUR;
  return weekdayOf(day) === 0 && hour < 9 ? time + 9 * HOUR : time;
}

/** Lays a ticket's steps one after the other: in office time, for P1 incidents around the clock. */
export class Course {
  readonly steps: Step[] = [];
  now: number;
  readonly #office: OfficeTime;
  readonly #isRoundTheClock: boolean;

  constructor(office: OfficeTime, openedAt: number, isRoundTheClock: boolean) {
    this.#office = office;
    this.now = openedAt;
    this.#isRoundTheClock = isRoundTheClock;
  }

  after(seconds: number, act: Act): void {
    const span = Math.max(1, Math.round(seconds));
    this.at(this.#isRoundTheClock ? this.now + span : this.#office.advance(this.now, span), act);
  }

  at(at: number, act: Act): void {
    this.now = Math.max(awayFromClockChange(at), this.now + 1);
    this.steps.push({ ...act, at: this.now });
  }

  /** Local midnight after so many open days. */
  openDays(days: number): number {
    return this.#office.openDaysAfter(this.now, days);
  }
}

const agentOf = (dice: Dice, { agents }: { agents: readonly string[] }): string =>
  dice.early(agents);

function takeOver(dice: Dice, course: Course, ticket: Ticket): void {
  const share = dice.chance(0.93) ? 0.03 + 0.8 * dice.next() ** 2 : 1.1 + 1.5 * dice.next();
  const delay = RESPONSE_HOURS[ticket.priority] * HOUR * share;
  if (ticket.channel === "email" || ticket.channel === "self_service")
    course.at(ticket.openedAt + dice.whole(3, 9), { verb: "auto-reply" });
  if (ticket.priority !== "P1" && dice.chance(0.03))
    course.after(delay * 0.4, { verb: "priority", priority: RAISED[ticket.priority] });
  if (dice.chance(0.2)) course.after(delay * 0.5, { verb: "reply" });
  course.after(delay * 0.5, { verb: "take", agent: agentOf(dice, ticket.group) });
}

function escalate(dice: Dice, course: Course, ticket: Ticket, level: 2 | 3, seconds: number): void {
  const group = groupOf(ticket.site, ticket.service, level);
  if (group === ticket.group) return;
  course.after(seconds * 0.6, { verb: "move", group });
  course.after(seconds * 0.4, { verb: "take", agent: agentOf(dice, group) });
}

function wait(dice: Dice, course: Course, active: number): number {
  const reason = dice.pick(HOLDS);
  course.after(active * 0.2, { verb: "hold", reason });
  if (reason === "requester") {
    const waited = dice.chance(0.06)
      ? dice.whole(5, 30) * 8.5 * HOUR
      : dice.whole(2 * HOUR, 30 * HOUR);
    if (dice.chance(0.75)) course.after(waited * 0.9, { verb: "ask" });
    course.after(waited * 0.1, { verb: "resume" });
    return 0.2;
  }
  // The contract does not pause for these: what is waited counts.
  course.after(active * 0.35, { verb: "resume" });
  return 0.55;
}

function work(dice: Dice, course: Course, ticket: Ticket, isPunctual: boolean): void {
  const hours = TARGET_HOURS[ticket.type === "request" ? "request" : "incident"][ticket.priority];
  const share = isPunctual ? 0.03 + 0.78 * dice.next() ** 1.6 : 1.03 + 1.4 * dice.next() ** 1.5;
  const active = hours * HOUR * share;
  let left = 0.75;
  if (dice.chance(ticket.group.level === 1 ? 0.42 : 0.12)) {
    const level = ticket.group.level === 1 ? 2 : 3;
    escalate(dice, course, ticket, level, active * 0.2);
    left -= 0.2;
    if (level === 2 && dice.chance(0.16)) {
      escalate(dice, course, ticket, 3, active * 0.1);
      left -= 0.1;
    }
  }
  if (dice.chance(0.02))
    course.after(active * 0.05, { verb: "priority", priority: RAISED[ticket.priority] });
  if (ticket.priority !== "P1" && dice.chance(0.26)) left -= wait(dice, course, active);
  if (dice.chance(0.22)) course.after(active * 0.1, { verb: dice.chance(0.6) ? "reply" : "note" });
  course.after(active * Math.max(0.1, left), { verb: "resolve" });
}

function finish(dice: Dice, course: Course): void {
  if (dice.chance(0.04)) {
    course.after(dice.whole(2 * HOUR, 30 * HOUR), { verb: "reopen" });
    course.after(dice.whole(HOUR, 10 * HOUR), { verb: "resolve" });
  }
  const windowEnd = course.openDays(AUTO_CLOSE_DAYS);
  if (dice.chance(0.15)) {
    course.after(dice.whole(HOUR, 3 * HOUR), { verb: "close" });
    return;
  }
  course.at(windowEnd + 5 * MINUTE, { verb: "close" });
  if (dice.chance(0.012)) {
    course.after(dice.whole(4 * HOUR, 40 * HOUR), { verb: "reopen" });
    course.after(dice.whole(HOUR, 14 * HOUR), { verb: "resolve" });
    course.at(course.openDays(AUTO_CLOSE_DAYS) + 5 * MINUTE, { verb: "close" });
  }
}

/** Waits for weeks before anybody ends it, or nobody does. */
function linger(dice: Dice, course: Course): void {
  course.after(dice.whole(HOUR, 8 * HOUR), { verb: "hold", reason: dice.pick(HOLDS) });
  if (dice.chance(0.04)) return;
  course.after(dice.whole(8, 70) * 8.5 * HOUR, { verb: "resume" });
  course.after(
    dice.whole(HOUR, 12 * HOUR),
    dice.chance(0.7) ? { verb: "resolve" } : { verb: "cancel", isByRequester: false },
  );
  if (course.steps.at(-1)!.verb === "resolve") finish(dice, course);
}

/** The steps of an incident or a request up to `end` (wall time), drawn so that `isPunctual` mostly comes true. */
export function live(
  dice: Dice,
  office: OfficeTime,
  ticket: Ticket,
  isPunctual: boolean,
  end: number,
): Step[] {
  const isRoundTheClock = ticket.priority === "P1" && ticket.type === "incident";
  const course = new Course(office, ticket.openedAt, isRoundTheClock);
  if (ticket.duplicateOf !== "") {
    course.after(dice.whole(10 * MINUTE, 3 * HOUR), {
      verb: "take",
      agent: agentOf(dice, ticket.group),
    });
    course.after(dice.whole(MINUTE, HOUR), { verb: "cancel", isByRequester: false });
    return before(course.steps, end);
  }
  if (ticket.type === "request" && dice.chance(0.12)) {
    course.after(dice.whole(5 * MINUTE, 90 * MINUTE), {
      verb: "take",
      agent: agentOf(dice, ticket.group),
    });
    course.after(MINUTE, { verb: "hold", reason: "approval" });
    course.after(dice.whole(HOUR, 12 * HOUR), { verb: "resume" });
  } else takeOver(dice, course, ticket);
  const fate = dice.next();
  if (fate < 0.03)
    course.after(dice.whole(HOUR, 60 * HOUR), { verb: "cancel", isByRequester: dice.chance(0.6) });
  else if (fate < 0.045) course.after(dice.whole(2 * HOUR, 20 * HOUR), { verb: "close" });
  else if (fate < 0.06 && ticket.priority !== "P1") linger(dice, course);
  else {
    work(dice, course, ticket, isPunctual);
    finish(dice, course);
  }
  return before(course.steps, end);
}

/** The steps of a problem: analysis, a fix in a change, closure after `openDays` days or never. */
export function study(
  dice: Dice,
  office: OfficeTime,
  ticket: Ticket,
  openDays: number | null,
  end: number,
): Step[] {
  const course = new Course(office, ticket.openedAt, false);
  const days = openDays ?? 200;
  course.after(dice.whole(HOUR, 16 * HOUR), { verb: "take", agent: agentOf(dice, ticket.group) });
  course.at(ticket.openedAt + Math.floor(days * 0.3 * DAY), { verb: "note" });
  course.at(ticket.openedAt + Math.floor(days * 0.5 * DAY), { verb: "hold", reason: "change" });
  if (openDays !== null) {
    course.at(ticket.openedAt + Math.floor(days * 0.9 * DAY), { verb: "resume" });
    course.at(ticket.openedAt + Math.floor(days * 0.95 * DAY), { verb: "resolve" });
    course.at(ticket.openedAt + days * DAY, { verb: "close" });
  }
  return before(course.steps, end);
}

function before(steps: Step[], end: number): Step[] {
  const cut = steps.findIndex(({ at }) => at >= end);
  return cut === -1 ? steps : steps.slice(0, cut);
}
