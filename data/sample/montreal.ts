import type { Reject } from "./paris.ts";
import type { Channel, Priority, Ticket } from "./ticket.ts";
import { isoText } from "./wall-time.ts";
import { SERVICE_LABELS } from "./words.ts";

const TICKET_HEADER =
  "Clé;Type;Titre;Statut;Motif d'attente;Priorité;Ouvert le;Modifié le;Résolu le;Clos le;Réouvertures;Groupe;Assigné à;Demandeur;Canal;Catégorie;Service";
const EVENT_HEADER = "id;ticket;date;champ;avant;après;auteur;public";

const PRIORITY_LABELS: Record<Priority, string> = {
  P1: "Majeure",
  P2: "Haute",
  P3: "Moyenne",
  P4: "Basse",
};

const CHANNEL_LABELS: Record<Channel, string> = {
  phone: "Téléphone",
  email: "Courriel",
  self_service: "Portail",
  chat: "Clavardage",
  walk_in: "Comptoir",
  monitoring: "Supervision",
};

const HOLD_LABELS: Record<string, string> = {
  requester: "Attente demandeur",
  provider: "Attente fournisseur",
  change: "Attente changement",
};

type Author = "agent" | "demandeur" | "automate";

interface Event {
  ticket: string;
  at: number;
  field: string;
  before: string;
  after: string;
  author: Author;
  public: string;
}

interface State {
  statut: string;
  "motif d'attente": string;
  priorité: string;
  groupe: string;
  assigné: string;
  resolvedAt: string;
  closedAt: string;
  reopened: number;
}

type Field = "statut" | "motif d'attente" | "priorité" | "groupe" | "assigné";

const REPLIES: Record<string, readonly [Author, string]> = {
  reply: ["agent", "oui"],
  note: ["agent", "non"],
  ask: ["demandeur", "oui"],
  "auto-reply": ["automate", "oui"],
};

/** What each verb changes, by whom. */
function changesOf(
  verb: string,
  ticket: Ticket,
  state: State,
): [Author, Partial<Record<Field, string>>] {
  switch (verb) {
    case "take":
      return ["agent", { assigné: ticket.agent, statut: "En cours" }];
    case "auto-assign":
      return ["automate", { assigné: ticket.agent, statut: "En cours (attribué)" }];
    case "resume":
      return ["agent", { statut: "En cours", "motif d'attente": "" }];
    case "resolve":
      return ["agent", { statut: "Résolu", "motif d'attente": "" }];
    case "auto-resolve":
      return ["automate", { statut: "Résolu" }];
    case "close":
      return [
        state.statut === "Résolu" ? "automate" : "agent",
        { statut: "Clos", "motif d'attente": "" },
      ];
    case "cancel":
      return ["agent", { statut: "Annulé", "motif d'attente": "" }];
    case "reopen":
      return ["demandeur", { statut: "En cours" }];
    case "group": {
      const other = "Soutien bureautique";
      return ["agent", { groupe: state.groupe === other ? "Centre d'assistance" : other }];
    }
    default: {
      if (verb in PRIORITY_LABELS)
        return ["agent", { priorité: PRIORITY_LABELS[verb as Priority] }];
      return [
        "agent",
        { statut: "En attente", "motif d'attente": HOLD_LABELS[verb.slice(5)] ?? "" },
      ];
    }
  }
}

function note(state: State, verb: string, at: number): void {
  if (verb === "resolve" || verb === "auto-resolve") state.resolvedAt = isoText(at);
  if (verb === "close" || verb === "cancel") state.closedAt = isoText(at);
  if (verb !== "reopen") return;
  state.reopened += 1;
  state.resolvedAt = "";
  state.closedAt = "";
}

function play(ticket: Ticket): { state: State; events: Event[] } {
  const state: State = {
    statut: "Nouveau",
    "motif d'attente": "",
    priorité: PRIORITY_LABELS[ticket.priority],
    groupe: ticket.group,
    assigné: "",
    resolvedAt: "",
    closedAt: "",
    reopened: 0,
  };
  const events: Event[] = [];
  for (const { at, verb } of ticket.steps) {
    const reply = REPLIES[verb];
    if (reply) {
      const [author, isPublic] = reply;
      const field = "commentaire";
      events.push({
        ticket: ticket.key,
        at,
        field,
        before: "",
        after: "",
        author,
        public: isPublic,
      });
      continue;
    }
    const [author, changes] = changesOf(verb, ticket, state);
    for (const [field, after] of Object.entries(changes) as [Field, string][]) {
      const before = state[field];
      if (before === after) continue;
      state[field] = after;
      events.push({ ticket: ticket.key, at, field, before, after, author, public: "" });
    }
    note(state, verb, at);
  }
  return { state, events };
}

const cell = (value: string): string =>
  /[";\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

function ticketLine(ticket: Ticket, state: State): string {
  const labels = SERVICE_LABELS.montreal[ticket.service];
  return [
    ticket.key,
    ticket.type === "incident" ? "Incident" : "Demande",
    ticket.title,
    state.statut,
    state["motif d'attente"],
    state.priorité,
    isoText(ticket.openedAt),
    isoText(ticket.steps.at(-1)?.at ?? ticket.insertedAt),
    state.resolvedAt,
    state.closedAt,
    String(state.reopened),
    state.groupe,
    state.assigné,
    ticket.requester,
    CHANNEL_LABELS[ticket.channel],
    labels.category,
    labels.service,
  ]
    .map(cell)
    .join(";");
}

/** Byte order mark first, CRLF at the end of every line. */
const fileText = (lines: readonly string[]): string => `\uFEFF${lines.join("\r\n")}\r\n`;

/**
 * The two exports of Montréal: the tickets as they are at the end, and the log of what happened to them. After the
 * ticket `before` stands a row without a key.
 */
export function montrealExport(
  tickets: readonly Ticket[],
  before: string,
): {
  tickets: string;
  events: string;
  records: { tickets: number; events: number };
  rejects: Reject[];
} {
  const lines = [TICKET_HEADER];
  const rejects: Reject[] = [];
  const played = tickets.map((ticket) => ({ ticket, ...play(ticket) }));
  for (const { ticket, state } of played) {
    lines.push(ticketLine(ticket, state));
    if (ticket.key !== before) continue;
    lines.push(ticketLine({ ...ticket, key: "", title: "(brouillon)" }, state));
    rejects.push({
      file: "montreal/tickets.csv",
      line: lines.length,
      column: "Clé",
      value: "",
      reason: "missing",
    });
  }
  const events = played.flatMap((each) => each.events);
  const eventLines = events.map((event, index) =>
    [
      String(50_001 + index),
      event.ticket,
      isoText(event.at),
      event.field,
      event.before,
      event.after,
      event.author,
      event.public,
    ]
      .map(cell)
      .join(";"),
  );
  return {
    tickets: fileText(lines),
    events: fileText([EVENT_HEADER, ...eventLines]),
    records: { tickets: lines.length - 1, events: eventLines.length },
    rejects,
  };
}
