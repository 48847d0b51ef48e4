import type { Group } from "./group.ts";
import type { Service } from "./service.ts";
import type { Site } from "./site.ts";

export type TicketType = "incident" | "request" | "problem";
export type Priority = "P1" | "P2" | "P3" | "P4";
export type HoldReason = "requester" | "provider" | "change" | "approval" | "scheduled";
export type Channel = "phone" | "email" | "self_service" | "chat" | "walk_in" | "monitoring";

/**
 * What happens to a ticket. `take` an agent takes it over, `move` another group owns it, `odd` a status that no
 * mapping knows; replies: `reply` an agent to the requester, `note` an agent internally, `ask` the requester,
 * `auto-reply` the tool.
 */
export type Step =
  | { at: number; verb: "take"; agent: string }
  | { at: number; verb: "move"; group: Group }
  | { at: number; verb: "hold"; reason: HoldReason }
  | { at: number; verb: "priority"; priority: Priority }
  | { at: number; verb: "cancel"; isByRequester: boolean }
  | {
      at: number;
      verb:
        | "resume"
        | "resolve"
        | "close"
        | "reopen"
        | "reply"
        | "note"
        | "ask"
        | "auto-reply"
        | "odd";
    };

export interface Ticket {
  /** Native id, given when its tool writes it. */
  key: string;
  site: Site;
  type: TicketType;
  priority: Priority;
  service: Service;
  category: string;
  /** Catalogue item of a request, French and English. */
  item: readonly [string, string] | null;
  title: string;
  channel: Channel;
  /** The requester's number among the site's users. */
  user: number;
  group: Group;
  asset: string;
  parent: string;
  problem: string;
  causedBy: string;
  duplicateOf: string;
  resolutionCode: string;
  /** Site-local wall time, seconds, as those of its steps. */
  openedAt: number;
  /** In order, the last before the end of its source's data. */
  steps: Step[];
  /** Whether the plan was to keep the target; null where there is none. */
  isPunctual: boolean | null;
}

/** A part of a ticket that something planted decides; the rest is drawn as for any other ticket. */
export interface Plant {
  site: Site;
  day: number;
  /** Second of the local day; drawn when null. */
  second: number | null;
  type: TicketType;
  service: Service;
  title: string;
  category?: string;
  priority?: Priority;
  channel?: Ticket["channel"];
  asset?: string;
  problem?: string;
  causedBy?: string;
  parent?: Plant;
  /** What it was planted for: the id of a family, of a catch-all, of a wave, of a major incident. */
  truth: string;
  /** Filled when written. */
  key?: string;
  /** For a problem: its days from opening to its closure; null when it stays open. */
  openDays?: number | null;
}
