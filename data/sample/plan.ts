import { Dice } from "./dice.ts";
import { CATCH_ALLS, FAMILIES, FAMILY_PROBLEMS, WAVE } from "./family.ts";
import type { Family } from "./family.ts";
import { plantMajors } from "./major.ts";
import type { PlannedMajor } from "./major.ts";
import { openDay } from "./plan-day.ts";
import type { PlanContext } from "./plan-day.ts";
import { lastDayOf } from "./rhythm.ts";
import { ALL_CATEGORIES, SERVICES, serviceOf } from "./service.ts";
import type { Service } from "./service.ts";
import { END_DAY, FIRST_DAY, SITES, siteOf } from "./site.ts";
import type { Site } from "./site.ts";
import type { OfficeTime } from "./business-time.ts";
import type { Plant } from "./ticket.ts";
import { asWritten, withAside } from "./title.ts";
import { DAY, dayOf, HOUR, wall } from "./wall-clock.ts";

/** What has to be known before the first ticket is written. */
export interface Plan {
  /** By site id, by day. */
  plants: Map<string, Map<number, Plant[]>>;
  count: number;
  /** Planted problems and others, in the order of their numbers. */
  problems: PlannedProblem[];
  majors: PlannedMajor[];
}

export interface PlannedProblem {
  key: string;
  plant: Plant;
}

/** How many of a planted thing to make: never fewer than twelve where the full size is that. */
const scaled = (count: number, scale: number): number =>
  Math.max(Math.min(count, 12), Math.round(count * scale));

/** Days of a family's incidents at one site; a steady one has a share of its own in the last 90 days. */
function daysOf(
  context: PlanContext,
  site: Site,
  { rhythm, sites }: Family,
  count: number,
): number[] {
  const draw = (from: number, to: number, times: number) =>
    Array.from({ length: times }, () => openDay(context, site, from, to));
  if (rhythm.kind === "burst") {
    const total = sites.reduce((sum, [, each]) => sum + each, 0);
    const share = sites.find(([id]) => id === site.id)![1] / total;
    const burst = Math.round(scaled(rhythm.burst, context.scale) * share);
    return [...draw(FIRST_DAY, END_DAY - 28, count), ...draw(END_DAY - 27, END_DAY, burst)];
  }
  const [from, to] = [dayOf(wall(rhythm.from)), dayOf(wall(rhythm.to))];
  const recent =
    to < END_DAY - 90 ? 0 : Math.max(Math.min(6, count), Math.round((count * 88) / (to - from)));
  return [
    ...draw(from, Math.min(to, END_DAY - 90), count - recent),
    ...draw(END_DAY - 88, to, recent),
  ];
}

function plantFamily(context: PlanContext, family: Family, problem: string): void {
  const { dice } = context;
  const service = serviceOf(family.service);
  for (const [siteId, full] of family.sites) {
    const site = siteOf(siteId);
    const days = daysOf(context, site, family, scaled(full, context.scale));
    const assets = family.assets
      ? dice.shuffled(context.assetsOf(site, family.assets.model)).slice(0, family.assets.count)
      : [];
    for (const [index, day] of days.entries()) {
      const told = withAside(dice, dice.one(family.titles), site, family.language);
      const title = asWritten(dice, told, site, family.language, day);
      const plant: Plant = {
        site,
        day,
        second: null,
        type: "incident",
        service,
        title,
        truth: family.id,
      };
      if (assets.length > 0) plant.asset = assets[index % assets.length]!;
      // A problem is linked to the incidents known while it was studied.
      if (problem !== "" && dice.chance(0.4)) plant.problem = problem;
      context.add(plant);
    }
  }
}

function plantCatchAlls(context: PlanContext): void {
  const { dice } = context;
  for (const { id, count, titles } of CATCH_ALLS) {
    for (let made = 0; made < scaled(count, context.scale); made += 1) {
      const site = dice.one(SITES);
      const service: Service = dice.chance(0.55)
        ? serviceOf(id === "C1" ? "acces" : "poste")
        : dice.one(SERVICES);
      context.add({
        site,
        day: openDay(context, site, FIRST_DAY, END_DAY),
        second: null,
        service,
        truth: id,
        type: dice.chance(0.65) ? "incident" : "request",
        title: dice.one(titles),
        category: dice.one(ALL_CATEGORIES),
        channel: "self_service",
      });
    }
  }
}

