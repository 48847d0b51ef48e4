import { actorOf, apply, isReply, opening } from "./state.ts";
import type { Actor, State } from "./state.ts";
import type { Ticket } from "./ticket.ts";
import type { Group } from "./group.ts";

export type Field = "status" | "hold" | "priority" | "group" | "agent" | "comment";

/** One changed field, or a reply, in canonical words. */
export interface Change {
  /** Site-local wall time. */
  at: number;
  field: Field;
  before: string;
  after: string;
  actor: Actor;
  /** Who acted, for the tool's name of it: the requester, the agent in charge, or nobody. */
  by: string;
  isPublic: boolean;
  /** The group after the change, where it is the group that changed. */
  group: Group | null;
}

const FIELDS = ["group", "agent", "status", "hold", "priority"] as const;

const valueOf = (state: State, field: (typeof FIELDS)[number]): string =>
  field === "group" ? state.group.name : state[field];

/** Plays a ticket's steps, telling every changed field; returns the state it ends in. */
export function play(ticket: Ticket, requester: string, tell: (change: Change) => void): State {
  const state = opening(ticket);
  for (const step of ticket.steps) {
    const actor = actorOf(step, state);
    const common = { at: step.at, actor, isPublic: step.verb !== "note", group: null };
    if (isReply(step)) {
      const by =
        actor === "requester" ? requester : actor === "agent" ? ticket.group.agents[0]! : "";
      tell({ ...common, field: "comment", before: "", after: "", by });
      continue;
    }
    const before = { ...state };
    apply(state, step);
    const by =
      actor === "requester" ? requester : actor === "agent" ? state.agent || before.agent : "";
    for (const field of FIELDS) {
      const [from, to] = [valueOf(before, field), valueOf(state, field)];
      if (from === to) continue;
      tell({
        ...common,
        field,
        before: from,
        after: to,
        by,
        group: field === "group" ? state.group : null,
      });
    }
  }
  return state;
}
