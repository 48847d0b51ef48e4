import { CASABLANCA, dayOf, PARIS, REUNION, TORONTO, wall } from "./wall-clock.ts";
import type { Zone } from "./wall-clock.ts";
import type { ServiceId } from "./service.ts";
import type { SourceId } from "./source.ts";

export type Language = "fr" | "qc" | "en";

/** First day of the exports and the day after the last, counted from 1970. */
export const FIRST_DAY = dayOf(wall("2024-11-01"));
export const END_DAY = dayOf(wall("2026-11-01"));

export interface Site {
  id: string;
  /** As the tool's location or entity column writes it. */
  label: string;
  code: string;
  source: SourceId;
  zone: Zone;
  /** Share of the group's tickets. */
  share: number;
  users: number;
  agents: number;
  /** Public holidays and closures of the calendar `office`, local dates. */
  shut: readonly string[];
  /** How busy a month is, January first. */
  seasons: readonly number[];
  languages: readonly (readonly [Language, number])[];
  populations: readonly (readonly [string, number])[];
  /** Multiplies how often a service is asked for; 1 where absent. */
  mix: Partial<Record<ServiceId, number>>;
  requestShare: number;
  /** Added to the chance that a ticket keeps its target. */
  skill: number;
}

/** Closed by the group everywhere, as `closures` of vigie.yaml. */
const CLOSURES = "2025-01-02 2026-01-02";
const FRANCE =
  `${CLOSURES} 2024-11-01 2024-11-11 2024-12-25 2025-01-01 2025-04-21 2025-05-01 2025-05-08 2025-05-29 2025-06-09 ` +
  "2025-07-14 2025-08-15 2025-11-01 2025-11-11 2025-12-25 2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 " +
  "2026-05-25 2026-07-14 2026-08-15 2026-11-01 2026-11-11 2026-12-25";
const BAS_RHIN = `${FRANCE} 2024-12-26 2025-04-18 2025-12-26 2026-04-03 2026-12-26`;
const LA_REUNION = `${FRANCE} 2024-12-20 2025-12-20 2026-12-20`;
const QUEBEC =
  `${CLOSURES} 2024-12-25 2025-01-01 2025-04-18 2025-05-19 2025-06-24 2025-07-01 2025-09-01 2025-10-13 2025-12-25 ` +
  "2026-01-01 2026-04-03 2026-05-18 2026-06-24 2026-07-01 2026-09-07 2026-10-12 2026-12-25";
const MOROCCO =
  `${CLOSURES} 2024-11-06 2024-11-18 2025-01-01 2025-01-11 2025-03-30 2025-05-01 2025-06-06 2025-06-26 2025-07-30 ` +
  "2025-08-14 2025-08-20 2025-08-21 2025-09-04 2025-11-06 2025-11-18 2026-01-01 2026-01-11 2026-03-20 2026-05-01 " +
  "2026-05-27 2026-06-16 2026-07-30 2026-08-14 2026-08-20 2026-08-21 2026-08-25 2026-11-06 2026-11-18";

const HEXAGON = [1.16, 1.0, 1.02, 0.98, 0.95, 1.02, 0.84, 0.6, 1.2, 1.06, 1.04, 0.9];
const OFFICES = [
  ["siège", 70],
  ["boutique", 16],
  ["itinérant", 11],
  ["VIP", 3],
] as const;

