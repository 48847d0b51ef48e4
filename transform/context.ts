import type { DuckDBConnection } from "@duckdb/node-api";
import { type Name, subtreeOf } from "../ingest/config.ts";
import { literal, row, rows } from "../ingest/query.ts";
import type { TransformConfig } from "./reference.ts";

export interface ExportAudience {
  id: string;
  name: Name;
  entities: readonly string[];
  languages: readonly string[];
  ticketAccess: boolean;
}

export interface ExportConfig extends TransformConfig {
  audiences: readonly ExportAudience[];
  /** What was taken for granted and nobody has confirmed. */
  assumptions: readonly { id: string; text: Name }[];
  sources: TransformConfig["sources"];
}

/** What the pages of one audience need to know besides the marts: names, period, contracts, assumptions. */
export interface Context {
  fingerprint: string;
  audience: { id: string; name: Name; languages: readonly string[]; ticketAccess: boolean };
  organisation: Name;
  reportingZone: string;
  /** Months of the data, `YYYY-MM`; the last complete one is null when none is. */
  period: { firstMonth: string | null; lastMonth: string | null; lastCompleteMonth: string | null };
  /** The zone of an entity that states none is null: its hours are those of the reporting zone. */
  entities: { id: string; kind: string; parent: string | null; name: Name; zone: string | null }[];
  services: { id: string; name: Name }[];
  providers: { id: string; name: Name }[];
  sources: { id: string; tool: string; zone: string }[];
  commitments: {
    id: string;
    name: Name;
    clock: string;
    goal: number;
    monthRule: string;
    targets: { priority: string; seconds: number; calendar: string }[];
  }[];
  /** What was taken for granted and nobody has confirmed. */
  assumptions: { id: string; text: Name }[];
  /** Credits that the licence of the data asks for. */
  attribution: string[];
  tickets: number;
}

/** The context of one audience, cut to the entities and sources it may see. */
export async function describeContext(
  connection: DuckDBConnection,
  config: ExportConfig,
  audience: ExportAudience,
  fingerprint: string,
): Promise<Context> {
  const { organisation } = config;
  const covered = new Set(subtreeOf(organisation.entities, audience.entities));
  const own = literal(audience.id);
  const period = await row<Context["period"]>(
    connection,
    `select min(month) as "firstMonth", max(month) as "lastMonth", max(month) filter (is_complete) as "lastCompleteMonth"
     from marts.mart_months where audience_id = ${own}`,
  );
  const { tickets } = await row<{ tickets: number }>(
    connection,
    `select count(*) as tickets from marts.fct_tickets
     where site_id in (select site_id from reference.audience_sites where audience_id = ${own})`,
  );
  const seen = await rows<{ id: string; basis: string; tickets: number }>(
    connection,
    `select source_id as id, data_through_basis as basis, tickets from marts.mart_sources where audience_id = ${own} order by 1`,
  );
  const sources = config.sources.filter(({ id }) => seen.some((source) => source.id === id));
  return {
    fingerprint,
    audience: {
      id: audience.id,
      name: audience.name,
      languages: audience.languages,
      ticketAccess: audience.ticketAccess,
    },
    organisation: organisation.name,
    reportingZone: organisation.reportingZone,
    period,
    entities: organisation.entities
      .filter(({ id }) => covered.has(id))
      .map(({ id, kind, parent, name, zone }) => ({
        id,
        kind,
        parent: parent !== null && covered.has(parent) ? parent : null,
        name,
        zone,
      })),
    services: config.services.map(({ id, name }) => ({ id, name })),
    providers: config.providers.map(({ id, name }) => ({ id, name })),
    sources: sources.map(({ id, tool, zone }) => ({ id, tool, zone })),
    commitments: config.commitments
      .filter(({ scope }) => concerns(scope.entities, organisation.entities, covered))
      .map(({ id, name, clock, goal, monthRule, targets }) => ({
        id,
        name,
        clock,
        goal,
        monthRule,
        targets,
      })),
    assumptions: [
      ...config.assumptions,
      ...seen
        .filter(({ basis, tickets: told }) => basis === "latest_instant" && told > 0)
        .map(({ id }) => latestInstant(id)),
    ],
    attribution: sources.flatMap(({ attribution }) => attribution ?? []),
    tickets,
  };
}

/** Whether a scope reaches any of the entities an audience covers: the contracts of others are not its business. */
const concerns = (
  scope: readonly string[] | null,
  entities: TransformConfig["organisation"]["entities"],
  covered: ReadonlySet<string>,
): boolean => scope === null || subtreeOf(entities, scope).some((id) => covered.has(id));

const latestInstant = (source: string) => ({
  id: `data_through_${source}`,
  text: {
    fr: `La source ${source} ne dit pas jusqu'où vont ses données : le dernier instant trouvé fait foi.`,
    en: `Source ${source} does not say how far its data reaches: the latest instant in it is taken.`,
  },
});
