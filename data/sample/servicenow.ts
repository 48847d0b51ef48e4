import { hashOf } from "./dice.ts";
import { commaCell as cell, ExportFile } from "./export-file.ts";
import { TARGET_HOURS } from "./life.ts";
import { departmentOf, populationOf, userName } from "./person.ts";
import type { OfficeTime } from "./business-time.ts";
import { apply, isReply, opening } from "./state.ts";
import type { State, Status } from "./state.ts";
import type { Channel, HoldReason, Priority, Ticket, TicketType } from "./ticket.ts";
import type { Reject } from "./truth.ts";
import { clockText, dayOf, frenchDate } from "./wall-clock.ts";

const STATUSES: Record<Status, string> = {
  new: "New",
  in_progress: "In Progress",
  on_hold: "On Hold",
  resolved: "Resolved",
  closed: "Closed",
  cancelled: "Canceled",
  odd: "Pending Validation",
};
const HOLDS: Record<HoldReason | "", string> = {
  "": "",
  requester: "Awaiting Caller",
  provider: "Awaiting Vendor",
  change: "Awaiting Change",
  approval: "Awaiting Approval",
  scheduled: "Scheduled",
};
const PRIORITIES: Record<Priority, string> = {
  P1: "1 - Critical",
  P2: "2 - High",
  P3: "3 - Moderate",
  P4: "4 - Low",
};
const CHANNELS: Record<Channel, string> = {
  phone: "Phone",
  email: "Email",
  self_service: "Self-service",
  chat: "Chat",
  walk_in: "Walk-in",
  monitoring: "Event",
};
const CODES: Record<string, string> = {
  fixed: "Solved (Permanently)",
  workaround: "Solved (Work Around)",
  advice: "Solved by explanation",
  not_reproduced: "Not Solved (Not Reproducible)",
  self: "Closed/Resolved by Caller",
};
const CLASSES: Record<TicketType, string> = {
  incident: "incident",
  request: "sc_req_item",
  problem: "problem",
};

const HEADER =
  "number,sys_id,sys_class_name,state,hold_reason,priority,opened_at,sys_updated_at,sys_mod_count,resolved_at,closed_at,reopen_count," +
  "reassignment_count,made_sla,assignment_group,u_support_level,vendor,assigned_to,close_code,caller_id,u_population,department," +
  "contact_type,category,business_service,cat_item,cmdb_ci,location,parent_incident,problem_id,caused_by,u_duplicate_of,u_restored_at,short_description";

const time = (at: number): string => `${frenchDate(dayOf(at))} ${clockText(at)}`;
const timeOrNone = (at: number | null): string => (at === null ? "" : time(at));

function sysId(key: string): string {
  const hash = hashOf(`${key}/lumen`);
  return (
    hash.toString(16).padStart(8, "0") +
    (Math.imul(hash, 0x9e3779b1) >>> 16).toString(16).padStart(4, "0")
  );
}

/** The tool's own verdict as it goes: its schedule knows weekdays but no public holiday. */
class ToolClock {
  #elapsed = 0;
  #from: number | null;
  readonly #span: (from: number, to: number) => number;

  constructor(ticket: Ticket, office: OfficeTime) {
    this.#from = ticket.openedAt;
    const isRoundTheClock = ticket.type === "incident" && ticket.priority === "P1";
    this.#span = isRoundTheClock
      ? (from, to) => to - from
      : (from, to) => office.toolSeconds(from, to);
  }

