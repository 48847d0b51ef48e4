import type { OfficeTime } from "./business-time.ts";
import { type Dice, hashOf, type Weighted, weighted } from "./dice.ts";
import { groupOf } from "./group.ts";
import { live, study } from "./life.ts";
import { lastDayOf, openingSecond, wallOf } from "./rhythm.ts";
import { SERVICES } from "./service.ts";
import type { Service } from "./service.ts";
import type { Language, Site } from "./site.ts";
import type { Channel, Plant, Priority, Ticket } from "./ticket.ts";
import { incidentTitle, requestTitle } from "./title.ts";
import { dateText, HOUR } from "./wall-clock.ts";

const INCIDENT_PRIORITIES = weighted<Priority>([
  ["P1", 2],
  ["P2", 12],
  ["P3", 54],
  ["P4", 32],
]);
const REQUEST_PRIORITIES = weighted<Priority>([
  ["P2", 4],
  ["P3", 44],
  ["P4", 52],
]);
const INCIDENT_CHANNELS = weighted<Channel>([
  ["phone", 40],
  ["self_service", 29],
  ["email", 20],
  ["chat", 7],
  ["walk_in", 4],
]);
const REQUEST_CHANNELS = weighted<Channel>([
  ["self_service", 80],
  ["email", 16],
  ["phone", 4],
]);
/** What a machine watches. */
const WATCHED: ReadonlySet<string> = new Set([
  "reseau",
  "fichiers",
  "gestion",
  "atelier",
  "messagerie",
]);
const CODES = weighted<string>([
  ["fixed", 46],
  ["workaround", 18],
  ["advice", 16],
  ["not_reproduced", 8],
  ["self", 12],
]);

/** The asset that an incident of a service names; mostly none. */
type NamedAsset = (service: Service, dice: Dice) => string;

/** Gives the next native id of a type of ticket. */
type Numbering = (type: Ticket["type"]) => string;

/** One site's stream of tickets: what is drawn for it and what it remembers of what was. */
export class SiteStream {
  readonly site: Site;
  readonly office: OfficeTime;
  readonly #dice: Dice;
  readonly #services: Weighted<Service>;
  readonly #languages: Weighted<Language>;
  readonly #assets: NamedAsset;
  /** Wall time at which the source's data ends. */
  readonly #end: number;
  /** The last incident of each service, for duplicates to point at. */
  readonly #last = new Map<Service, Ticket>();

