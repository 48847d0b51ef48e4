import { Dice } from "./dice.ts";
import { commaCell, ExportFile } from "./export-file.ts";
import { groupsOf } from "./group.ts";
import type { Plan } from "./plan.ts";
import { SITES } from "./site.ts";
import { MONTHS } from "./truth.ts";
import { clockText, dateText, dayOf, MINUTE, toInstant } from "./wall-clock.ts";

const row = (values: readonly (string | number)[]): string =>
  values.map((value) => commaCell(String(value))).join(",");

/** Users, agents and assets of each site by month. */
export function writeHeadcounts(
  folder: string,
  seed: number,
  assetsOf: (site: string) => number,
): ExportFile {
  const dice = new Dice(seed, "headcounts");
  const file = new ExportFile(
    folder,
    "reference/headcounts.csv.gz",
    "entity,month,users,agents,assets",
  );
  for (const site of SITES) {
    for (const [index, month] of MONTHS.entries()) {
      const growth = 0.965 + (0.035 * index) / (MONTHS.length - 1);
      const users = Math.round(site.users * growth) + dice.whole(-6, 7);
      file.write(
        row([
          site.id,
          month,
          users,
          (site.agents + dice.whole(-1, 2) * 0.5).toFixed(1),
          Math.round(assetsOf(site.id) * growth),
        ]),
      );
    }
  }
  return file;
}

/** Inputs that a group may add: satisfaction, calls and agents by month, major incidents, known errors. */
export function writeOptional(folder: string, seed: number, plan: Plan): ExportFile[] {
  const dice = new Dice(seed, "optional");
  const satisfaction = new ExportFile(
    folder,
    "optional/satisfaction.csv.gz",
    "site,month,sent,answers,score",
  );
  const calls = new ExportFile(
    folder,
    "optional/calls.csv.gz",
    "site,month,offered,answered,abandoned,mean_wait_seconds",
  );
  const agents = new ExportFile(
    folder,
    "optional/agents.csv.gz",
    "site,group,level,provider,month,agents",
  );
  for (const site of SITES) {
    for (const month of MONTHS) {
      const sent = Math.round(60_000 * site.share * 0.028) + dice.whole(-30, 30);
      satisfaction.write(
        row([
          site.id,
          month,
          sent,
          Math.round(sent * (0.16 + 0.1 * dice.next())),
          (3.9 + 0.6 * dice.next() + 4 * site.skill).toFixed(2),
        ]),
      );
      const offered = Math.round(60_000 * site.share * 0.024) + dice.whole(-40, 40);
      const answered = Math.round(offered * (0.88 + 0.09 * dice.next()));
      calls.write(row([site.id, month, offered, answered, offered - answered, dice.whole(18, 75)]));
      for (const { name, level, provider } of groupsOf(site))
        agents.write(row([site.id, name, level, provider, month, dice.whole(3, 9)]));
    }
  }
  const majors = new ExportFile(
    folder,
    "optional/major-incidents.csv.gz",
    "id,ticket,site,services,started_at,detected_at,restored_at,users,cause,actions",
  );
  const utc = (instant: number): string => `${dateText(dayOf(instant))}T${clockText(instant)}Z`;
  for (const { id, parent, detectionMinutes, restorationMinutes } of plan.majors) {
    const start =
      toInstant(parent.site.zone, parent.day * 86_400 + parent.second!) - detectionMinutes * MINUTE;
    majors.write(
      row([
        id,
        parent.key ?? "",
        parent.site.id,
        parent.service.id,
        utc(start),
        utc(start + detectionMinutes * MINUTE),
        utc(start + restorationMinutes * MINUTE),
        Math.round(parent.site.users * (0.2 + 0.7 * dice.next())),
        dice.one([
          "Panne matérielle",
          "Changement",
          "Fournisseur",
          "Saturation",
          "Certificat expiré",
        ]),
        dice.one(["Surveillance ajoutée", "Procédure écrite", "Redondance prévue", "Aucune"]),
      ]),
    );
  }
  const errors = new ExportFile(
    folder,
    "optional/known-errors.csv.gz",
    "id,problem,title,workaround,published_on,times_used",
  );
  const withError = plan.problems.filter((_, index) => index % 3 === 0);
  for (const [index, { key, plant }] of withError.entries())
    errors.write(
      row([
        `KE${String(index + 1).padStart(3, "0")}`,
        key,
        plant.title,
        "Redémarrer le service puis reconnecter le poste",
        dateText(plant.day + 12),
        dice.whole(0, 40),
      ]),
    );
  return [satisfaction, calls, agents, majors, errors, writeCosts(folder, seed)];
}

/** Loaded cost of the support: by site in two subsidiaries, as a whole in the third. */
function writeCosts(folder: string, seed: number): ExportFile {
  const dice = new Dice(seed, "costs");
  const file = new ExportFile(folder, "optional/costs.csv.gz", "entity,month,amount");
  for (const month of MONTHS) {
    for (const site of SITES) {
      const entity = site.id === "montreal" ? "lumen-ameriques" : site.id;
      file.write(row([entity, month, (site.agents * (4_600 + 400 * dice.next())).toFixed(2)]));
    }
  }
  return file;
}
