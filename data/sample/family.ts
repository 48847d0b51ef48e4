import type { ServiceId } from "./service.ts";
import type { Language } from "./site.ts";

/** When a family's incidents come: steadily, up to a date, or ending in a burst over the last four weeks. */
export type Rhythm =
  | { kind: "steady"; from: string; to: string }
  | { kind: "burst"; burst: number };

/** A recurring family to plant: the same trouble under many spellings. */
export interface Family {
  id: string;
  service: ServiceId;
  /** Sites and how many of its incidents each has over the two years. */
  sites: readonly (readonly [string, number])[];
  language: Language;
  rhythm: Rhythm;
  /** Words that a signature of it should hold, as DEFINITIONS 27 would leave them. */
  keyWords: readonly string[];
  /** The same words in several orders; slips, greetings and identifiers come on top. */
  titles: readonly string[];
  /** Model of the assets it is spread over, and over how many. */
  assets?: { model: string; count: number };
  /** Id of the planted problem behind it. */
  problem?: string;
  /** What the truth file says of it. */
  note: string;
}

const WHOLE = { kind: "steady", from: "2024-11-04", to: "2026-10-28" } as const;

export const FAMILIES: readonly Family[] = [
  {
    id: "F01",
    service: "reseau",
    sites: [
      ["paris", 90],
      ["strasbourg", 60],
    ],
    language: "fr",
    rhythm: { kind: "burst", burst: 38 },
    keyWords: ["vpn", "deconnecte", "double", "authentification"],
    titles: [
      "VPN déconnecté après double authentification",
      "Double authentification : VPN déconnecté",
      "Le VPN se déconnecte à la double authentification",
      "VPN déconnecté, double authentification en boucle",
    ],
    note: "burst over the last four weeks at two sites",
  },
  {
    id: "F02",
    service: "caisse",
    sites: [["lyon", 56]],
    language: "fr",
    rhythm: { kind: "burst", burst: 26 },
    keyWords: ["caisse", "figee", "paiement", "sans", "contact"],
    titles: [
      "Caisse figée au paiement sans contact",
      "Paiement sans contact : caisse figée",
      "La caisse est figée sur un paiement sans contact",
      "caisse figée dès un paiement par carte sans contact",
    ],
    note: "burst over the last four weeks at one site",
  },
  {
    id: "F03",
    service: "poste",
    sites: [["paris", 96]],
    language: "fr",
    rhythm: WHOLE,
    keyWords: ["batterie", "gonflee", "trackpad", "souleve"],
    titles: [
      "Batterie gonflée, trackpad soulevé",
      "Trackpad soulevé par la batterie gonflée",
      "La batterie a gonflé et le trackpad est soulevé",
      "trackpad qui se soulève, batterie gonflée",
    ],
    assets: { model: "Veltron Flex 14 G2", count: 40 },
    note: "spread over 40 assets of one model",
  },
  {
    id: "F04",
    service: "gestion",
    sites: [
      ["paris", 120],
      ["montreal", 60],
      ["casablanca", 60],
    ],
    language: "fr",
    rhythm: WHOLE,
    keyWords: ["sap", "reception", "marchandise", "erreur", "periode", "comptable"],
    titles: [
      "SAP réception marchandise : erreur période comptable",
      "Erreur période comptable à la réception marchandise SAP",
      "SAP erreur de période comptable en réception marchandise",
      "Réception de marchandise SAP en erreur, période comptable",
    ],
    note: "over three sites, each with its own tool",
  },
  {
    id: "F05-fr",
    service: "reseau",
    sites: [["montreal", 70]],
    language: "qc",
    rhythm: WHOLE,
    keyWords: ["antenne", "sans", "fil", "tombee", "quai", "expedition"],
    titles: [
      "Antenne sans fil tombée au quai d'expédition",
      "Quai d'expédition : antenne sans fil tombée",
      "L'antenne sans fil du quai d'expédition est tombée",
      "antenne du sans-fil tombée, quai d'expédition",
    ],
    note: "French half of one trouble in two languages; must not merge by itself with F05-en",
  },
  {
    id: "F05-en",
    service: "reseau",
    sites: [["montreal", 52]],
    language: "en",
    rhythm: WHOLE,
    keyWords: ["wireless", "access", "point", "down", "shipping", "dock"],
    titles: [
      "Wireless access point down at shipping dock",
      "Shipping dock wireless access point down",
      "The wireless access point is down on the shipping dock",
      "Shipping dock: access point down, wireless",
    ],
    note: "English half of one trouble in two languages; must not merge by itself with F05-fr",
  },
  {
    id: "F06",
    service: "atelier",
    sites: [["casablanca", 130]],
    language: "fr",
    rhythm: WHOLE,
    keyWords: ["etiqueteuse", "zebra", "decalage", "impression", "lot"],
    titles: [
      "Étiqueteuse Zebra décalage impression lot",
      "Décalage d'impression du lot sur étiqueteuse Zebra",
      "Zebra : décalage à l'impression lot, étiqueteuse",
      "étiqueteuse zebra, impression de lot en décalage",
    ],
    note: "plain",
  },
  {
    id: "F07",
    service: "acces",
    sites: [["strasbourg", 12]],
    language: "fr",
    rhythm: { kind: "steady", from: "2026-05-04", to: "2026-10-30" },
    keyWords: ["tourniquet", "vestiaire", "badge", "rejete"],
    titles: [
      "Tourniquet vestiaire : badge rejeté",
      "Badge rejeté au tourniquet du vestiaire",
      "badge rejeté tourniquet vestiaire",
    ],
    note: "the smallest",
  },
  {
    id: "F08",
    service: "reseau",
    sites: [["reunion", 110]],
    language: "fr",
    rhythm: WHOLE,
    keyWords: ["fibre", "sous", "marine", "latence", "citrix"],
    titles: [
      "Latence Citrix fibre sous-marine",
      "Fibre sous-marine : latence Citrix",
      "Citrix latence, fibre sous-marine",
      "latence sur Citrix à cause de la fibre sous-marine",
    ],
    note: "plain, at the site furthest away",
  },
  {
    id: "F09",
    service: "crm",
    sites: [["paris", 140]],
    language: "fr",
    rhythm: { kind: "steady", from: "2024-11-12", to: "2026-03-13" },
    keyWords: ["crm", "doublon", "synchronisation", "contacts", "outlook"],
    titles: [
      "CRM doublons synchronisation contacts Outlook",
      "Synchronisation contacts Outlook : doublons CRM",
      "Doublons dans le CRM après synchronisation des contacts Outlook",
      "contacts Outlook en doublons, synchronisation CRM",
    ],
    problem: "fixed",
    note: "its problem was closed on 2026-03-13 and it stopped",
  },
  {
    id: "F10",
    service: "fichiers",
    sites: [
      ["lyon", 90],
      ["strasbourg", 70],
    ],
    language: "fr",
    rhythm: { kind: "steady", from: "2024-11-18", to: "2026-10-30" },
    keyWords: ["lecteur", "commun", "deconnecte", "veille", "prolongee"],
    titles: [
      "Lecteur commun déconnecté après veille prolongée",
      "Après veille prolongée, lecteur commun déconnecté",
      "veille prolongée : le lecteur commun est déconnecté",
      "lecteur commun déconnecté suite veille prolongée",
    ],
    problem: "unfixed",
    note: "its problem was closed on 2026-04-24 and it went on",
  },
];

