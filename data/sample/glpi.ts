import { ExportFile, quotedCell as cell } from "./export-file.ts";
import { play } from "./event-log.ts";
import type { Change, Field } from "./event-log.ts";
import { populationOf, userName } from "./person.ts";
import { SOURCE_ZONES } from "./source.ts";
import type { Actor } from "./state.ts";
import type { Channel, Ticket } from "./ticket.ts";
import type { Reject } from "./truth.ts";
import { dateText, dayOf, minuteText, toInstant, toWall } from "./wall-clock.ts";

const LABELS: Record<string, string> = {
  new: "Nouveau",
  in_progress: "En cours (Attribué)",
  on_hold: "En attente",
  resolved: "Résolu",
  closed: "Clos",
  cancelled: "Annulé",
  odd: "Approbation",
  requester: "Retour demandeur",
  provider: "Fournisseur",
  change: "Changement",
  approval: "Validation",
  scheduled: "Planifié",
  P1: "Majeure",
  P2: "Haute",
  P3: "Moyenne",
  P4: "Basse",
  "": "",
};
const FIELDS: Record<Field, string> = {
  status: "Statut",
  hold: "Motif d'attente",
  priority: "Priorité",
  group: "Groupe de techniciens",
  agent: "Technicien",
  comment: "Suivi",
};
const ACTORS: Record<Actor, string> = {
  agent: "Technicien",
  requester: "Self-Service",
  automatic: "Automate",
};
const CHANNELS: Record<Channel, string> = {
  phone: "Téléphone",
  email: "E-Mail",
  self_service: "Formulaire",
  chat: "Messagerie instantanée",
  walk_in: "Direct",
  monitoring: "Supervision",
};

// No column for the type of solution: that view of GLPI does not show it.
const TICKET_HEADER = [
  "ID",
  "Titre",
  "Entité",
  "Type",
  "Statut",
  "Motif d'attente",
  "Dernière modification",
  "Date d'ouverture",
  "Date de résolution",
  "Date de clôture",
  "Priorité",
  "Demandeur - Demandeur",
  "Demandeur - Profil métier",
  "Attribué à - Technicien",
  "Attribué à - Groupe de techniciens",
  "Niveau",
  "Fournisseur attribué",
  "Catégorie",
  "Service",
  "Formulaire",
  "Source de la demande",
  "Lieu",
  "Éléments associés",
  "Ticket parent",
  "Doublon de",
];
const EVENT_HEADER = [
  "ID",
  "Ticket",
  "Date",
  "Utilisateur",
  "Profil",
  "Champ",
  "Ancienne valeur",
  "Nouvelle valeur",
  "Visible",
  "Niveau",
  "Fournisseur",
];

const line = (values: readonly string[]): string => values.map(cell).join(";");

/** Writes what GLPI exports in French: tickets as they are, and their history. Everything quoted, CRLF, no BOM, times to the minute. */
export class GlpiExport {
  readonly files: ExportFile[];
  readonly rejects: Reject[] = [];
  readonly #tickets: ExportFile;
  readonly #events: ExportFile;
  readonly #keylessEvery: number;
  #event = 700_000;

  /** @param keylessEvery after one ticket in so many stands a row without an ID. */
  constructor(folder: string, keylessEvery: number) {
    this.#tickets = new ExportFile(folder, "glpi/tickets.csv.gz", line(TICKET_HEADER), "\r\n");
    this.#events = new ExportFile(folder, "glpi/historique.csv.gz", line(EVENT_HEADER), "\r\n");
    this.files = [this.#tickets, this.#events];
    this.#keylessEvery = keylessEvery;
  }

  write(ticket: Ticket): void {
    const shown = (at: number) => toWall(SOURCE_ZONES.glpi, toInstant(ticket.site.zone, at));
    const minute = (at: number | null): string => {
      if (at === null) return "";
      const there = shown(at);
      return `${dateText(dayOf(there))} ${minuteText(there)}`;
    };
    const requester = userName(ticket.site, ticket.user);
    const state = play(ticket, requester, (change) =>
      this.#tell(ticket.key, shown(change.at), change),
    );
    const { site, service, group: first } = ticket;
    const group = state.group ?? first;
    const values = [
      ticket.key,
      ticket.title,
      `Groupe Lumen > ${site.label}`,
      ticket.type === "request" ? "Demande" : "Incident",
      LABELS[state.status]!,
      LABELS[state.hold]!,
      minute(ticket.steps.at(-1)?.at ?? ticket.openedAt),
      minute(ticket.openedAt),
      minute(state.resolvedAt),
      minute(state.closedAt),
      LABELS[state.priority]!,
      requester,
      populationOf(site, ticket.user),
      state.agent,
      group.name,
      String(group.level),
      group.provider,
      ticket.category,
      service.labels.glpi,
      ticket.item?.[0] ?? "",
      CHANNELS[ticket.channel],
      site.label,
      ticket.asset,
      ticket.parent,
      ticket.duplicateOf,
    ];
    this.#tickets.write(line(values));
    if (this.#tickets.records % this.#keylessEvery !== 0) return;
    this.#tickets.write(line(["", "(brouillon)", ...values.slice(2)]));
    this.rejects.push({
      file: this.#tickets.name,
      line: this.#tickets.line,
      column: "ID",
      value: "",
      reason: "missing",
    });
  }

  #tell(
    key: string,
    at: number,
    { field, before, after, actor, by, isPublic, group }: Change,
  ): void {
    this.#event += 1;
    const isCoded = field !== "group" && field !== "agent";
    this.#events.write(
      line([
        String(this.#event),
        key,
        `${dateText(dayOf(at))} ${minuteText(at)}`,
        by,
        ACTORS[actor],
        FIELDS[field],
        isCoded ? LABELS[before]! : before,
        isCoded ? LABELS[after]! : after,
        field === "comment" ? (isPublic ? "Oui" : "Non") : "",
        group ? String(group.level) : "",
        group?.provider ?? "",
      ]),
    );
  }
}
