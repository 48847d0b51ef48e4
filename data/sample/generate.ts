/**
 * Writes the exports of the fictional Groupe Lumen, six sites over two years, and what was planted in them. The same
 * arguments give the same bytes; tickets are written as they are drawn, so memory does not grow with their number.
 *
 *     node data/sample/generate.ts [--tickets 60000] [--out data/sample] [--seed 20261031] [--if-missing]
 *
 * With `--if-missing` nothing is written where the same generator has already written the same.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Register, writeAssets } from "./asset.ts";
import { OfficeTime } from "./business-time.ts";
import { writeChanges } from "./change-export.ts";
import { drawChanges } from "./change.ts";
import { Dice } from "./dice.ts";
import { SiteStream } from "./draw.ts";
import type { Opening } from "./draw.ts";
import type { ExportFile } from "./export-file.ts";
import { GlpiExport } from "./glpi.ts";
import { JiraExport } from "./jira.ts";
import { writeLicences } from "./licence.ts";
import { Mirrors } from "./mirror.ts";
import { writeHeadcounts, writeOptional } from "./monthly.ts";
import { planGroup } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { countsByDay } from "./rhythm.ts";
import { ServiceNowExport } from "./servicenow.ts";
import { END_DAY, FIRST_DAY, SITES } from "./site.ts";
import type { SourceId } from "./source.ts";
import type { Ticket } from "./ticket.ts";
import { truthText } from "./truth-file.ts";
import { Bookkeeping, endOf } from "./truth.ts";
import type { Reject } from "./truth.ts";
import { toInstant } from "./wall-clock.ts";

export interface GenerateOptions {
  /** Tickets in all, problems and planted ones among them. */
  tickets: number;
  /** Folder to write into. */
  out: string;
  seed: number;
}

export const DEFAULTS = { tickets: 60_000, seed: 20_261_031 } as const;

const SOURCES: readonly SourceId[] = ["servicenow", "glpi", "jira"];
const PREFIXES = { incident: "INC0", request: "RITM0", problem: "PRB0" } as const;

/** Native ids, in the order of opening within each tool. */
class Numbers {
  #glpi = 12_000;
  #jira = 0;
  readonly #servicenow = { incident: 1_000_000, request: 2_000_000, problem: 0 };
  readonly #problems: Iterator<string>;

  constructor(plan: Plan) {
    this.#problems = plan.problems.map(({ key }) => key).values();
  }