export const SITES: readonly Site[] = [
  {
    id: "paris",
    label: "Paris - La Villette",
    code: "PAR",
    source: "servicenow",
    zone: PARIS,
    share: 0.34,
    users: 2600,
    agents: 26,
    shut: FRANCE.split(" "),
    seasons: HEXAGON,
    languages: [
      ["fr", 95],
      ["en", 5],
    ],
    populations: OFFICES,
    requestShare: 0.37,
    skill: 0.01,
    mix: {
      gestion: 2.1,
      reseau: 1.7,
      crm: 1.8,
      rh: 1.5,
      acces: 0.55,
      caisse: 0.3,
      atelier: 0.1,
      impression: 0.7,
    },
  },
  {
    id: "strasbourg",
    label: "Strasbourg - Meinau",
    code: "STR",
    source: "servicenow",
    zone: PARIS,
    share: 0.12,
    users: 820,
    agents: 9,
    shut: BAS_RHIN.split(" "),
    seasons: HEXAGON,
    languages: [
      ["fr", 92],
      ["en", 8],
    ],
    populations: [
      ["siège", 45],
      ["atelier", 48],
      ["VIP", 2],
      ["itinérant", 5],
    ],
    requestShare: 0.4,
    skill: 0.015,
    mix: { atelier: 2.2, caisse: 0.1 },
  },
  {
    id: "lyon",
    label: "Lyon - Gerland",
    code: "LYO",
    source: "servicenow",
    zone: PARIS,
    share: 0.16,
    users: 1150,
    agents: 12,
    shut: FRANCE.split(" "),
    seasons: HEXAGON,
    languages: [
      ["fr", 97],
      ["en", 3],
    ],
    populations: [
      ["boutique", 62],
      ["siège", 33],
      ["VIP", 2],
      ["itinérant", 3],
    ],
    requestShare: 0.52,
    skill: -0.028,
    mix: {
      acces: 2.7,
      impression: 2.1,
      messagerie: 1.5,
      telephonie: 1.6,
      caisse: 1.2,
      gestion: 0.2,
      reseau: 0.2,
      crm: 0.15,
      rh: 0.3,
      atelier: 0.05,
    },
  },
  {
    id: "reunion",
    label: "Saint-Denis de La Réunion",
    code: "RUN",
    source: "glpi",
    zone: REUNION,
    share: 0.08,
    users: 520,
    agents: 6,
    shut: LA_REUNION.split(" "),
    seasons: [0.78, 1.06, 1.08, 1.02, 0.98, 1.02, 0.95, 1.0, 1.12, 1.06, 1.06, 0.8],
    languages: [
      ["fr", 99],
      ["en", 1],
    ],
    populations: [
      ["boutique", 55],
      ["siège", 40],
      ["VIP", 2],
      ["itinérant", 3],
    ],
    requestShare: 0.36,
    skill: -0.01,
    mix: { reseau: 1.3, caisse: 2.2, atelier: 0.1 },
  },
  {
    id: "casablanca",
    label: "Casablanca - Sidi Maârouf",
    code: "CAS",
    source: "glpi",
    zone: CASABLANCA,
    share: 0.12,
    users: 900,
    agents: 9,
    shut: MOROCCO.split(" "),
    seasons: [1.12, 1.02, 0.9, 1.02, 1.0, 1.0, 0.9, 0.66, 1.18, 1.1, 1.06, 1.02],
    languages: [
      ["fr", 96],
      ["en", 4],
    ],
    populations: [
      ["atelier", 58],
      ["siège", 38],
      ["VIP", 2],
      ["itinérant", 2],
    ],
    requestShare: 0.34,
    skill: 0,
    mix: { atelier: 2.4, caisse: 0.1 },
  },
  {
    id: "montreal",
    label: "Montréal",
    code: "MTL",
    source: "jira",
    zone: TORONTO,
    share: 0.18,
    users: 1300,
    agents: 14,
    shut: QUEBEC.split(" "),
    seasons: [1.14, 1.04, 1.02, 1.0, 0.98, 0.98, 0.74, 0.88, 1.18, 1.06, 1.04, 0.82],
    languages: [
      ["qc", 62],
      ["en", 38],
    ],
    populations: [
      ["siège", 60],
      ["entrepôt", 26],
      ["itinérant", 11],
      ["VIP", 3],
    ],
    requestShare: 0.41,
    skill: 0.015,
    mix: { caisse: 0.2, atelier: 0.6 },
  },
];

export const siteOf = (id: string): Site => {
  const site = SITES.find((each) => each.id === id);
  if (!site)
    throw new Error(
      `no such site: ${id}; expected one of ${SITES.map((each) => each.id).join(", ")}`,
    );
  return site;
};
