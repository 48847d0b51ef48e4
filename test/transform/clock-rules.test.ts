import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { rows, type Row } from "../../ingest/query.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { isoText } from "../warehouse.ts";

/** Paris office hours: a morning (08:30-12:30) has 14,400 s, an afternoon (13:30-18:00) 16,200 s, a day 30,600 s. */
const CONFIG = `
vigie: 1
organisation:
  name: Rules
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: p, kind: site, parent: g, name: P, zone: Europe/Paris }
providers:
  - { id: acme, name: Acme, groups: [Acme N2] }
sources:
  - { id: s, tool: T, zone: Europe/Paris, site: p, data_through: 2026-08-01T00:00:00+02:00, reopen_window: 72h, inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }] }
  - { id: early, tool: T, zone: Europe/Paris, site: p, data_through: 2026-06-01T10:30:00+02:00, inputs: [{ path: early-tickets.csv, mapping: tickets.yaml }, { path: early-events.csv, mapping: events.yaml }] }
calendars:
  - { id: office, zone: Europe/Paris, holidays: none, hours: { mon-fri: ["08:30-12:30", "13:30-18:00"] } }
  - { id: shop, zone: Europe/Paris, holidays: none, hours: { mon-fri: ["08:30-12:30"] }, valid_to: 2026-06-30 }
  - { id: shop, zone: Europe/Paris, holidays: none, hours: { mon-fri: ["10:00-12:00"] }, closures: [{ date: 2026-06-02 }, { date: 2026-07-03 }], valid_from: 2026-07-01 }
commitments:
  - { id: fix, name: Fix, clock: resolution, calendar: office, targets: { P1: 2h, P2: 90m, P3: 8h, P4: 4h }, pause: { statuses: [on_hold], reasons: [awaiting_requester] }, goal: 90, valid_to: 2026-06-30 }
  - { id: fix, name: Fix, clock: resolution, calendar: office, targets: { P1: 1h, P2: 90m, P3: 6h, P4: 4h }, pause: { statuses: [on_hold], reasons: [awaiting_requester] }, goal: 90, valid_from: 2026-07-01 }
  - { id: network, name: Network, clock: resolution, scope: { group: [Network] }, calendar: office, targets: { P1: 2h, P3: 2h }, goal: 90 }
  - { id: forgiving, name: Forgiving, clock: resolution, scope: { population: [vip] }, calendar: office, targets: { P3: 2h }, tolerance: 10m, start: reported, goal: 90 }
  - { id: answer, name: Answer, clock: response, calendar: office, targets: { P1: 1h, P3: 1h }, goal: 90 }
  - { id: shop, name: Shop, clock: resolution, scope: { population: [shop] }, calendar: shop, targets: { P3: 3h }, reopen_window: 24h, goal: 90 }
  - { id: restore, name: Restore, clock: restoration, calendar: office, targets: { P3: 2h }, goal: 90 }
  - { id: desk, name: Desk, clock: ola, scope: { group: [Desk] }, calendar: office, targets: { P3: 1h }, goal: 90 }
  - { id: acme, name: Acme, clock: provider, scope: { provider: [acme] }, calendar: office, targets: { P3: 1h }, pause: { statuses: [on_hold] }, goal: 90 }
`;

type Event = [at: string, field: string, from: string, to: string, hold?: string, actor?: string];

interface Case {
  title: string;
  ticket: Record<string, string>;
  source?: "early";
  events: Event[];
  /** By `commitment cycle stint`. */
  expected: Record<string, Record<string, unknown>>;
}

const utc = (local: string): string =>
  `${new Date(`${local}:00+02:00`).toISOString().slice(0, 19)}Z`;
const P3 = { opened_at: "2026-06-01T09:00", priority: "P3" };
const P1 = { opened_at: "2026-06-01T09:00", priority: "P1" };
const taken: Event = ["2026-06-01T09:05", "status", "new", "in_progress"];

