import { wall } from "./wall-time.ts";
import type { Site } from "./wall-time.ts";

export type Priority = "P1" | "P2" | "P3" | "P4";
export type HoldReason = "requester" | "provider" | "change";
export type Channel = "phone" | "email" | "self_service" | "chat" | "walk_in" | "monitoring";
export type ServiceId = "messagerie" | "poste" | "reseau" | "gestion" | "impression" | "acces";

/**
 * What can happen to a ticket: `take` an agent takes it over, `hold:<reason>` and `resume`, `resolve`, `close`,
 * `cancel`, `reopen`, a priority, `group` another group; replies: `reply` an agent to the requester, `note` an agent
 * internally, `ask` the requester, `auto-reply`; `auto-assign` and `auto-resolve` without a person; `odd` a status
 * that no mapping knows.
 */
export type Verb =
  | "take"
  | `hold:${HoldReason}`
  | "resume"
  | "resolve"
  | "close"
  | "cancel"
  | "reopen"
  | Priority
  | "group"
  | "reply"
  | "note"
  | "ask"
  | "auto-reply"
  | "auto-assign"
  | "auto-resolve"
  | "odd";

export interface Step {
  /** Site-local wall time, seconds. */
  at: number;
  verb: Verb;
}

export interface Ticket {
  key: string;
  site: Site;
  type: "incident" | "request";
  priority: Priority;
  service: ServiceId;
  title: string;
  channel: Channel;
  requester: string;
  agent: string;
  group: string;
  openedAt: number;
  /** When the record was typed, where later than its opening. */
  insertedAt: number;
  steps: Step[];
}

/** Steps from texts such as `2026-06-01 09:20:00 take`. */
export function parseSteps(texts: readonly string[]): Step[] {
  return texts.map((text) => ({ at: wall(text.slice(0, 19)), verb: text.slice(20) as Verb }));
}