function plantWave(context: PlanContext): void {
  const { dice } = context;
  const site = siteOf(WAVE.site);
  const ended = wall(WAVE.ended);
  for (let made = 0; made < WAVE.count; made += 1) {
    const day = dayOf(ended) + 1 + (made % 2);
    context.add({
      site,
      day,
      second: 9 * HOUR + dice.whole(0, 8 * HOUR),
      type: "incident",
      service: serviceOf(WAVE.service),
      title: asWritten(dice, dice.one(WAVE.titles), site, "fr", day),
      asset: WAVE.asset,
      truth: "W1",
      // Of sixteen only three were linked by hand: the rest is for the figures to find.
      ...(made < 3 ? { causedBy: context.waveChange } : {}),
    });
  }
}

/** What they copy is known only when they are written. */
function plantMirrors(context: PlanContext): void {
  const site = siteOf("paris");
  for (let made = 0; made < scaled(40, context.scale); made += 1) {
    const day = openDay(context, site, FIRST_DAY + 20, END_DAY);
    const service = serviceOf("gestion");
    context.add({ site, day, second: null, type: "incident", service, title: "", truth: "mirror" });
  }
}

const PROBLEM_TITLES = [
  "Analyse des lenteurs",
  "Cause racine : plantages répétés",
  "Erreurs intermittentes",
  "Pertes de connexion répétées",
  "Défaut récurrent",
];

function plantProblems(context: PlanContext, count: number): PlannedProblem[] {
  const { dice } = context;
  const planned: Plant[] = Object.entries(FAMILY_PROBLEMS).map(
    ([truth, { family, site, opened, closed }]) => ({
      site: siteOf(site),
      day: dayOf(wall(opened)),
      second: 10 * HOUR,
      type: "problem",
      truth: `problem-${truth}`,
      service: serviceOf(FAMILIES.find(({ id }) => id === family)!.service),
      title: `Problème : ${FAMILIES.find(({ id }) => id === family)!.titles[0]!}`,
      openDays: dayOf(wall(closed)) - dayOf(wall(opened)),
    }),
  );
  const france = SITES.filter(({ source }) => source === "servicenow");
  for (let made = 0; made < count; made += 1) {
    const site = dice.one(france);
    const service = dice.one(SERVICES);
    const openDays = dice.chance(0.25) ? null : dice.whole(20, 160);
    planned.push({
      site,
      day: openDay(context, site, FIRST_DAY, END_DAY - 30),
      second: 9 * HOUR + dice.whole(0, 8 * HOUR),
      type: "problem",
      service,
      title: `${dice.one(PROBLEM_TITLES)} - ${service.labels.servicenow}`,
      truth: "problem",
      openDays,
    });
  }
  const inOrder = planned.toSorted((a, b) => a.day * DAY + a.second! - b.day * DAY - b.second!);
  return inOrder.map((plant, index) => {
    context.add(plant);
    return { key: `PRB00${String(40_001 + index)}`, plant };
  });
}

/** Lays out, before anything is drawn at random, what the truth file will say. */
export function planGroup(
  seed: number,
  tickets: number,
  offices: ReadonlyMap<string, OfficeTime>,
  assetsOf: PlanContext["assetsOf"],
  waveChange: string,
): Plan {
  const plants: Plan["plants"] = new Map(SITES.map(({ id }) => [id, new Map()]));
  let count = 0;
  const add = (plant: Plant) => {
    if (plant.day >= lastDayOf(plant.site)) return;
    const days = plants.get(plant.site.id)!;
    days.set(plant.day, [...(days.get(plant.day) ?? []), plant]);
    count += 1;
  };
  const scale = Math.min(1, tickets / 60_000);
  const context: PlanContext = {
    dice: new Dice(seed, "plan"),
    offices,
    scale,
    assetsOf,
    waveChange,
    add,
  };
  const problems = plantProblems(context, Math.round(58 * Math.max(0.1, scale)));
  const problemOf = (truth: string) => problems.find(({ plant }) => plant.truth === truth)!.key;
  for (const family of FAMILIES)
    plantFamily(context, family, family.problem ? problemOf(`problem-${family.problem}`) : "");
  plantCatchAlls(context);
  plantWave(context);
  plantMirrors(context);
  const majors = plantMajors(context, Math.max(2, Math.round(17 * scale)));
  return { plants, count, problems, majors };
}
