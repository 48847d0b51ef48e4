import type { HoldReason, Priority, Step, Ticket } from "./ticket.ts";
import type { Group } from "./group.ts";

export type Status =
  | "new"
  | "in_progress"
  | "on_hold"
  | "resolved"
  | "closed"
  | "cancelled"
  | "odd";

/** Who a tool says acted. */
export type Actor = "agent" | "requester" | "automatic";

/** A ticket as its tool shows it between two steps. */
export interface State {
  status: Status;
  hold: HoldReason | "";
  priority: Priority;
  group: Group;
  agent: string;
  /** Wall time of the last resolution and closure; null when not ended so. */
  resolvedAt: number | null;
  closedAt: number | null;
  reopened: number;
  moves: number;
}

export const opening = ({ priority, group }: Ticket): State => ({
  status: "new",
  hold: "",
  priority,
  group,
  agent: "",
  resolvedAt: null,
  closedAt: null,
  reopened: 0,
  moves: 0,
});

/** Steps that leave no trace in what the ticket shows. */
export const isReply = ({ verb }: Step): boolean =>
  verb === "reply" || verb === "note" || verb === "ask" || verb === "auto-reply";

const become = (state: State, status: Status, hold: State["hold"] = ""): void => {
  state.status = status;
  state.hold = hold;
};

/** Changes the state as the step does. */
export function apply(state: State, step: Step): void {
  switch (step.verb) {
    case "take":
      become(state, "in_progress");
      state.agent = step.agent;
      return;
    case "move":
      state.group = step.group;
      state.agent = "";
      state.moves += 1;
      return;
    case "hold":
      return become(state, "on_hold", step.reason);
    case "priority":
      state.priority = step.priority;
      return;
    case "resume":
      return become(state, "in_progress");
    case "odd":
      return become(state, "odd");
    case "resolve":
      become(state, "resolved");
      state.resolvedAt = step.at;
      return;
    case "close":
      become(state, "closed");
      state.closedAt = step.at;
      return;
    case "cancel":
      become(state, "cancelled");
      state.closedAt = step.at;
      return;
    case "reopen":
      become(state, "in_progress");
      state.resolvedAt = null;
      state.closedAt = null;
      state.reopened += 1;
      return;
    case "reply":
    case "note":
    case "ask":
    case "auto-reply":
  }
}

/** Who takes a step; the tool closes by itself what was resolved. */
export function actorOf(step: Step, { status }: State): Actor {
  if (step.verb === "auto-reply" || (step.verb === "close" && status === "resolved"))
    return "automatic";
  if (step.verb === "ask" || step.verb === "reopen") return "requester";
  return step.verb === "cancel" && step.isByRequester ? "requester" : "agent";
}

/** True where the ticket needs no more work. */
export const isEnded = (status: Status): boolean =>
  status === "resolved" || status === "closed" || status === "cancelled";