  isMet(ticket: Ticket, state: State, at: number): boolean {
    if (ticket.type === "problem") return true;
    if (this.#from !== null) this.#elapsed += this.#span(this.#from, at);
    const stands =
      state.status === "resolved" || state.status === "closed" || state.status === "cancelled";
    this.#from = stands || state.hold === "requester" || state.hold === "approval" ? null : at;
    return this.#elapsed <= TARGET_HOURS[ticket.type][state.priority] * 3600;
  }
}

/**
 * When the service of an urgent incident was back, by a workaround: on the way from the last step to the resolution.
 * One in five was never noted, as people forget the field.
 */
function restoration({ key, type, priority, steps }: Ticket): number | null {
  const at = steps.findLastIndex(({ verb }) => verb === "resolve");
  const isNoted = type === "incident" && (priority === "P1" || priority === "P2");
  if (!isNoted || at < 1 || hashOf(`${key}/restored`) % 5 === 0) return null;
  const [before, resolved] = [steps[at - 1]!.at, steps[at]!.at];
  return before + Math.floor((resolved - before) * (0.3 + (hashOf(key) % 60) / 100));
}

const UNREADABLE = "31/04/2026 10:12:00";

/** Writes what ServiceNow exports of its task tables: one row for each modification. */
export class ServiceNowExport {
  readonly files: ExportFile[];
  readonly rejects: Reject[] = [];
  readonly #byType: Record<TicketType, ExportFile>;
  /** Ordinals of the tickets that a spoiled row, or a status without a home, goes with. */
  #written = 0;
  readonly #spoiledEvery: number;

  /** @param spoiledEvery one ticket in so many repeats a row with a date that does not exist. */
  constructor(folder: string, spoiledEvery: number) {
    const file = (name: string) => new ExportFile(folder, `servicenow/${name}.csv.gz`, HEADER);
    this.#byType = {
      incident: file("incident"),
      request: file("sc_req_item"),
      problem: file("problem"),
    };
    this.files = Object.values(this.#byType);
    this.#spoiledEvery = spoiledEvery;
  }

  write(ticket: Ticket, office: OfficeTime): void {
    const file = this.#byType[ticket.type];
    const row = this.#rowWriter(ticket);
    const clock = new ToolClock(ticket, office);
    const state = opening(ticket);
    let count = 0;
    file.write(row(state, ticket.openedAt, count, true, ""));
    this.#written += 1;
    if (this.#written % this.#spoiledEvery === 0) {
      count += 1;
      file.write(row(state, ticket.openedAt, count, true, UNREADABLE));
      this.rejects.push({
        file: file.name,
        line: file.line,
        column: "sys_updated_at",
        value: UNREADABLE,
        reason: "unreadable",
      });
    }
    for (const step of ticket.steps) {
      if (isReply(step)) continue;
      apply(state, step);
      count += 1;
      file.write(row(state, step.at, count, clock.isMet(ticket, state, step.at), ""));
    }
  }

  #rowWriter(ticket: Ticket) {
    const { key, site, user } = ticket;
    const name = userName(site, user);
    const head = `${key},${sysId(key)},${CLASSES[ticket.type]}`;
    const opened = time(ticket.openedAt);
    const tail = [
      name,
      populationOf(site, user),
      departmentOf(user),
      CHANNELS[ticket.channel],
      ticket.category,
      ticket.service.labels.servicenow,
      ticket.item?.[0] ?? "",
      ticket.asset,
      site.label,
      ticket.parent,
      ticket.problem,
      ticket.causedBy,
      ticket.duplicateOf,
    ]
      .map(cell)
      .join(",");
    const restoredAt = restoration(ticket);
    const title = cell(ticket.title);
    return (state: State, at: number, count: number, isMet: boolean, spoiled: string): string => {
      const { group } = state;
      const restored = restoredAt !== null && restoredAt <= at ? time(restoredAt) : "";
      const code =
        state.status === "resolved" || state.status === "closed"
          ? CODES[ticket.resolutionCode]!
          : "";
      return (
        `${head},${STATUSES[state.status]},${HOLDS[state.hold]},${PRIORITIES[state.priority]},${opened},${spoiled || time(at)},${count},` +
        `${timeOrNone(state.resolvedAt)},${timeOrNone(state.closedAt)},${state.reopened},${state.moves},${isMet},${group.name},${group.level},` +
        `${group.provider},${state.agent},${code},${tail},${restored},${title}`
      );
    };
  }
}