const CASES: Case[] = [
  {
    title:
      "a night and a weekend do not count (7): Friday 5 June 17:30-18:00 is 1,800 s, Monday 8 June 08:30-09:00 1,800 s: 3,600 of P1's 7,200",
    ticket: { opened_at: "2026-06-05T17:30", priority: "P1" },
    events: [
      ["2026-06-05T17:35", "status", "new", "in_progress"],
      ["2026-06-08T09:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        elapsed_business_seconds: 3600,
        verdict: "met",
        due_at: utc("2026-06-08T10:00"),
      },
    },
  },
  {
    title:
      "intervals contain their beginning and not their end (8): opened at 12:30 as the office shuts, resolved at 13:30 as it opens, is 0 s",
    ticket: { opened_at: "2026-06-01T12:30", priority: "P1" },
    events: [
      ["2026-06-01T12:30", "status", "new", "in_progress"],
      ["2026-06-01T13:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        elapsed_business_seconds: 0,
        verdict: "met",
        due_at: utc("2026-06-01T15:30"),
      },
    },
  },
  {
    title:
      "each day has the hours of the calendar's version of that day (21): 30 June 11:30-12:30 is 3,600 s, 1 July 10:00-12:00 7,200 s, the 10,800 s; 2 July 10:00-10:30 is past them",
    ticket: { opened_at: "2026-06-30T11:30", priority: "P3", population: "shop" },
    events: [
      ["2026-06-30T11:31", "status", "new", "in_progress"],
      ["2026-07-02T10:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      "shop 1 1": {
        elapsed_business_seconds: 12_600,
        verdict: "breached",
        due_at: utc("2026-07-01T12:00"),
        breach_at: utc("2026-07-02T10:00"),
      },
    },
  },
  {
    title:
      "a contract's own reopening window stands before the source's (16): resolved on 1 June at 10:00, reopened on 2 June at 11:00, 25 h later: a new cycle for the 24 h of the shop, the same for the 72 h of the source. A closure of the calendar's later version, 2 June, is none yet (21)",
    ticket: { opened_at: "2026-06-01T09:00", priority: "P3", population: "shop" },
    events: [
      taken,
      ["2026-06-01T10:00", "status", "in_progress", "resolved"],
      ["2026-06-02T11:00", "status", "resolved", "in_progress"],
      ["2026-06-02T11:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      // 09:00-10:00 is 3,600 s; 11:00-11:30 is 1,800 s.
      "shop 1 1": { elapsed_business_seconds: 3600, verdict: "met", reopenings: 0 },
      "shop 2 1": { elapsed_business_seconds: 1800, verdict: "met", reopenings: 0 },
      "restore 1 1": { elapsed_business_seconds: 5400, verdict: "met", reopenings: 1 },
    },
  },
  {
    title:
      "a source that stops early stops its clocks (6): 09:00-10:30 is 5,400 s of 7,200, running, at risk",
    ticket: P1,
    source: "early",
    events: [taken],
    expected: {
      "fix 1 1": {
        elapsed_business_seconds: 5400,
        verdict: "running",
        is_at_risk: true,
        due_at: utc("2026-06-01T11:00"),
      },
    },
  },
  {
    title:
      "a ticket handed to Network after it was taken over leaves the general contract (9) and is judged by the other from its start (10): 09:00-10:30 is 5,400 s of 7,200",
    ticket: { ...P3, group: "Network" },
    events: [
      taken,
      ["2026-06-01T10:00", "assignment_group", "Desk", "Network"],
      ["2026-06-01T10:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "detached",
        elapsed_business_seconds: 3600,
        due_at: null,
        stopped_at: utc("2026-06-01T10:00"),
      },
      "network 1 1": {
        verdict: "met",
        started_at: utc("2026-06-01T09:00"),
        elapsed_business_seconds: 5400,
        target_seconds: 7200,
      },
    },
  },
  {
    title:
      "one that leaves after its breach stays breached (9): P1, 7,200 s are over at 11:00, Network at 11:30 (9,000 s)",
    ticket: { ...P1, group: "Network" },
    events: [
      taken,
      ["2026-06-01T11:30", "assignment_group", "Desk", "Network"],
      ["2026-06-01T12:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": { verdict: "breached", is_detached: true, breach_at: utc("2026-06-01T11:00") },
      "network 1 1": {
        verdict: "breached",
        breach_at: utc("2026-06-01T11:00"),
        elapsed_business_seconds: 10_800,
      },
    },
  },
  {
    title:
      "the version valid at the start holds for life (9): opened on 30 June at 17:00, 3,600 s + 30,600 s on 1 July are past 28,800 s, not 21,600 s",
    ticket: { opened_at: "2026-06-30T17:00", priority: "P3" },
    events: [
      ["2026-06-30T17:01", "status", "new", "in_progress"],
      ["2026-07-01T16:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      // 30 June 17:00-18:00 = 3,600; 1 July 08:30-12:30 = 14,400, 13:30-16:30 = 10,800: 28,800 in all, met.
      "fix 1 1": {
        verdict: "met",
        elapsed_business_seconds: 28_800,
        target_seconds: 28_800,
        commitment_version: "",
        due_at: utc("2026-07-01T16:30"),
      },
    },
  },
  {
    title:
      "two stints of a provider are two clocks (9): 10:00-10:40 is 2,400 s met, 11:00-12:15 is 4,500 s, breached at 12:00",
    ticket: { ...P3, group: "Desk" },
    events: [
      taken,
      ["2026-06-01T10:00", "assignment_group", "Desk", "Acme N2"],
      ["2026-06-01T10:40", "assignment_group", "Acme N2", "Desk"],
      ["2026-06-01T11:00", "assignment_group", "Desk", "Acme N2"],
      ["2026-06-01T12:15", "assignment_group", "Acme N2", "Desk"],
      ["2026-06-01T12:20", "status", "in_progress", "resolved"],
    ],
    expected: {
      "acme 1 1": { verdict: "met", elapsed_business_seconds: 2400, stop_kind: "handover" },
      "acme 1 2": {
        verdict: "breached",
        elapsed_business_seconds: 4500,
        breach_at: utc("2026-06-01T12:00"),
      },
      // Desk: 09:00-10:00 is 3,600 s, exactly its target; 10:40-11:00 1,200 s; 12:15-12:20 300 s.
      "desk 1 1": { verdict: "met", elapsed_business_seconds: 3600 },
      "desk 1 3": { verdict: "met", elapsed_business_seconds: 1200 },
      "desk 1 5": { verdict: "met", elapsed_business_seconds: 300 },
    },
  },
  {
    title:
      "waiting for a provider always runs the provider's clock (13): on hold 10:00-10:30 counts, for the requester 10:30-11:00 does not: 3,600 s",
    ticket: { ...P3, provider: "Acme" },
    events: [
      ["2026-06-01T09:30", "status", "new", "in_progress"],
      ["2026-06-01T10:00", "status", "in_progress", "on_hold", "awaiting_provider"],
      ["2026-06-01T10:30", "status", "on_hold", "on_hold", "awaiting_requester"],
      ["2026-06-01T11:00", "status", "on_hold", "resolved"],
    ],
    expected: {
      "acme 1 1": {
        verdict: "breached",
        elapsed_business_seconds: 5400,
        paused_business_seconds: 1800,
        requester_business_seconds: 1800,
        provider_business_seconds: 5400,
      },
      "fix 1 1": { elapsed_business_seconds: 5400, gross_business_seconds: 7200 },
    },
  },
  {
    title: "restoration stops where service is back (9): 09:00-10:00 is 3,600 s; resolved at 12:00",
    ticket: { ...P3, restored_at: "2026-06-01T10:00" },
    events: [taken, ["2026-06-01T12:00", "status", "in_progress", "resolved"]],
    expected: {
      "restore 1 1": { verdict: "met", stop_basis: "restored", elapsed_business_seconds: 3600 },
    },
  },
  {
    title:
      "restoration falls back to the resolution and says so (9): 09:00-12:00 is 10,800 s of 7,200",
    ticket: P3,
    events: [taken, ["2026-06-01T12:00", "status", "in_progress", "resolved"]],
    expected: {
      "restore 1 1": {
        verdict: "breached",
        stop_basis: "resolution",
        breach_at: utc("2026-06-01T11:00"),
      },
    },
  },
  {
    title:
      "reported before it was opened, it starts at the report (10); the 10 minutes of tolerance are forgiven: 08:30-10:38 is 7,680 s of 7,200 + 600",
    ticket: { ...P3, reported_at: "2026-06-01T08:10", population: "vip" },
    events: [taken, ["2026-06-01T10:38", "status", "in_progress", "resolved"]],
    expected: {
      "forgiving 1 1": {
        verdict: "met",
        started_at: utc("2026-06-01T08:10"),
        elapsed_business_seconds: 7680,
        due_at: utc("2026-06-01T10:30"),
        breach_at: null,
      },
    },
  },
  {
    title: "an automatic reply is no response (11), an agent's at 09:50 is: 3,000 s of 3,600",
    ticket: P3,
    events: [
      ["2026-06-01T09:00", "comment", "", "x", "", "automatic"],
      ["2026-06-01T09:10", "comment", "", "x", "", "requester"],
      ["2026-06-01T09:50", "comment", "", "x", "", "agent"],
      ["2026-06-01T12:00", "status", "new", "resolved", "", "agent"],
    ],
    expected: {
      "answer 1 1": { verdict: "met", stop_basis: "actor", elapsed_business_seconds: 3000 },
    },
  },
  {
    title: "with no reply a response stops at the resolution (11): 09:00-10:30 is 5,400 s of 3,600",
    ticket: P3,
    events: [["2026-06-01T10:30", "status", "new", "resolved", "", "agent"]],
    expected: {
      "answer 1 1": {
        verdict: "breached",
        breach_at: utc("2026-06-01T10:00"),
        elapsed_business_seconds: 5400,
      },
    },
  },
  {
    title: "closed without resolution it stops at the closure, flagged (12)",
    ticket: P3,
    events: [taken, ["2026-06-01T11:00", "status", "in_progress", "closed"]],
    expected: {
      "fix 1 1": { verdict: "met", stop_basis: "closure", elapsed_business_seconds: 7200 },
    },
  },
  {
    title:
      "a target that ends with the segment is due at 12:30 and breached at 13:30 (14): 08:30-12:30 is the 14,400 s of P4",
    ticket: { opened_at: "2026-06-01T08:30", priority: "P4" },
    events: [
      ["2026-06-01T08:31", "status", "new", "in_progress"],
      ["2026-06-01T13:31", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "breached",
        due_at: utc("2026-06-01T12:30"),
        breach_at: utc("2026-06-01T13:30"),
        elapsed_business_seconds: 14_460,
      },
    },
  },
  {
    title:
      "paused exactly at its target it is not breached (13, 14); it is when it runs on: 7,200 s at 11:00, resumed at 15:00",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T11:00", "status", "in_progress", "on_hold", "awaiting_requester"],
      ["2026-06-01T15:00", "status", "on_hold", "in_progress"],
      ["2026-06-01T15:01", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "breached",
        due_at: utc("2026-06-01T11:00"),
        breach_at: utc("2026-06-01T15:00"),
        paused_business_seconds: 10_800,
      },
    },
  },
  {
    title: "paused at its target and resolved while paused it is met (13, 14)",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T11:00", "status", "in_progress", "on_hold", "awaiting_requester"],
      ["2026-06-01T15:00", "status", "on_hold", "resolved"],
    ],
    expected: { "fix 1 1": { verdict: "met", elapsed_business_seconds: 7200, breach_at: null } },
  },
  {
    title:
      "a raise that lands past the new target breaches at the raise (15): 09:00-12:00 is 10,800 s, P1 has 7,200",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T12:00", "priority", "P3", "P1"],
      ["2026-06-01T12:10", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "breached",
        is_immediate: true,
        breach_at: utc("2026-06-01T12:00"),
        final_breach_at: utc("2026-06-01T11:00"),
        original_breach_at: null,
        // 10,800 / 28,800 + 600 / 7,200 = 0.458
        proportional_breach_at: null,
        restart_breach_at: null,
      },
    },
  },
  {
    title:
      "of a raise and a stop at one instant the stop comes first (15): 10,800 s of P3's 28,800",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T12:00", "priority", "P3", "P1"],
      ["2026-06-01T12:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "met",
        priority: "P3",
        target_seconds: 28_800,
        elapsed_business_seconds: 10_800,
      },
    },
  },
  {
    title:
      "a lowering after the breach erases nothing in force (15), final judges by the last: 7,200 s of P1 over at 11:00, resolved at 12:00 as P3",
    ticket: P3,
    events: [
      taken,
      ["2026-06-01T11:30", "priority", "P1", "P3"],
      ["2026-06-01T12:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "breached",
        breach_at: utc("2026-06-01T11:00"),
        final_breach_at: null,
        original_breach_at: utc("2026-06-01T11:00"),
        restart_breach_at: utc("2026-06-01T11:00"),
      },
    },
  },
  {
    title:
      "a priority changed before it was taken over applies from the start (15): P1 from 09:00, breached at 11:00",
    ticket: P1,
    events: [
      ["2026-06-01T09:30", "priority", "P3", "P1"],
      ["2026-06-01T09:40", "status", "new", "in_progress"],
      ["2026-06-01T11:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "breached",
        is_immediate: false,
        original_breach_at: utc("2026-06-01T11:00"),
        restart_breach_at: utc("2026-06-01T11:00"),
      },
    },
  },
  {
    title:
      "a reopening over a month's end counts where it stops at last (16, 20): 30 June 16:30-17:30 and 31 July is too late for the window, 1 July 09:00-10:00 is not",
    ticket: { opened_at: "2026-06-30T16:30", priority: "P3", closed_at: "2026-07-20T10:00" },
    events: [
      ["2026-06-30T16:31", "status", "new", "in_progress"],
      ["2026-06-30T17:30", "status", "in_progress", "resolved"],
      ["2026-07-01T09:00", "status", "resolved", "in_progress"],
      ["2026-07-01T10:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "met",
        reopenings: 1,
        elapsed_business_seconds: 7200,
        opened_month: "2026-06",
        stopped_month: "2026-07",
        closed_month: "2026-07",
      },
    },
  },
  {
    title:
      "a met one is provisional until the window has passed (16): resolved on 31 July at 10:00, 72 h reach beyond the data",
    ticket: { opened_at: "2026-07-31T09:00", priority: "P3" },
    events: [
      ["2026-07-31T09:10", "status", "new", "in_progress"],
      ["2026-07-31T10:00", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": {
        verdict: "provisional",
        commitment_version: "2026-07-01",
        target_seconds: 21_600,
      },
    },
  },
  {
    title: "a reopening after the window is a new cycle (16): 1 June and 8 June, each on its own",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T10:00", "status", "in_progress", "resolved"],
      ["2026-06-08T09:00", "status", "resolved", "in_progress"],
      ["2026-06-08T11:30", "status", "in_progress", "resolved"],
    ],
    expected: {
      "fix 1 1": { verdict: "met", elapsed_business_seconds: 3600 },
      "fix 2 1": {
        verdict: "breached",
        elapsed_business_seconds: 9000,
        breach_at: utc("2026-06-08T11:00"),
      },
    },
  },
  {
    title:
      "reopened within the window and still open, it runs on (16): 3,600 s on 1 June, nothing is met",
    ticket: { opened_at: "2026-06-01T09:00", priority: "P4" },
    events: [
      taken,
      ["2026-06-01T10:00", "status", "in_progress", "resolved"],
      ["2026-06-01T17:00", "status", "resolved", "on_hold", "awaiting_requester"],
    ],
    expected: {
      "fix 1 1": { verdict: "running", stopped_at: null, elapsed_business_seconds: 3600 },
    },
  },
  {
    title:
      "changes of one instant without a sequence are chained by their values (17): new, in progress, on hold at 09:05, whatever the order of the file",
    ticket: P1,
    events: [
      ["2026-06-01T09:05", "status", "in_progress", "on_hold", "awaiting_requester"],
      ["2026-06-01T09:05", "status", "new", "in_progress"],
      ["2026-06-01T15:00", "status", "on_hold", "resolved"],
    ],
    expected: { "fix 1 1": { verdict: "met", elapsed_business_seconds: 300 } },
  },
  {
    title:
      "cancelled before its breach it leaves, after it stays breached (18): P1 at 10:00, 3,600 s",
    ticket: P1,
    events: [taken, ["2026-06-01T10:00", "status", "in_progress", "cancelled"]],
    expected: { "fix 1 1": { verdict: "cancelled", breach_at: null, due_at: null } },
  },
  {
    title:
      "cancelled after its breach it stays breached and is listed (18): P1 at 12:00, over since 11:00",
    ticket: P1,
    events: [taken, ["2026-06-01T12:00", "status", "in_progress", "cancelled"]],
    expected: {
      "fix 1 1": { verdict: "breached", is_cancelled: true, breach_at: utc("2026-06-01T11:00") },
    },
  },
  {
    title: "a declared duplicate of a counted ticket leaves (18)",
    ticket: { ...P1, duplicate_of: "R01" },
    events: [taken, ["2026-06-01T12:00", "status", "in_progress", "closed"]],
    expected: { "fix 1 1": { verdict: "duplicate", is_duplicate: true } },
  },
  {
    title: "one resolved before it was opened is not computable, with the reason",
    ticket: { ...P1, resolved_at: "2026-05-31T09:00", status: "resolved" },
    events: [],
    expected: { "fix 1 1": { verdict: "not_computable", reason: "resolved_before_opened" } },
  },
  {
    title:
      "one whose status goes through a word that nobody mapped is not computable, with the reason",
    ticket: P1,
    events: [
      taken,
      ["2026-06-01T10:00", "status", "in_progress", "Parked"],
      ["2026-06-01T10:30", "status", "Parked", "resolved"],
    ],
    expected: { "fix 1 1": { verdict: "not_computable", reason: "unknown_status" } },
  },
  {
    title:
      "one that goes on after it was closed, while the tool shows it closed, is not computable, with the reason",
    ticket: { ...P1, status: "closed" },
    events: [
      taken,
      ["2026-06-01T10:00", "status", "in_progress", "closed"],
      ["2026-06-01T10:30", "status", "closed", "in_progress"],
    ],
    expected: { "fix 1 1": { verdict: "not_computable", reason: "events_after_closure" } },
  },
  {
    title: "one whose priority has no target is not computable, with the reason",
    ticket: { ...P1, priority: "P5" },
    events: [taken, ["2026-06-01T10:00", "status", "in_progress", "resolved"]],
    expected: {
      "fix 1 1": { verdict: "not_computable", reason: "no_target", elapsed_business_seconds: 3600 },
    },
  },
];

