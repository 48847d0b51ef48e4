import type { Register } from "./asset.ts";
import type { Change } from "./change.ts";
import type { ExportFile } from "./export-file.ts";
import { CATCH_ALLS, FAMILIES, FAMILY_PROBLEMS, WAVE } from "./family.ts";
import { PRODUCTS } from "./licence.ts";
import type { Mirrors } from "./mirror.ts";
import type { Plan } from "./plan.ts";
import { DATA_THROUGH } from "./source.ts";
import type { Plant } from "./ticket.ts";
import type { Bookkeeping, Reject } from "./truth.ts";
import { dateText, toInstant, wall } from "./wall-clock.ts";

interface Known {
  tickets: number;
  seed: number;
  plan: Plan;
  books: Bookkeeping;
  files: readonly ExportFile[];
  rejects: readonly Reject[];
  wave: Change;
  register: Register;
  mirrors: Mirrors;
}

const idsBySource = (plants: readonly Plant[]): Record<string, string[]> => {
  const ids: Record<string, string[]> = {};
  for (const { site, key } of plants) (ids[site.source] ??= []).push(key!);
  return ids;
};

function families(plantsOf: (truth: string) => Plant[], modelOf: ReadonlyMap<string, string>) {
  return FAMILIES.map((family) => {
    const plants = plantsOf(family.id);
    const last = (days: number) =>
      plants.filter(
        ({ day }) => dateText(day) > dateText(Math.floor(wall("2026-11-01") / 86_400) - days - 1),
      ).length;
    return {
      id: family.id,
      note: family.note,
      service: family.service,
      sites: family.sites.map(([site]) => site),
      language: family.language === "en" ? "en" : "fr",
      key_words: family.keyWords,
      rhythm: family.rhythm.kind,
      incidents: plants.length,
      in_last_90_days: last(90),
      in_last_28_days: last(28),
      ...(family.assets
        ? {
            model: family.assets.model,
            assets: new Set(plants.map(({ asset }) => asset)).size,
            other_models: plants.some(({ asset }) => modelOf.get(asset!) !== family.assets!.model),
          }
        : {}),
      members: idsBySource(plants),
    };
  });
}

function problems(plan: Plan) {
  return Object.fromEntries(
    Object.entries(FAMILY_PROBLEMS).map(([truth, { family, opened, closed }]) => [
      truth,
      {
        problem: plan.problems.find(({ plant }) => plant.truth === `problem-${truth}`)!.key,
        family,
        opened_on: opened,
        closed_on: closed,
      },
    ]),
  );
}

/** The truth file: what was planted, by native id, and what can be counted, from the generator's own bookkeeping. */
export function truthText({
  tickets,
  seed,
  plan,
  books,
  files,
  rejects,
  wave,
  register,
  mirrors,
}: Known): string {
  const all = [...plan.plants.values()].flatMap((days) => [...days.values()].flat());
  const byDay = (a: Plant, b: Plant) => a.day - b.day || (a.key! < b.key! ? -1 : 1);
  const plantsOf = (truth: string) => all.filter((plant) => plant.truth === truth).toSorted(byDay);
  const modelOf = new Map(register.assets.map(({ id, model }) => [id, model]));
  const truth = {
    made_by:
      "generate.ts; months are cut in the reporting zone, Europe/Paris; lines count from 1, the header included",
    seed,
    tickets,
    data_through: DATA_THROUGH,
    stops_early: { source: "glpi", days: 3 },
    missing_column: {
      source: "glpi",
      file: "glpi/tickets.csv.gz",
      column: "Type de solution",
      field: "resolution_code",
    },
    files: Object.fromEntries(
      files.map(({ name, records }) => [
        name,
        { records, quarantined: rejects.filter((reject) => reject.file === name).length },
      ]),
    ),
    quarantine: rejects,
    without_a_home: [
      {
        source: "servicenow",
        field: "status",
        value: "Pending Validation",
        records: books.odd.get("servicenow") ?? 0,
      },
      { source: "jira", field: "status", value: "In triage", records: books.odd.get("jira") ?? 0 },
    ],
    families: families(plantsOf, modelOf),
    must_not_merge: [["F05-fr", "F05-en"]],
    catch_alls: CATCH_ALLS.map(({ id }) => {
      const plants = plantsOf(id);
      return {
        id,
        tickets: plants.length,
        categories: new Set(plants.map(({ category }) => category)).size,
        members: idsBySource(plants),
      };
    }),
    problems: problems(plan),
    wave: {
      change: wave.number,
      asset: WAVE.asset,
      ended_at: `${new Date(toInstant(wave.site.zone, wave.endedAt!) * 1000).toISOString().slice(0, 19)}Z`,
      within_hours: 72,
      linked: plantsOf("W1").filter(({ causedBy }) => causedBy).length,
      members: idsBySource(plantsOf("W1")),
    },
    fair_comparison: {
      note: "share meant to keep its target; lyon is better crude and worse standardised over service and type",
      better_crude: "lyon",
      better_standardised: "paris",
      sites: books.comparison(["paris", "lyon"]),
    },
    licences: PRODUCTS.filter((product) => product.truth).map(
      ({ product, entitled, used, idle, truth: what }) => ({
        product,
        what,
        entitled,
        used: what === "use unknown" ? null : used,
        idle,
      }),
    ),
    mirrors: {
      note: "in ServiceNow, mirrors of issues of Jira: in no count below",
      from_source: "servicenow",
      to_source: "jira",
      tickets: mirrors.pairs.length,
      pairs: mirrors.pairs,
    },
    major_incidents: plan.majors.map(({ id, parent }) => ({
      id,
      ticket: parent.key,
      site: parent.site.id,
      service: parent.service.id,
      children: plantsOf(`${id}-child`).length,
    })),
    sites: books.sites(),
  };
  // Lists of ids on one line each: there are thousands.
  return `${JSON.stringify(truth, null, 1).replaceAll(/\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g, (_, ids: string) => `[${ids.replaceAll(/,\s+/g, ", ")}]`)}\n`;
}
