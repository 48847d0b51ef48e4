import type { Service, Team } from "./service.ts";
import { SITES } from "./site.ts";
import type { Site } from "./site.ts";

export interface Group {
  name: string;
  level: 1 | 2 | 3;
  /** Provider that staffs it; empty for the group's own people. */
  provider: string;
  agents: readonly string[];
}

export const NETWORK_PROVIDER = "Orvane Télécoms";
export const PRINT_PROVIDER = "Copalis Impression";

/** Invented agents; none of them exists. */
const AGENTS =
  "Inès Garrel;Hugo Vasseur;Nora Belkadi;Paul Quémener;Julie Astruc;Marc Delorge;Salomé Irigoyen;Théo Marcenac;" +
  "Lina Oubrahim;Rémi Castagnet;Agathe Pellerinot;Samir Haddouche;Élodie Vauquelin;Quentin Lespagne;Maud Terrisson;" +
  "Idriss Benmira;Coline Jacquemart;Loïc Bertevas;Anaïs Gourvennec;Farid Zemmal;Joëlle Hoarau-Payet;Cédric Grondin;" +
  "Maïté Rivière-Técher;Youssef El Amrini;Salma Benchakir;Hicham Ouazzal;Maxime Thivierge;Josée Lanctôt;" +
  "Kevin O'Brady;Annick Desruisseaux;Priscilla Wong-Roy;Étienne Charbonnel;Oumar Sylla-Bâ;Clémence Ostrowicz";
const NAMES = AGENTS.split(";");

let taken = 0;
function group(name: string, level: 1 | 2 | 3, provider = ""): Group {
  const agents = Array.from(
    { length: 4 },
    (_, index) => NAMES[(taken * 3 + index) % NAMES.length]!,
  );
  taken += 1;
  return { name, level, provider, agents };
}

/** The groups that one site's tickets go to. */
interface Desk {
  first: Group;
  second: Record<Team, Group>;
  third: Group;
}

const FRANCE_FIRST = group("Centre de services France", 1);
const FRANCE_THIRD = group("Ingénierie N3", 3);
const FRANCE: Omit<Record<Team, Group>, "workplace"> = {
  applications: group("Applications métiers N2", 2),
  network: group("Réseaux Orvane N2", 2, NETWORK_PROVIDER),
  printing: group("Impression Copalis N2", 2, PRINT_PROVIDER),
  identity: group("Identités et habilitations N2", 2),
  engineering: group("Systèmes et stockage N2", 2),
};
const france = (place: string): Desk => ({
  first: FRANCE_FIRST,
  second: { ...FRANCE, workplace: group(`Support de proximité ${place}`, 2) },
  third: FRANCE_THIRD,
});

const OCEAN_FIRST = group("Support N1 Afrique et océan Indien", 1);
const OCEAN_APPLICATIONS = group("Support N2 Applications", 2);
const OCEAN_THIRD = group("Experts N3", 3);
const ocean = (place: string): Desk => {
  const workplace = group(`Support N2 ${place}`, 2);
  return {
    first: OCEAN_FIRST,
    second: {
      workplace,
      applications: OCEAN_APPLICATIONS,
      network: group(`Orvane ${place}`, 2, NETWORK_PROVIDER),
      printing: workplace,
      identity: OCEAN_FIRST,
      engineering: OCEAN_APPLICATIONS,
    },
    third: OCEAN_THIRD,
  };
};

const MONTREAL: Desk = {
  first: group("Service Desk", 1),
  second: {
    workplace: group("Desktop Support", 2),
    applications: group("Business Applications", 2),
    network: group("Network Operations", 2),
    printing: group("Copalis Canada", 2, PRINT_PROVIDER),
    identity: group("Identity Team", 2),
    engineering: group("Infrastructure", 2),
  },
  third: group("Platform Engineering", 3),
};

const DESKS: Record<string, Desk> = {
  paris: france("Paris"),
  strasbourg: france("Strasbourg"),
  lyon: france("Lyon"),
  reunion: ocean("La Réunion"),
  casablanca: ocean("Casablanca"),
  montreal: MONTREAL,
};

/** The group that holds a site's tickets of a service at a support level. */
export function groupOf(site: Site, service: Service, level: 1 | 2 | 3): Group {
  const desk = DESKS[site.id]!;
  return level === 1 ? desk.first : level === 3 ? desk.third : desk.second[service.team];
}

/** Every group once, by site, for the monthly agents. */
export const groupsOf = (site: Site): Group[] => {
  const { first, second, third } = DESKS[site.id]!;
  return [...new Set([first, ...Object.values(second), third])];
};

/** Groups staffed by a provider, as contracts name them. */
export const providerGroups = (provider: string): string[] => [
  ...new Set(
    SITES.flatMap(groupsOf)
      .filter((each) => each.provider === provider)
      .map(({ name }) => name),
  ),
];
