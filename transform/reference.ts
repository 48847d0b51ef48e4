import type { DuckDBConnection } from "@duckdb/node-api";
import { type Entity, type Name, type Service, type Source, subtreeOf } from "../ingest/config.ts";
import { literal, row } from "../ingest/query.ts";
import {
  buildCalendars,
  dependsOnSite,
  type Horizon,
  insertRows,
  publicHolidays,
  type SiteCalendar,
} from "./calendar.ts";
import type { Calendar, Commitment, Provider } from "./config.ts";
import { writeCommitments } from "./commitment.ts";
import { type Freeze, writeFreezes } from "./freeze.ts";
import type { Metric } from "./metrics.ts";
import { EXACT_BELOW, poissonInterval } from "./poisson.ts";

/** What the models need of the configuration. */
export interface TransformConfig {
  organisation: { name: Name; reportingZone: string; entities: readonly Entity[] };
  services: readonly Service[];
  sources: readonly Omit<Source, "inputs" | "kafka">[];
  calendars: readonly Calendar[];
  commitments: readonly Commitment[];
  audiences: readonly { id: string; entities: readonly string[]; ticketAccess: boolean }[];
  providers: readonly Provider[];
  freezes: readonly Freeze[];
}

const EVERY_DAY = { weekdays: [1, 2, 3, 4, 5, 6, 7] };

/** Zone and holidays of a site; sites that state none follow the reporting zone. */
function siteZone(config: TransformConfig, siteId: string): string {
  const entity = config.organisation.entities.findLast(({ id }) => id === siteId);
  return entity?.zone ?? config.organisation.reportingZone;
}

/** Every site a ticket may stand on: entities, and '' for the tickets whose site is not known. */
const siteIds = (config: TransformConfig): string[] => [
  ...new Set(config.organisation.entities.map(({ id }) => id)),
  "",
];

function closuresOf(
  calendar: Calendar,
  siteId: string,
  config: TransformConfig,
  horizon: Horizon,
): Set<string> {
  const entity = config.organisation.entities.findLast(({ id }) => id === siteId);
  const place =
    calendar.holidays === "none"
      ? null
      : calendar.holidays === "site"
        ? (entity?.holidays ?? null)
        : calendar.holidays;
  return new Set([
    ...(place ? publicHolidays(place, horizon) : []),
    ...calendar.closures.map(({ date }) => date),
  ]);
}

/** The configured calendars, one for each site where they depend on it, and a last one that is open every day. */
export function siteCalendars(config: TransformConfig, horizon: Horizon): SiteCalendar[] {
  const found: Omit<SiteCalendar, "key">[] = config.calendars.flatMap((calendar) =>
    (dependsOnSite(calendar) ? siteIds(config) : [""]).map((siteId) => ({
      calendarId: calendar.id,
      siteId,
      zone: calendar.zone === "site" ? siteZone(config, siteId) : calendar.zone,
      hours: calendar.hours,
      closures: closuresOf(calendar, siteId, config, horizon),
      openings: calendar.openings,
    })),
  );
  const always = EVERY_DAY.weekdays.map((weekday) => ({
    weekday,
    openSecond: 0,
    closeSecond: 86_400,
  }));
  for (const siteId of siteIds(config)) {
    found.push({
      calendarId: "",
      siteId,
      zone: siteZone(config, siteId),
      hours: always,
      closures: new Set(),
    });
  }
  return found.map((calendar, index) => ({ key: index + 1, ...calendar }));
}

/** The calendar in which a site's own days are counted: the first that follows the site, else every day. */
function ownCalendar(config: TransformConfig): { id: string; isBySite: boolean } {
  const first = config.calendars.find(dependsOnSite) ?? config.calendars[0];
  return first ? { id: first.id, isBySite: dependsOnSite(first) } : { id: "", isBySite: true };
}

async function dataHorizon(connection: DuckDBConnection): Promise<Horizon> {
  const { from, to } = await row<{ from: string; to: string }>(
    connection,
    `select strftime(coalesce(min(opened_at), timestamp '2025-01-01') - interval 40 day, '%Y-%m-%d') as from,
       strftime(coalesce((select max(data_through) from ingest.imports), timestamp '2026-01-01') + interval 1100 day, '%Y-%m-%d') as to
     from ingest.tickets`,
  );
  return { from, to };
}

