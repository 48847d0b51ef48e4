import { hashOf } from "./dice.ts";
import type { Site } from "./site.ts";

const FIRST =
  "Claire Yanis Sophie Thomas Émilie Olivier Awa Lucas Nathalie Bruno Mélanie Karim Aurélie Denis Sarah Victor Florence " +
  "Gaël Hélène Rachid Camille Étienne Fatou Julien Margaux Nicolas Océane Patrick Romane Stéphane Valérie Mehdi " +
  "Geneviève Steve Priya Catherine Liam Mélissa Emily Mathieu Nadia Sylvain Amanda Karine David Isabelle Loubna Amine";
const LAST =
  "Montbard Hamdi Lecourbe Arrignac Vautrin Perdrix Sarrault Brémond Coustou Galtier Duquesnoy Zerdani Pinchon Louvard " +
  "Kestemont Aumale Ribeyre Tanguy Marsac Ouadah Laflèche Bonin Raman Gadoury Ouimette Fraser Charlebois Houde Carrigan " +
  "Sansregret Khelil Beausoleil Whitlock Descôteaux Thibodeau Berrada Tazi Bennis Filali Payet Hoareau Grondin Técher " +
  "Fontaine-Lys Delaunoy Castelin Morvanec Quiberon Saulnay Verdeille Wissemberg Schaeffler Klingenthal Ottrott Haguenot " +
  "Barjavelle Cormontre Estrabaud Faucogney Gerbeviller Hautecoeur Joncherey Lamarque Malicorne Noirétable Orcines " +
  "Peyrehorade Rambervil Salignac Tournecoupe Ussonne Valréas";

const firstNames = FIRST.split(" ");
const lastNames = LAST.split(" ");

/** Name of the n-th user of a site, invented. */
export function userName(site: Site, index: number): string {
  const place = hashOf(site.id) % 997;
  const first = firstNames[(index + place) % firstNames.length]!;
  const last =
    lastNames[(index * 31 + Math.floor(index / firstNames.length) + place) % lastNames.length]!;
  return `${first} ${last}`;
}

const DEPARTMENTS = [
  "Finance",
  "Achats",
  "Ventes",
  "Marketing",
  "Ressources humaines",
  "Logistique",
  "Production",
  "Juridique",
];

export const departmentOf = (index: number): string =>
  DEPARTMENTS[(index * 7) % DEPARTMENTS.length]!;

/** Population of the n-th user of a site: the same for life. */
export function populationOf(site: Site, index: number): string {
  const total = site.populations.reduce((sum, [, share]) => sum + share, 0);
  let left = (hashOf(`${site.id}/${index}`) % 1000) * (total / 1000);
  for (const [population, share] of site.populations) {
    left -= share;
    if (left < 0) return population;
  }
  return site.populations[0]![0];
}

const plain = (name: string): string =>
  name
    .normalize("NFD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase();

/** `prenom.nom@lumen.example`. */
export function mailOf(name: string): string {
  const [first = "", ...last] = name.split(" ");
  return `${plain(first)}.${plain(last.join(""))}@lumen.example`;
}
