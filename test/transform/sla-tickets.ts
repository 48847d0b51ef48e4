import type { OracleCommitment, OracleEvent, OracleTicket } from "./sla-oracle.ts";

/** Zones with what is hard about them: night of change, half hour, three quarters, southern summer, a rule that changed. */
export const SITES: Record<string, string> = {
  paris: "Europe/Paris",
  sydney: "Australia/Sydney",
  kolkata: "Asia/Kolkata",
  kathmandu: "Asia/Kathmandu",
  lord_howe: "Australia/Lord_Howe",
  casablanca: "Africa/Casablanca",
  new_york: "America/New_York",
};
export const CHATHAM = "Pacific/Chatham";

/** Calendars as written; `zone` is a zone or `site`; `later` a second version, of other hours. */
export const CALENDARS: Record<
  string,
  {
    zone: string;
    hours: Record<string, string[]>;
    closures: string[];
    later?: { from: string; hours: Record<string, string[]> };
  }
> = {
  office: {
    zone: "site",
    hours: { "mon-fri": ["08:30-12:30", "13:30-18:00"] },
    closures: ["2026-03-30", "2026-04-06", "2026-07-14", "2026-10-05"],
    later: { from: "2026-09-22", hours: { "mon-fri": ["07:00-11:45", "12:45-17:15"] } },
  },
  nights: { zone: "site", hours: { "mon-sun": ["00:00-06:00", "22:00-24:00"] }, closures: [] },
  always: { zone: "site", hours: { "mon-sun": ["00:00-24:00"] }, closures: ["2026-10-25"] },
  chatham: {
    zone: CHATHAM,
    hours: {
      "mon-sat": ["00:15-02:50", "03:05-05:00", "07:00-09:00", "10:00-12:00", "16:00-24:00"],
    },
    closures: [],
  },
};

const POLICIES = ["in_force", "final", "original", "proportional", "restart"];
const READINGS = ["cumulative", "first", "continuous"];
const HOUR = 3600;

/** Contracts of every clock, policy and reading. */
export const COMMITMENTS: OracleCommitment[] = Object.keys(SITES).flatMap((site, index) => {
  const common = {
    site,
    group: null,
    policy: POLICIES[index % 5]!,
    reading: READINGS[index % 3]!,
    tolerance: index % 4 === 1 ? 300 : 0,
    triageDelay: index % 3 === 2 ? 1800 : 0,
    reopenHours: null,
  };
  const targets = {
    P1: { seconds: 4 * HOUR, calendar: "always" },
    P2: { seconds: 5 * HOUR, calendar: "office" },
    P3: { seconds: 7 * HOUR + 60, calendar: index % 2 === 0 ? "nights" : "office" },
    P4: { seconds: 13 * HOUR, calendar: index % 2 === 0 ? "office" : "chatham" },
  };
  const short = Object.fromEntries(
    Object.entries(targets).map(([priority, { seconds, calendar }]) => [
      priority,
      { seconds: Math.round(seconds / 4 / 60) * 60, calendar },
    ]),
  );
  const pause = { statuses: ["on_hold"], reasons: index % 2 === 0 ? ["awaiting_requester"] : null };
  return [
    {
      ...common,
      id: `${site}-resolution`,
      clock: "resolution",
      targets,
      calendar: "office",
      pause,
    },
    {
      ...common,
      id: `${site}-network`,
      clock: "resolution",
      group: "Network",
      reopenHours: index % 2 === 0 ? 12 : null,
      policy: POLICIES[(index + 2) % 5]!,
      targets,
      calendar: "nights",
      pause: { statuses: ["on_hold", "assigned"], reasons: null },
    },
    {
      ...common,
      id: `${site}-response`,
      clock: "response",
      targets: short,
      calendar: "office",
      pause: { statuses: [], reasons: null },
    },
    {
      ...common,
      id: `${site}-restoration`,
      clock: "restoration",
      reopenHours: index % 3 === 1 ? 6 : null,
      reading: READINGS[(index + 1) % 3]!,
      targets,
      calendar: "office",
      pause,
    },
    {
      ...common,
      id: `${site}-ola`,
      clock: "ola",
      reopenHours: index % 3 === 0 ? 96 : null,
      policy: POLICIES[(index + 1) % 5]!,
      targets: short,
      calendar: "office",
      pause,
    },
    {
      ...common,
      id: `${site}-provider`,
      clock: "provider",
      policy: POLICIES[(index + 3) % 5]!,
      targets: short,
      calendar: "always",
      pause: { statuses: ["on_hold"], reasons: null },
    },
  ] satisfies OracleCommitment[];
});

