/**
 * Writes the exports of the fictional Groupe Lumen and what can be counted in them. The same bytes every time.
 *
 *     node data/sample/generate.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MONTREAL_FIXED, PARIS_FIXED } from "./fixed-tickets.ts";
import type { FixedTicket } from "./fixed-tickets.ts";
import { headcountExport } from "./headcounts.ts";
import { montrealExport } from "./montreal.ts";
import { parisExport } from "./paris.ts";
import type { Reject } from "./paris.ts";
import { randomTickets } from "./random-tickets.ts";
import { parseSteps } from "./ticket.ts";
import type { Channel, Ticket } from "./ticket.ts";
import { instantOf, reportingMonth, wall } from "./wall-time.ts";
import type { Site } from "./wall-time.ts";
import { AGENTS, GROUPS, REQUESTERS } from "./words.ts";

const FIXED_CHANNELS: readonly Channel[] = ["phone", "self_service", "email"];

function fixedTickets(site: Site, table: readonly FixedTicket[]): Ticket[] {
  return table.map((fixed, index) => ({
    key: fixed.key,
    site,
    type: fixed.type ?? "incident",
    priority: fixed.priority,
    service: fixed.service,
    title: fixed.title,
    channel: fixed.channel ?? FIXED_CHANNELS[index % FIXED_CHANNELS.length]!,
    requester: REQUESTERS[site][index % REQUESTERS[site].length]!,
    agent: AGENTS[site][index % AGENTS[site].length]!,
    group: GROUPS[site][fixed.service],
    openedAt: wall(fixed.opened),
    insertedAt: wall(fixed.inserted ?? fixed.opened),
    steps: parseSteps(fixed.steps),
  }));
}

function numbered(tickets: readonly Ticket[], site: Site): Ticket[] {
  let [incidents, requests, keys] = [100, 100, 1100];
  return tickets.map((ticket) => {
    if (site === "montreal") return { ...ticket, key: `LMC-${++keys}` };
    const number = ticket.type === "incident" ? ++incidents : ++requests;
    return {
      ...ticket,
      key: `${ticket.type === "incident" ? "INC001" : "RITM002"}${String(number).padStart(4, "0")}`,
    };
  });
}

/** Gives one ticket in progress, for an hour, a status that no mapping knows. */
function withOddStatus(tickets: readonly Ticket[], key: string): Ticket[] {
  return tickets.map((ticket) => {
    if (ticket.key !== key) return ticket;
    const taken = ticket.steps.findIndex(({ verb }) => verb === "take");
    const at = ticket.steps[taken]?.at;
    if (at === undefined) throw new Error(`no takeover in ${key}; choose another ticket`);
    const odd = [
      { at: at + 60, verb: "odd" as const },
      { at: at + 120, verb: "resume" as const },
    ];
    return { ...ticket, steps: ticket.steps.toSpliced(taken + 1, 0, ...odd) };
  });
}

function countBy(tickets: readonly Ticket[], keyOf: (ticket: Ticket) => string): string[] {
  const counts = new Map<string, number>();
  for (const ticket of tickets) counts.set(keyOf(ticket), (counts.get(keyOf(ticket)) ?? 0) + 1);
  return [...counts]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, n]) => `${key}: ${n}`);
}

/** Ends in a state that needs no more work: the last decisive step tells. */
function stateOf(ticket: Ticket): string {
  const decisive = ticket.steps.findLast(({ verb }) =>
    ["resolve", "auto-resolve", "close", "cancel", "reopen"].includes(verb),
  )?.verb;
  if (decisive === undefined || decisive === "reopen") {
    const last = ticket.steps.findLast(({ verb }) => verb.startsWith("hold") || verb === "resume");
    return last?.verb.startsWith("hold") ? "open_on_hold" : "open";
  }
  return { cancel: "cancelled", close: "closed" }[decisive as string] ?? "resolved";
}

const indented = (lines: readonly string[], indent: string): string =>
  lines.map((line) => `${indent}${line}\n`).join("");

function siteSection(site: Site, tickets: readonly Ticket[]): string {
  const opened = countBy(
    tickets,
    ({ openedAt }) => `"${reportingMonth(instantOf(site, openedAt))}"`,
  );
  return [
    `  ${site}:\n    tickets: ${tickets.length}\n`,
    indented(
      countBy(tickets, ({ type }) => `${type}s`),
      "    ",
    ),
    `    states_at_the_end:\n${indented(countBy(tickets, stateOf), "      ")}`,
    `    reopened: ${tickets.filter(({ steps }) => steps.some(({ verb }) => verb === "reopen")).length}\n`,
    `    opened_per_month:\n${indented(opened, "      ")}`,
  ].join("");
}

function expectedText(
  sites: Record<Site, readonly Ticket[]>,
  records: Record<string, number>,
  rejects: readonly Reject[],
  unmapped: string,
): string {
  const files = Object.entries(records).map(([file, count]) => {
    const quarantined = rejects.filter((reject) => reject.file === file).length;
    return `  ${file}: { records: ${count}, quarantined: ${quarantined} }\n`;
  });
  const lines = rejects.map(
    ({ file, line, column, value, reason }) =>
      `  - file: ${file}\n    line: ${line}\n    column: ${column}\n    value: "${value}"\n    reason: ${reason}\n`,
  );
  return [
    "# Written by generate.ts from its own bookkeeping. Months are cut in the reporting zone, Europe/Paris.\n",
    `files:\n${files.join("")}`,
    `# Lines count from 1, the header included.\nquarantine:\n${lines.join("")}`,
    `without_a_home:\n  - ${unmapped}\n`,
    `sites:\n${siteSection("paris", sites.paris)}${siteSection("montreal", sites.montreal)}`,
  ].join("");
}

const SPOILED = "INC0010180";
const ODD = "INC0010150";
const BEFORE_DRAFT = "LMC-1160";

const paris = withOddStatus(
  [...fixedTickets("paris", PARIS_FIXED), ...numbered(randomTickets("paris", 20_250_901), "paris")],
  ODD,
);
const montreal = [
  ...fixedTickets("montreal", MONTREAL_FIXED),
  ...numbered(randomTickets("montreal", 20_261_031), "montreal"),
];
const parisFile = parisExport(paris, SPOILED);
const montrealFiles = montrealExport(montreal, BEFORE_DRAFT);
const headcounts = headcountExport();

const write = (path: string, text: string) => writeFileSync(join(import.meta.dirname, path), text);
write("paris/incidents.csv", parisFile.text);
write("montreal/tickets.csv", montrealFiles.tickets);
write("montreal/ticket-history.csv", montrealFiles.events);
write("headcounts.csv", headcounts.text);
write(
  "expected.yaml",
  expectedText(
    { paris, montreal },
    {
      "paris/incidents.csv": parisFile.records,
      "montreal/tickets.csv": montrealFiles.records.tickets,
      "montreal/ticket-history.csv": montrealFiles.records.events,
      "headcounts.csv": headcounts.records,
    },
    [...parisFile.rejects, ...montrealFiles.rejects],
    "{ file: paris/incidents.csv, field: status, value: Pending Validation, records: 1 }",
  ),
);
