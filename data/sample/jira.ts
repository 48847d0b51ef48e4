import { commaCell as cell, ExportFile } from "./export-file.ts";
import { play } from "./event-log.ts";
import type { Change, Field } from "./event-log.ts";
import { populationOf, userName } from "./person.ts";
import type { Actor } from "./state.ts";
import type { Channel, Ticket, TicketType } from "./ticket.ts";
import type { Reject } from "./truth.ts";
import { clockText, dateText, dayOf, offsetAt, offsetText } from "./wall-clock.ts";

const LABELS: Record<string, string> = {
  new: "Open",
  in_progress: "Work in progress",
  on_hold: "Pending",
  resolved: "Resolved",
  closed: "Closed",
  cancelled: "Canceled",
  odd: "In triage",
  requester: "More info required",
  provider: "Awaiting vendor",
  change: "Awaiting change",
  approval: "Awaiting approval",
  scheduled: "Scheduled",
  P1: "Highest",
  P2: "High",
  P3: "Medium",
  P4: "Low",
  "": "",
};
const FIELDS: Record<Field, string> = {
  status: "status",
  hold: "Pending reason",
  priority: "priority",
  group: "Support team",
  agent: "assignee",
  comment: "Comment",
};
const ACTORS: Record<Actor, string> = { agent: "agent", requester: "customer", automatic: "app" };
const CHANNELS: Record<Channel, string> = {
  phone: "Phone",
  email: "Email",
  self_service: "Portal",
  chat: "Chat",
  walk_in: "In person",
  monitoring: "API",
};
const TYPES: Record<TicketType, string> = {
  incident: "[System] Incident",
  request: "[System] Service request",
  problem: "[System] Problem",
};
const RESOLUTIONS: Record<string, string> = {
  fixed: "Done",
  workaround: "Workaround",
  advice: "Explained",
  not_reproduced: "Cannot Reproduce",
  self: "Resolved by reporter",
};

const ISSUE_HEADER =
  "Issue key,Issue id,Issue Type,Summary,Status,Pending reason,Priority,Resolution,Created,Updated,Resolved,Closed,Assignee,Reporter," +
  "Reporter group,Request Type,Request channel,Support team,Tier,Vendor,Component,Affected services,Affected asset,Watchers,Parent key,Duplicates";
const CHANGE_HEADER =
  "History id,Issue key,Created,Author,Author type,Field,From,To,Public,Tier,Vendor";

/** Writes what Jira exports: issues as they are, with local times and their offset, and the changelog. */
export class JiraExport {
  readonly files: ExportFile[];
  readonly rejects: Reject[] = [];
  readonly #issues: ExportFile;
  readonly #changes: ExportFile;
  readonly #keylessEvery: number;
  #change = 300_000;

  /** @param keylessEvery one line of the changelog in so many repeats the one before it without its issue. */
  constructor(folder: string, keylessEvery: number) {
    this.#issues = new ExportFile(folder, "jira/issues.csv.gz", ISSUE_HEADER);
    this.#changes = new ExportFile(folder, "jira/changelog.csv.gz", CHANGE_HEADER);
    this.files = [this.#issues, this.#changes];
    this.#keylessEvery = keylessEvery;
  }

  write(ticket: Ticket): void {
    const { site, service, user } = ticket;
    const time = (at: number | null): string =>
      at === null
        ? ""
        : `${dateText(dayOf(at))}T${clockText(at)}.000${offsetText(offsetAt(site.zone, at))}`;
    const requester = userName(site, user);
    const state = play(ticket, requester, (change) =>
      this.#tell(ticket.key, time(change.at), change),
    );
    const { group } = state;
    const isResolved = state.status === "resolved" || state.status === "closed";
    this.#issues.write(
      [
        ticket.key,
        String(20_000 + this.#issues.records),
        TYPES[ticket.type],
        ticket.title,
        LABELS[state.status]!,
        LABELS[state.hold]!,
        LABELS[state.priority]!,
        isResolved ? RESOLUTIONS[ticket.resolutionCode]! : "",
        time(ticket.openedAt),
        time(ticket.steps.at(-1)?.at ?? ticket.openedAt),
        time(state.resolvedAt),
        time(state.closedAt),
        state.agent,
        requester,
        populationOf(site, user),
        ticket.item?.[1] ?? "",
        CHANNELS[ticket.channel],
        group.name,
        String(group.level),
        group.provider,
        ticket.category,
        service.labels.jira,
        ticket.asset,
        state.agent,
        ticket.parent,
        ticket.duplicateOf,
      ]
        .map(cell)
        .join(","),
    );
  }

  #tell(
    key: string,
    at: string,
    { field, before, after, actor, by, isPublic, group }: Change,
  ): void {
    this.#change += 1;
    const isCoded = field !== "group" && field !== "agent";
    const tail = [
      at,
      by,
      ACTORS[actor],
      FIELDS[field],
      isCoded ? LABELS[before]! : before,
      isCoded ? LABELS[after]! : after,
      field === "comment" ? (isPublic ? "true" : "false") : "",
      group ? String(group.level) : "",
      group?.provider ?? "",
    ]
      .map(cell)
      .join(",");
    this.#changes.write(`${this.#change},${key},${tail}`);
    if (this.#changes.records % this.#keylessEvery !== 0) return;
    this.#change += 1;
    this.#changes.write(`${this.#change},,${tail}`);
    this.rejects.push({
      file: this.#changes.name,
      line: this.#changes.line,
      column: "Issue key",
      value: "",
      reason: "missing",
    });
  }
}