/** A title that says nothing, spread over many categories. */
export interface CatchAll {
  id: string;
  count: number;
  titles: readonly string[];
}

export const CATCH_ALLS: readonly CatchAll[] = [
  {
    id: "C1",
    count: 420,
    titles: [
      "Mot de passe",
      "mot de passe",
      "MOT DE PASSE",
      "Bonjour, mot de passe",
      "mot de passe svp",
      "Mot de passe, merci",
    ],
  },
  {
    id: "C2",
    count: 380,
    titles: [
      "Demande",
      "demande",
      "Demande urgente svp",
      "Bonjour, demande",
      "DEMANDE",
      "demande, merci",
    ],
  },
];

/** Problems behind planted families, with the day they were opened and closed. */
export const FAMILY_PROBLEMS = {
  fixed: { family: "F09", site: "paris", opened: "2025-11-17", closed: "2026-03-13" },
  unfixed: { family: "F10", site: "lyon", opened: "2025-12-08", closed: "2026-04-24" },
} as const;

/** The change after which its asset had a wave of incidents within 72 hours. */
export const WAVE = {
  site: "paris",
  asset: "SRV-PAR-INTRA01",
  service: "intranet",
  ended: "2026-06-17 22:40:00",
  count: 16,
  titles: [
    "Portail intranet en erreur 502",
    "Intranet : erreur 502",
    "erreur 502 sur le portail",
    "Portail inaccessible erreur 502",
    "Page intranet ne charge pas, erreur 502",
    "impossible d'ouvrir le portail, 502",
  ],
} as const;
