import { TARGET_HOURS } from "./random-tickets.ts";
import type { Channel, Priority, Step, Ticket } from "./ticket.ts";
import { frenchText, toolSeconds } from "./wall-time.ts";
import { SERVICE_LABELS } from "./words.ts";

const HEADER = [
  "number",
  "sys_id",
  "sys_class_name",
  "state",
  "hold_reason",
  "priority",
  "opened_at",
  "sys_updated_at",
  "sys_mod_count",
  "resolved_at",
  "closed_at",
  "reopen_count",
  "reassignment_count",
  "made_sla",
  "assignment_group",
  "assigned_to",
  "caller_id",
  "contact_type",
  "category",
  "business_service",
  "short_description",
] as const;

type Row = Record<(typeof HEADER)[number], string>;

const PRIORITY_LABELS: Record<Priority, string> = {
  P1: "1 - Critical",
  P2: "2 - High",
  P3: "3 - Moderate",
  P4: "4 - Low",
};

const CHANNEL_LABELS: Record<Channel, string> = {
  phone: "Phone",
  email: "Email",
  self_service: "Self-service",
  chat: "Chat",
  walk_in: "Walk-in",
  monitoring: "Event",
};

const HOLD_LABELS = {
  requester: "Awaiting Caller",
  provider: "Awaiting Vendor",
  change: "Awaiting Change",
} as const;

const SECOND_GROUP = "Centre de services";

/** Twelve hex digits that follow from the ticket's number. */
function sysId(key: string): string {
  let hash = 0x811c9dc5;
  for (const letter of `${key}/lumen`)
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const head = hash.toString(16).padStart(8, "0");
  return `${head}${(Math.imul(hash, 0x9e3779b1) >>> 16).toString(16).padStart(4, "0")}`;
}

/** The tool's own verdict at a row: its schedule knows no public holiday and no clock change. */
function madeSla(
  ticket: Ticket,
  priority: Priority,
  until: number,
  done: readonly Step[],
): boolean {
  const isRoundTheClock = ticket.type === "incident" && priority === "P1";
  let elapsed = 0;
  let runsFrom: number | null = ticket.openedAt;
  const span = (from: number, to: number) => (isRoundTheClock ? to - from : toolSeconds(from, to));
  for (const { at, verb } of done) {
    if (verb === "hold:requester" || verb === "resolve") {
      if (runsFrom !== null) elapsed += span(runsFrom, at);
      runsFrom = null;
    } else if (verb === "resume" || verb === "reopen") {
      if (runsFrom === null) runsFrom = at;
    }
  }
  if (runsFrom !== null) elapsed += span(runsFrom, until);
  return elapsed <= TARGET_HOURS[ticket.type][priority] * 3600;
}

function apply(row: Row, ticket: Ticket, { at, verb }: Step): void {
  if (verb === "take") Object.assign(row, { state: "In Progress", assigned_to: ticket.agent });
  else if (verb === "resume") Object.assign(row, { state: "In Progress", hold_reason: "" });
  else if (verb === "resolve") {
    Object.assign(row, { state: "Resolved", hold_reason: "", resolved_at: frenchText(at) });
  } else if (verb === "close") {
    Object.assign(row, { state: "Closed", hold_reason: "", closed_at: frenchText(at) });
  } else if (verb === "cancel") {
    Object.assign(row, { state: "Canceled", hold_reason: "", closed_at: frenchText(at) });
  } else if (verb === "reopen") {
    const reopened = String(Number(row.reopen_count) + 1);
    Object.assign(row, {
      state: "In Progress",
      resolved_at: "",
      closed_at: "",
      reopen_count: reopened,
    });
  } else if (verb === "group") {
    row.assignment_group =
      row.assignment_group === SECOND_GROUP ? "Support de proximité" : SECOND_GROUP;
    row.reassignment_count = String(Number(row.reassignment_count) + 1);
  } else if (verb === "odd") row.state = "Pending Validation";
  else if (verb in PRIORITY_LABELS) row.priority = PRIORITY_LABELS[verb as Priority];
  else if (verb === "hold:requester" || verb === "hold:provider" || verb === "hold:change") {
    row.state = "On Hold";
    row.hold_reason = HOLD_LABELS[verb.slice(5) as keyof typeof HOLD_LABELS];
  }
}

/** Replies leave no row in this export. */
const SILENT: ReadonlySet<string> = new Set(["reply", "note", "ask", "auto-reply", "auto-assign"]);

function rowsOf(ticket: Ticket): Row[] {
  const labels = SERVICE_LABELS.paris[ticket.service];
  const row: Row = {
    number: ticket.key,
    sys_id: sysId(ticket.key),
    sys_class_name: ticket.type === "incident" ? "incident" : "sc_req_item",
    state: "New",
    hold_reason: "",
    priority: PRIORITY_LABELS[ticket.priority],
    opened_at: frenchText(ticket.openedAt),
    sys_updated_at: frenchText(ticket.insertedAt),
    sys_mod_count: "0",
    resolved_at: "",
    closed_at: "",
    reopen_count: "0",
    reassignment_count: "0",
    made_sla: "true",
    assignment_group: ticket.group,
    assigned_to: "",
    caller_id: ticket.requester,
    contact_type: CHANNEL_LABELS[ticket.channel],
    category: labels.category,
    business_service: labels.service,
    short_description: ticket.title,
  };
  const rows = [{ ...row }];
  let priority = ticket.priority;
  const done: Step[] = [];
  for (const step of ticket.steps.filter(({ verb }) => !SILENT.has(verb))) {
    apply(row, ticket, step);
    done.push(step);
    if (step.verb in PRIORITY_LABELS) priority = step.verb as Priority;
    row.sys_updated_at = frenchText(step.at);
    row.sys_mod_count = String(rows.length);
    row.made_sla = String(madeSla(ticket, priority, step.at, done));
    rows.push({ ...row });
  }
  return rows;
}

const cell = (value: string): string =>
  /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** A row of the file that cannot be taken: where it stands and why. */
export interface Reject {
  file: string;
  line: number;
  column: string;
  value: string;
  reason: string;
}

const UNREADABLE = "31/04/2026 10:12:00";

/**
 * The export of Paris: one row for each modification. One row of the ticket `spoiled` repeats the one before it with
 * a date that does not exist.
 */
export function parisExport(
  tickets: readonly Ticket[],
  spoiled: string,
): { text: string; records: number; rejects: Reject[] } {
  const lines = [HEADER.join(",")];
  const rejects: Reject[] = [];
  for (const ticket of tickets) {
    const rows = rowsOf(ticket);
    if (ticket.key === spoiled) {
      rows.splice(1, 0, { ...rows[0]!, sys_updated_at: UNREADABLE });
      rows.forEach((row, index) => (row.sys_mod_count = String(index)));
    }
    for (const row of rows) {
      lines.push(HEADER.map((name) => cell(row[name])).join(","));
      if (row.sys_updated_at !== UNREADABLE) continue;
      rejects.push({
        file: "paris/incidents.csv",
        line: lines.length,
        column: "sys_updated_at",
        value: UNREADABLE,
        reason: "unreadable",
      });
    }
  }
  return { text: `${lines.join("\n")}\n`, records: lines.length - 1, rejects };
}