/**
 * Writes the configuration into the schema `reference`, as relations that models join: settings, entities, services,
 * sources, calendars, commitments, freezes, audiences, months, the needs of each metric and the intervals of small counts.
 */
export async function buildReference(
  connection: DuckDBConnection,
  config: TransformConfig,
  metrics: readonly Metric[],
): Promise<void> {
  const horizon = await dataHorizon(connection);
  const calendars = siteCalendars(config, horizon);
  await buildCalendars(connection, calendars, horizon);
  await writeOrganisation(connection, config, calendars);
  await writeSources(connection, config);
  await writeProviders(connection, config);
  await writeCommitments(connection, config.commitments);
  await writeFreezes(connection, config.freezes, {
    entities: config.organisation.entities,
    zoneOf: (siteId) => siteZone(config, siteId),
  });
  await insertRows(
    connection,
    "metric_needs (metric_id varchar, field varchar, threshold double)",
    metrics.flatMap(({ id, needs, threshold }) =>
      (needs.length === 0 ? [""] : needs).map(
        (field) => `(${literal(id)}, ${literal(field)}, ${threshold})`,
      ),
    ),
  );
  await insertRows(
    connection,
    "poisson_intervals (count integer, low double, high double)",
    Array.from({ length: EXACT_BELOW }, (_, count) => {
      const { low, high } = poissonInterval(count);
      return `(${count}, ${low}, ${high})`;
    }),
  );
  await connection.run(`create or replace table reference.months as
    select strftime(month, '%Y-%m') as month,
      epoch(timezone(${literal(config.organisation.reportingZone)}, month))::bigint as starts_second,
      epoch(timezone(${literal(config.organisation.reportingZone)}, month + interval 1 month))::bigint as ends_second
    from (select range as month from range(timestamp '${horizon.from.slice(0, 7)}-01', timestamp '${horizon.to}', interval 1 month))
    order by 1`);
  await connection.run(IDS);
}

/** Names that are known before a model runs, in alphabetical order; like words, they are kept as numbers where rows are many. */
const IDS = `create or replace type reference.id as enum (
  select id
  from (
    select '' as id
    union select commitment_id from reference.commitments
    union select strftime(valid_from, '%Y-%m-%d') from reference.commitments where valid_from is not null
    union select calendar_id from reference.calendars
    union select site_id from reference.sites
    union select month from reference.months
  )
  order by id)`;

/** Groups and providers that tickets name, as words of a list in alphabetical order; the changes of tickets must be there. */
export async function nameParties(connection: DuckDBConnection): Promise<void> {
  await connection.run(`create or replace type reference.party as enum (
    select name
    from (
      select '' as name
      union select assignment_group from intermediate.int_ticket_changes where assignment_group is not null
      union select provider from intermediate.int_ticket_changes where provider is not null
      union select assignment_group from intermediate.int_tickets where assignment_group is not null
      union select provider_id from reference.provider_names
      union select provider_id from reference.group_providers
    )
    order by name)`);
}