  next(source: SourceId, type: Ticket["type"]): string {
    if (source === "glpi") return String(++this.#glpi);
    if (source === "jira") return `ITSM-${++this.#jira}`;
    if (type === "problem") return this.#problems.next().value as string;
    return `${PREFIXES[type]}${++this.#servicenow[type]}`;
  }
}

/** A ticket in so many gets, for a minute, a status that no mapping knows. */
function makeOdd(ticket: Ticket): boolean {
  const taken = ticket.steps.findIndex(({ verb }) => verb === "take");
  const at = ticket.steps[taken]?.at;
  const next = ticket.steps[taken + 1]?.at;
  if (at === undefined || next === undefined || next < at + 180) return false;
  ticket.steps.splice(taken + 1, 0, { at: at + 60, verb: "odd" }, { at: at + 120, verb: "resume" });
  return true;
}

interface Exports {
  servicenow: ServiceNowExport;
  glpi: GlpiExport;
  jira: JiraExport;
}

/** Draws and writes every ticket, day by day, so that each tool numbers its own in the order of their opening. */
async function writeTickets(
  plan: Plan,
  streams: readonly SiteStream[],
  tickets: number,
  exports: Exports,
  books: Bookkeeping,
  mirrors: Mirrors,
): Promise<void> {
  const counts = new Map<SiteStream, Uint32Array>();
  let rest = tickets - plan.count;
  for (const [index, stream] of streams.entries()) {
    const total =
      index === streams.length - 1 ? rest : Math.round((tickets - plan.count) * stream.site.share);
    rest -= total;
    counts.set(stream, countsByDay(stream.site, stream.office, total));
  }
  const numbers = new Numbers(plan);
  const oddEvery = Math.max(300, Math.floor(tickets / 8));
  let untilOdd = oddEvery;
  for (let day = FIRST_DAY; day < END_DAY; day += 1) {
    for (const source of SOURCES) {
      const openings = streams
        .filter(({ site }) => site.source === source)
        .flatMap((stream) =>
          stream.openings(
            day,
            counts.get(stream)![day - FIRST_DAY]!,
            plan.plants.get(stream.site.id)!.get(day) ?? [],
          ),
        );
      for (const opening of inOrder(openings)) {
        if (opening.plant?.truth === "mirror") mirrors.lend(opening.plant);
        const ticket = opening.stream.bring(opening, day, (type) => numbers.next(source, type));
        untilOdd -= 1;
        const isMirror = mirrors.note(opening.plant, ticket);
        if (untilOdd <= 0 && source !== "glpi" && !isMirror && makeOdd(ticket)) untilOdd = oddEvery;
        if (!isMirror) books.add(ticket);
        if (source === "jira") mirrors.see(ticket);
        exports[source].write(ticket, opening.stream.office);
      }
    }
    for (const { files } of Object.values(exports) as { files: ExportFile[] }[])
      for (const file of files) await file.flush();
  }
}

const inOrder = (openings: Opening[]): Opening[] =>
  openings
    .map((opening) => ({ opening, at: toInstant(opening.stream.site.zone, opening.openedAt) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ opening }) => opening);

/** Writes everything, the truth file last. */
export async function generate({ tickets, out, seed }: GenerateOptions): Promise<void> {
  mkdirSync(out, { recursive: true });
  const offices = new Map(SITES.map((site) => [site.id, new OfficeTime(site)]));
  const register = new Register(seed, 2500);
  const { changes, wave } = drawChanges(
    seed,
    Math.max(60, Math.min(3000, Math.round(tickets / 20))),
    register,
    offices,
  );
  const plan = planGroup(
    seed,
    tickets,
    offices,
    (site, model) => register.ofModel(site, model),
    wave.number,
  );
  if (plan.count > tickets)
    throw new Error(
      `too few tickets for what is planted: ${tickets}; expected at least ${plan.count}`,
    );
  const streams = SITES.map(
    (site) =>
      new SiteStream(
        site,
        offices.get(site.id)!,
        new Dice(seed, site.id),
        endOf(site),
        (service, dice) => register.namedBy(site, service, dice),
      ),
  );
  const every = Math.max(250, Math.floor(tickets / 12));
  const exports: Exports = {
    servicenow: new ServiceNowExport(out, every),
    glpi: new GlpiExport(out, Math.floor(every / 2)),
    jira: new JiraExport(out, every * 3),
  };
  const books = new Bookkeeping();
  const mirrors = new Mirrors();
  await writeTickets(plan, streams, tickets, exports, books, mirrors);
  const written = writeChanges(out, changes);
  const files: ExportFile[] = [
    ...Object.values(exports).flatMap((each: { files: ExportFile[] }) => each.files),
    ...written.files,
    mirrors.write(out),
    ...writeAssets(out, register),
    ...writeLicences(out, seed),
    writeHeadcounts(
      out,
      seed,
      (site) => register.assets.filter((asset) => asset.site.id === site).length,
    ),
    ...writeOptional(out, seed, plan),
  ];
  for (const file of files) await file.close();
  const rejects: Reject[] = [
    ...exports.servicenow.rejects,
    ...exports.glpi.rejects,
    ...exports.jira.rejects,
    ...written.rejects,
  ];
  writeFileSync(
    join(out, "truth.json"),
    truthText({ tickets, seed, plan, books, files, rejects, wave, register, mirrors }),
  );
}

/** What decides the bytes: the generator's own sources and its arguments. */
function recipe(tickets: number, seed: number): string {
  const hash = createHash("sha256").update(`${tickets} ${seed}`);
  for (const name of readdirSync(import.meta.dirname).toSorted())
    if (name.endsWith(".ts")) hash.update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest("hex");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      tickets: { type: "string" },
      out: { type: "string" },
      seed: { type: "string" },
      "if-missing": { type: "boolean" },
    },
  });
  const tickets = Number(values.tickets ?? DEFAULTS.tickets);
  const seed = Number(values.seed ?? DEFAULTS.seed);
  const out = values.out ?? import.meta.dirname;
  const made = join(out, ".made");
  const wanted = recipe(tickets, seed);
  if (!values["if-missing"] || !existsSync(made) || readFileSync(made, "utf8") !== wanted) {
    rmSync(made, { force: true });
    await generate({ tickets, out, seed });
    writeFileSync(made, wanted);
  }
}