const NIGHTS = [
  "2026-03-08",
  "2026-03-28",
  "2026-04-04",
  "2026-09-19",
  "2026-10-03",
  "2026-10-24",
].map((day) => Date.parse(`${day}T12:00:00Z`) / 1000);
const REASONS = ["awaiting_requester", "awaiting_provider", "awaiting_change", "other"];
const GROUPS = ["Desk", "Network", "Desktop", ""];
const PROVIDERS = ["", "acme", "orvane"];

/** Receipt of the imports of the tests: what is dated after it is not taken. */
const RECEIPT = Date.parse("2026-11-02T08:00:00Z") / 1000;

/** A seeded generator of whole numbers below a bound (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A ticket with a life of its own: ties, instants of no length, pauses, handovers, reopenings, some still open. */
export function drawTicket(
  id: string,
  draw: (below: number) => number,
  through: number,
): OracleTicket {
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)]!;
  const unit = draw(5) === 0 ? 1 : 60;
  const isRecent = draw(4) === 0;
  const base = isRecent
    ? through - draw(9 * 86_400)
    : draw(2) === 0
      ? pick(NIGHTS) + draw(36 * 3600)
      : Date.parse("2026-02-20T00:00:00Z") / 1000 + draw(230 * 86_400);
  const opened = Math.floor(base / unit) * unit;
  const events: OracleEvent[] = [];
  const now = {
    status: "new",
    priority: pick(["P1", "P2", "P3", "P4", "P4", "P5"]),
    assignment_group: pick(GROUPS),
    provider: pick(PROVIDERS),
    assignee: "",
  };
  const initial = { ...now };
  let second = opened;
  const wait = (most: number) => {
    if (draw(6) > 0) second += Math.floor(draw(most) / unit) * unit;
  };
  const change = (field: OracleEvent["field"], to: string) => {
    if (second > RECEIPT) return;
    const from = field === "comment" ? "" : now[field];
    if (field !== "comment" && from === to && !(field === "status" && to === "on_hold")) return;
    if (field !== "comment") now[field] = to;
    events.push({
      second,
      sequence: events.length,
      field,
      from,
      to,
      holdReason: field === "status" && to === "on_hold" ? pick(REASONS) : "",
      actor: pick(["agent", "agent", "agent", "automatic", "requester"]),
    });
  };
  const work = (steps: number) => {
    for (let index = 0; index < steps; index += 1) {
      wait(draw(3) === 0 ? 30 * HOUR : 4 * HOUR);
      const kind = draw(10);
      if (kind < 4) change("status", pick(["assigned", "in_progress", "on_hold", "on_hold"]));
      else if (kind < 6) change("priority", pick(["P1", "P2", "P3", "P4", "P5"]));
      else if (kind < 7) change("assignment_group", pick(GROUPS));
      else if (kind < 8) change("provider", pick(PROVIDERS));
      else if (kind < 9) change("assignee", pick(["a", "b", ""]));
      else change("comment", "text");
    }
  };
  work(draw(7));
  const rounds = 1 + (draw(3) === 0 ? 1 + draw(2) : 0);
  for (let round = 0; round < rounds; round += 1) {
    if (isRecent && draw(3) === 0) break;
    wait(8 * HOUR);
    change("status", pick(["resolved", "resolved", "resolved", "closed", "cancelled"]));
    if (draw(4) === 0) {
      wait(20 * HOUR);
      if (now.status === "resolved") change("status", "closed");
    }
    if (round === rounds - 1) break;
    wait(4 * 24 * HOUR);
    change("status", "in_progress");
    work(draw(4));
    if (!isRecent && round === rounds - 2) {
      wait(8 * HOUR);
      change("status", "resolved");
    }
  }
  if (events.length === 0) {
    second = opened;
    change("comment", "text");
  }
  const restored = draw(3) === 0 ? opened + Math.floor(draw(40 * HOUR) / unit) * unit : null;
  return {
    id,
    site: pick(Object.keys(SITES)),
    type: "incident",
    opened,
    restored: restored !== null && restored <= through ? restored : null,
    priority: events.some(({ field }) => field === "priority") ? now.priority : initial.priority,
    group: now.assignment_group,
    provider: now.provider,
    events,
  };
}