async function writeOrganisation(
  connection: DuckDBConnection,
  config: TransformConfig,
  calendars: readonly SiteCalendar[],
): Promise<void> {
  const { organisation, services, audiences } = config;
  const own = ownCalendar(config);
  const keyOf = (id: string, siteId: string) =>
    calendars.find((calendar) => calendar.calendarId === id && calendar.siteId === siteId)!.key;
  await insertRows(connection, "settings (reporting_zone varchar, has_calendars boolean)", [
    `(${literal(organisation.reportingZone)}, ${config.calendars.length > 0})`,
  ]);
  await insertRows(
    connection,
    "sites (site_id varchar, zone varchar, calendar_key integer)",
    siteIds(config).map(
      (id) =>
        `(${literal(id)}, ${literal(siteZone(config, id))}, ${keyOf(own.id, own.isBySite ? id : "")})`,
    ),
  );
  await insertRows(
    connection,
    "site_calendars (calendar_id varchar, site_id varchar, calendar_key integer)",
    config.calendars.flatMap((calendar) =>
      siteIds(config).map(
        (id) =>
          `(${literal(calendar.id)}, ${literal(id)}, ${keyOf(calendar.id, dependsOnSite(calendar) ? id : "")})`,
      ),
    ),
  );
  await insertRows(
    connection,
    "site_names (name varchar, site_id varchar)",
    unique(
      organisation.entities.flatMap(({ id, name }) =>
        [id, name.fr, name.en].map((word) => [word, id] as const),
      ),
    ),
  );
  await insertRows(
    connection,
    "service_names (name varchar, service_id varchar)",
    unique(
      services.flatMap(({ id, name }) => [id, name.fr, name.en].map((word) => [word, id] as const)),
    ),
  );
  await insertRows(
    connection,
    "site_ancestors (ancestor_id varchar, site_id varchar, depth integer)",
    ancestorRows(organisation.entities),
  );
  await insertRows(
    connection,
    "audiences (audience_id varchar, ticket_access boolean)",
    audiences.map(({ id, ticketAccess }) => `(${literal(id)}, ${ticketAccess})`),
  );
  const roots = new Set(
    organisation.entities.filter(({ parent }) => parent === null).map(({ id }) => id),
  );
  await insertRows(
    connection,
    "audience_sites (audience_id varchar, site_id varchar)",
    audiences.flatMap(({ id, entities }) =>
      [
        ...subtreeOf(organisation.entities, entities),
        ...(entities.some((entity) => roots.has(entity)) ? [""] : []),
      ].map((siteId) => `(${literal(id)}, ${literal(siteId)})`),
    ),
  );
}

/** Name rows in lower case, each name once: the first holder keeps it. */
function unique(pairs: readonly (readonly [string, string])[]): string[] {
  const names = new Map<string, string>();
  for (const [name, id] of pairs) {
    const key = name.toLowerCase();
    if (!names.has(key)) names.set(key, id);
  }
  return [...names].map(([name, id]) => `(${literal(name)}, ${literal(id)})`);
}

function ancestorRows(entities: readonly Entity[]): string[] {
  const parents = new Map(entities.map(({ id, parent }) => [id, parent]));
  return [...parents.keys()].flatMap((id) => {
    const line: string[] = [];
    for (let at: string | null | undefined = id; at; at = parents.get(at)) line.push(at);
    return line.map(
      (ancestor, index) => `(${literal(ancestor)}, ${literal(id)}, ${line.length - index})`,
    );
  });
}

async function writeSources(connection: DuckDBConnection, config: TransformConfig): Promise<void> {
  await insertRows(
    connection,
    `sources (source_id varchar, tool varchar, instance varchar, zone varchar, site_id varchar, declared_through timestamp,
      reopen_open_days integer, reopen_seconds bigint, resolved_from varchar)`,
    config.sources.map((source) => {
      const window = source.reopenWindow;
      const through =
        source.dataThrough === null
          ? "null"
          : `timestamp ${literal(source.dataThrough.replace("T", " ").replace("Z", ""))}`;
      return `(${literal(source.id)}, ${literal(source.tool)}, ${literal(source.instance)}, ${literal(source.zone)},
        ${literal(source.site ?? "")}, ${through}, ${"openDays" in window ? window.openDays : "null"},
        ${"seconds" in window ? window.seconds : "null"}, ${literal(source.resolvedFrom)})`;
    }),
  );
}

async function writeProviders(
  connection: DuckDBConnection,
  { providers }: TransformConfig,
): Promise<void> {
  await insertRows(
    connection,
    "provider_names (name varchar, provider_id varchar)",
    unique(
      providers.flatMap(({ id, name }) =>
        [id, name.fr, name.en].map((word) => [word, id] as const),
      ),
    ),
  );
  await insertRows(
    connection,
    "group_providers (assignment_group varchar, provider_id varchar)",
    providers.flatMap(({ id, groups }) =>
      groups.map((group) => `(${literal(group)}, ${literal(id)})`),
    ),
  );
}