  constructor(site: Site, office: OfficeTime, dice: Dice, end: number, assets: NamedAsset) {
    this.site = site;
    this.office = office;
    this.#dice = dice;
    this.#end = end;
    this.#assets = assets;
    this.#services = weighted(
      SERVICES.map((service) => [service, service.weight * (site.mix[service.id] ?? 1)]),
    );
    this.#languages = weighted(site.languages);
  }

  /** The tickets of a day, unsorted, without keys and steps. */
  openings(day: number, background: number, plants: readonly Plant[]): Opening[] {
    if (day >= lastDayOf(this.site)) return [];
    const isOpen = this.office.isOpen(day);
    const openings: Opening[] = [];
    for (let made = 0; made < background; made += 1) {
      const { second, isByNight } = openingSecond(this.#dice, isOpen, day);
      openings.push({ stream: this, openedAt: wallOf(day, second), isByNight, plant: null });
    }
    for (const plant of plants) {
      const second = plant.second ?? openingSecond(this.#dice, true, day).second;
      openings.push({ stream: this, openedAt: wallOf(day, second), isByNight: false, plant });
    }
    return openings;
  }

  /** Draws a ticket and its life; `number` gives it its key. */
  bring({ openedAt, isByNight, plant }: Opening, day: number, number: Numbering): Ticket {
    const ticket = plant
      ? this.#planted(plant, openedAt, number)
      : this.#background(openedAt, isByNight, day, number);
    if (ticket.type === "problem") {
      ticket.steps = study(this.#dice, this.office, ticket, plant?.openDays ?? null, this.#end);
      return ticket;
    }
    ticket.isPunctual = this.#dice.chance(this.#punctuality(ticket, day));
    ticket.steps = live(this.#dice, this.office, ticket, ticket.isPunctual, this.#end);
    if (ticket.type === "incident" && plant === null) this.#last.set(ticket.service, ticket);
    return ticket;
  }

  #punctuality({ service, type, site }: Ticket, day: number): number {
    const month = dateText(day).slice(0, 7);
    const weather = ((hashOf(`${site.id}/${month}`) % 100) / 100 - 0.5) * 0.05;
    const isHardSpring = site.id === "montreal" && month >= "2026-03" && month <= "2026-05";
    const isHardSummer = site.id === "casablanca" && month === "2025-08";
    const extra =
      (type === "request" ? 0.015 : 0) - (isHardSpring ? 0.09 : 0) - (isHardSummer ? 0.07 : 0);
    return Math.min(0.985, service.punctuality + site.skill + weather + extra);
  }

  #blank(service: Service, type: Ticket["type"], openedAt: number, key: string): Ticket {
    const dice = this.#dice;
    return {
      key,
      site: this.site,
      type,
      service,
      openedAt,
      priority: dice.pick(type === "request" ? REQUEST_PRIORITIES : INCIDENT_PRIORITIES),
      category: dice.early(service.categories),
      item: type === "request" ? dice.early(service.items) : null,
      title: "",
      channel: dice.pick(type === "request" ? REQUEST_CHANNELS : INCIDENT_CHANNELS),
      user: Math.floor(dice.next() ** 1.25 * this.site.users),
      group: groupOf(this.site, service, dice.chance(0.86) ? 1 : 2),
      asset: "",
      parent: "",
      problem: "",
      causedBy: "",
      duplicateOf: "",
      resolutionCode: dice.pick(CODES),
      steps: [],
      isPunctual: null,
    };
  }

  #background(openedAt: number, isByNight: boolean, day: number, number: Numbering): Ticket {
    const dice = this.#dice;
    const service = dice.pick(this.#services);
    const type =
      !(isByNight && dice.chance(0.7)) && dice.chance(this.site.requestShare)
        ? "request"
        : "incident";
    const ticket = this.#blank(service, type, openedAt, number(type));
    const language = dice.pick(this.#languages);
    ticket.title = ticket.item
      ? requestTitle(dice, this.site, ticket.item, language, day)
      : incidentTitle(dice, this.site, service, language, day);
    if (type === "request") return ticket;
    if (WATCHED.has(service.id) && dice.chance(isByNight ? 0.75 : 0.06)) {
      ticket.channel = "monitoring";
      ticket.group = groupOf(this.site, service, 2);
    }
    ticket.asset = this.#assets(service, dice);
    const last = this.#last.get(service);
    if (
      last &&
      openedAt - last.openedAt < 8 * HOUR &&
      openedAt > last.openedAt &&
      last.duplicateOf === "" &&
      dice.chance(0.05)
    ) {
      ticket.duplicateOf = last.key;
      ticket.title = last.title;
      ticket.asset = last.asset;
    }
    return ticket;
  }

  #planted(plant: Plant, openedAt: number, number: Numbering): Ticket {
    const ticket = this.#blank(plant.service, plant.type, openedAt, number(plant.type));
    plant.key = ticket.key;
    ticket.title = plant.title;
    ticket.priority = plant.priority ?? ticket.priority;
    ticket.category = plant.category ?? ticket.category;
    ticket.channel = plant.channel ?? ticket.channel;
    ticket.asset =
      plant.asset ?? (plant.type === "incident" ? this.#assets(plant.service, this.#dice) : "");
    ticket.problem = plant.problem ?? "";
    ticket.causedBy = plant.causedBy ?? "";
    ticket.parent = plant.parent?.key ?? "";
    if (plant.type === "problem") {
      ticket.channel = "self_service";
      ticket.priority = "P3";
      ticket.group = groupOf(this.site, plant.service, this.#dice.chance(0.6) ? 3 : 2);
    }
    return ticket;
  }
}

export interface Opening {
  stream: SiteStream;
  openedAt: number;
  isByNight: boolean;
  plant: Plant | null;
}