const TICKET_FIELDS = [
  "status",
  "priority",
  "group",
  "provider",
  "population",
  "opened_at",
  "reported_at",
  "restored_at",
  "resolved_at",
  "closed_at",
  "duplicate_of",
];
const idOf = (index: number): string => `R${String(index).padStart(2, "0")}`;

describe("by hand", () => {
  let found: Row[];
  let gross: Row[];

  beforeAll(async () => {
    await using folder = await temporaryFolder();
    const csv = (source: Case["source"]) => {
      const own = CASES.map((one, index) => ({ ...one, id: idOf(index) })).filter(
        (one) => one.source === source,
      );
      return {
        tickets: [
          ["id", ...TICKET_FIELDS].join(","),
          ...own.map(({ id, ticket }) =>
            [id, ...TICKET_FIELDS.map((name) => ticket[name] ?? "")].join(","),
          ),
          "",
        ].join("\n"),
        events: [
          "id,at,field,from,to,hold,actor",
          ...own.flatMap(({ id, events }) =>
            events.map((event) =>
              [id, ...event, ...Array.from({ length: 6 - event.length }, () => "")].join(","),
            ),
          ),
          "",
        ].join("\n"),
      };
    };
    const [late, early] = [csv(undefined), csv("early")];
    await mkdir(join(folder.path, "data/state"), { recursive: true });
    await mkdir(join(folder.path, "state"), { recursive: true });
    await writeFile(
      join(folder.path, "state/neutralisations.csv"),
      `ticket;commitment;reason;asked_by;approved_by;date\ns/${idOf(CASES.findIndex(({ title }) => title.startsWith("a target that ends")))};fix;Panne chez l'opérateur;Acme;DSI;2026-07-02\n`,
    );
    using warehouse = await transformFiles(
      {
        "vigie.yaml": CONFIG,
        "tickets.yaml": `record: ticket\nfields: { native_id: id, status: status, priority: priority, assignment_group: group, provider: provider, requester_population: population, opened_at: opened_at, reported_at: reported_at, restored_at: restored_at, resolved_at: resolved_at, closed_at: closed_at, duplicate_of: duplicate_of }\n`,
        "events.yaml": `record: ticket_event\nfields: { native_id: id, occurred_at: at, field: field, from_value: from, to_value: to, hold_reason: hold, actor_kind: actor }\n`,
        "tickets.csv": late.tickets,
        "events.csv": late.events,
        "early-tickets.csv": early.tickets,
        "early-events.csv": early.events,
      },
      folder.path,
    );
    found = (await rows(warehouse.connection, "from marts.fct_sla order by clock_key")).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isoText(value)])),
    );
    gross = await rows(
      warehouse.connection,
      `select sum(met) as met, sum(breached) as breached, sum(net_met) as net_met, sum(net_breached) as net_breached
       from marts.mart_sla_monthly where is_headline and commitment_id = 'fix'`,
    );
  });

  test.each(CASES.map((one, index) => [one.title, index, one] as const))(
    "%s",
    (_title, index, { expected, source }) => {
      for (const [key, wanted] of Object.entries(expected)) {
        const [commitment, cycle, stint] = key.split(" ");
        const clock = found.find(
          (row) =>
            row["ticket_id"] === `${source ?? "s"}/${idOf(index)}` &&
            row["commitment_id"] === commitment &&
            row["cycle"] === Number(cycle) &&
            row["stint"] === Number(stint),
        );
        expect(clock, key).toMatchObject(wanted);
      }
    },
  );

  test("what is neutralised leaves the net reading and never the gross one (19)", () => {
    const [{ met, breached, net_met: netMet, net_breached: netBreached }] = gross as [
      Record<string, number>,
    ];
    expect(netMet).toBe(met);
    expect(netBreached).toBe(breached! - 1);
    expect(found.filter((row) => row["is_neutralised"] === true)).toMatchObject([
      { verdict: "breached", neutralised_reason: "Panne chez l'opérateur" },
    ]);
  });
});
