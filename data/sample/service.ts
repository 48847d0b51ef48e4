import type { SourceId } from "./source.ts";

export type ServiceId =
  | "messagerie"
  | "poste"
  | "reseau"
  | "gestion"
  | "impression"
  | "acces"
  | "telephonie"
  | "fichiers"
  | "visio"
  | "intranet"
  | "rh"
  | "caisse"
  | "crm"
  | "atelier";

/** What can go wrong with a service, for the words of its titles. */
export type Nature = "software" | "device" | "network" | "access";

/** Teams behind the first level that a service's tickets escalate to. */
export type Team =
  | "workplace"
  | "applications"
  | "network"
  | "printing"
  | "identity"
  | "engineering";

export interface Service {
  id: ServiceId;
  /** Name in each tool. */
  labels: Record<SourceId, string>;
  categories: readonly string[];
  weight: number;
  nature: Nature;
  team: Team;
  /** Chance that a ticket keeps its target at an average site. */
  punctuality: number;
  /** Catalogue items of its requests, French and English. */
  items: readonly (readonly [string, string])[];
}

const EASY = 0.965;
const MEDIUM = 0.92;
const HARD = 0.79;

const service = (
  id: ServiceId,
  [servicenow, glpi, jira]: readonly [string, string, string],
  rest: Omit<Service, "id" | "labels">,
): Service => ({ id, labels: { servicenow, glpi, jira }, ...rest });

export const SERVICES: readonly Service[] = [
  service("messagerie", ["Messagerie", "Messagerie et agendas", "Email"], {
    categories: ["Collaboration", "Boîtes partagées"],
    weight: 13,
    nature: "software",
    team: "workplace",
    punctuality: EASY,
    items: [
      ["Liste de diffusion", "Distribution list"],
      ["Boîte partagée", "Shared mailbox"],
      ["Délégation d'agenda", "Calendar delegation"],
    ],
  }),
  service("poste", ["Poste de travail", "Poste de travail", "Workstation"], {
    categories: ["Matériel", "Système", "Périphériques"],
    weight: 17,
    nature: "device",
    team: "workplace",
    punctuality: MEDIUM,
    items: [
      ["Nouveau poste", "New workstation"],
      ["Installation de logiciel", "Software installation"],
      ["Périphérique", "Peripheral"],
      ["Prêt de matériel", "Equipment loan"],
    ],
  }),
  service("reseau", ["Réseau et VPN", "Réseau", "Network"], {
    categories: ["Réseau", "Accès distant"],
    weight: 9,
    nature: "network",
    team: "network",
    punctuality: HARD,
    items: [
      ["Ouverture de flux", "Firewall opening"],
      ["Prise réseau", "Network outlet"],
      ["Accès distant prestataire", "Contractor remote access"],
    ],
  }),
  service("gestion", ["SAP", "SAP", "SAP"], {
    categories: ["Application", "Finance", "Achats"],
    weight: 9,
    nature: "software",
    team: "applications",
    punctuality: HARD,
    items: [
      ["Rôle SAP", "SAP role"],
      ["Extraction de données", "Data extract"],
      ["Création de fournisseur", "Vendor creation"],
    ],
  }),
  service("impression", ["Impression", "Impression", "Printing"], {
    categories: ["Matériel", "Consommables"],
    weight: 7,
    nature: "device",
    team: "printing",
    punctuality: EASY,
    items: [
      ["Consommable", "Consumable"],
      ["Ajout d'imprimante", "Printer setup"],
    ],
  }),
  service("acces", ["Comptes et accès", "Comptes et habilitations", "Accounts and access"], {
    categories: ["Habilitations", "Comptes"],
    weight: 14,
    nature: "access",
    team: "identity",
    punctuality: EASY,
    items: [
      ["Arrivée d'un collaborateur", "New hire account"],
      ["Départ d'un collaborateur", "Leaver"],
      ["Droit d'accès", "Access right"],
      ["Badge", "Badge"],
    ],
  }),
  service("telephonie", ["Téléphonie", "Téléphonie fixe et mobile", "Telephony"], {
    categories: ["Téléphonie", "Mobiles"],
    weight: 6,
    nature: "device",
    team: "network",
    punctuality: EASY,
    items: [
      ["Mobile professionnel", "Company phone"],
      ["Ligne ou renvoi", "Line or forwarding"],
    ],
  }),
  service("fichiers", ["Fichiers partagés", "Fichiers partagés", "File shares"], {
    categories: ["Stockage", "Habilitations"],
    weight: 6,
    nature: "software",
    team: "engineering",
    punctuality: MEDIUM,
    items: [
      ["Espace partagé", "Shared space"],
      ["Restauration de fichier", "File restore"],
    ],
  }),
  service("visio", ["Visioconférence", "Visioconférence", "Video conferencing"], {
    categories: ["Collaboration", "Salles"],
    weight: 5,
    nature: "device",
    team: "workplace",
    punctuality: MEDIUM,
    items: [
      ["Équipement de salle", "Room equipment"],
      ["Webinaire", "Webinar"],
    ],
  }),
  service("intranet", ["Intranet", "Intranet", "Intranet"], {
    categories: ["Application", "Contenus"],
    weight: 4,
    nature: "software",
    team: "applications",
    punctuality: EASY,
    items: [
      ["Publication", "Publishing"],
      ["Espace d'équipe", "Team site"],
    ],
  }),
  service("rh", ["SIRH et paie", "SIRH et paie", "HR and payroll"], {
    categories: ["Application", "Ressources humaines"],
    weight: 4,
    nature: "software",
    team: "applications",
    punctuality: HARD,
    items: [
      ["Droit SIRH", "HR system right"],
      ["Rapport RH", "HR report"],
    ],
  }),
  service("caisse", ["Caisse et boutiques", "Caisses", "Point of sale"], {
    categories: ["Boutiques", "Matériel"],
    weight: 5,
    nature: "device",
    team: "workplace",
    punctuality: MEDIUM,
    items: [
      ["Terminal de paiement", "Payment terminal"],
      ["Ouverture de boutique", "Shop opening"],
    ],
  }),
  service("crm", ["CRM", "CRM", "CRM"], {
    categories: ["Application", "Ventes"],
    weight: 5,
    nature: "software",
    team: "applications",
    punctuality: HARD,
    items: [
      ["Licence CRM", "CRM licence"],
      ["Tableau de bord commercial", "Sales dashboard"],
    ],
  }),
  service("atelier", ["Production (MES)", "Atelier et GPAO", "Manufacturing (MES)"], {
    categories: ["Production", "Matériel"],
    weight: 6,
    nature: "software",
    team: "engineering",
    punctuality: HARD,
    items: [
      ["Poste d'atelier", "Shop-floor terminal"],
      ["Gamme ou nomenclature", "Routing or bill of materials"],
    ],
  }),
];

export const serviceOf = (id: ServiceId): Service => SERVICES.find((each) => each.id === id)!;

/** Categories a catch-all is filed under, whatever it is about. */
export const ALL_CATEGORIES: readonly string[] = [
  ...new Set(SERVICES.flatMap(({ categories }) => categories)),
];
