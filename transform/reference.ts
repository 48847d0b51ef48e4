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
import type { Calendar, Commitment } from "./config.ts";
import { type Freeze, writeFreezes } from "./freeze.ts";
import type { Metric } from "./metrics.ts";
import { EXACT_BELOW, poissonInterval } from "./poisson.ts";

/** What the models need of the configuration. */
export interface TransformConfig {
  organisation: { name: Name; reportingZone: string; entities: readonly Entity[] };
  services: readonly Service[];
  sources: readonly Source[];
  calendars: readonly Calendar[];
  commitments: readonly Commitment[];
  freezes: readonly Freeze[];
  audiences: readonly { id: string; entities: readonly string[] }[];
}

const EVERY_DAY = { weekdays: [1, 2, 3, 4, 5, 6, 7] };

const text = (value: string | null): string => (value === null ? "null" : literal(value));
const dateText = (value: string | null): string =>
  value === null ? "null" : `date ${literal(value)}`;
const textList = (values: readonly string[] | null): string =>
  values === null ? "null" : `[${values.map(literal).join(", ")}]`;

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
  await writeCommitments(connection, config);
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

async function writeCommitments(
  connection: DuckDBConnection,
  config: TransformConfig,
): Promise<void> {
  const { commitments } = config;
  await insertRows(
    connection,
    `commitments (commitment_key integer, commitment_id varchar, clock varchar, goal double, month_rule varchar,
      triage_delay_seconds bigint, valid_from date, valid_to date, scope_types varchar[], scope_priorities varchar[],
      scope_sites varchar[], scope_services varchar[], scope_groups varchar[])`,
    commitments.map(
      (commitment, index) =>
        `(${index + 1}, ${literal(commitment.id)}, ${literal(commitment.clock)}, ${commitment.goal}, ${literal(commitment.monthRule)},
          ${commitment.triageDelaySeconds}, ${dateText(commitment.validFrom)}, ${dateText(commitment.validTo)},
          ${textList(commitment.scope.types)}, ${textList(commitment.scope.priorities)}, ${textList(commitment.scope.entities)},
          ${textList(commitment.scope.services)}, ${textList(commitment.scope.groups)})`,
    ),
  );
  await insertRows(
    connection,
    "commitment_targets (commitment_key integer, priority varchar, target_seconds bigint, calendar_id varchar)",
    commitments.flatMap(({ targets }, index) =>
      targets.map(
        ({ priority, seconds, calendar }) =>
          `(${index + 1}, ${literal(priority)}, ${seconds}, ${literal(calendar)})`,
      ),
    ),
  );
  await insertRows(
    connection,
    "commitment_pauses (commitment_key integer, status varchar, hold_reason varchar)",
    commitments.flatMap(({ pause }, index) =>
      (pause?.statuses ?? []).flatMap((status) =>
        (pause?.reasons ?? [null]).map(
          (reason) => `(${index + 1}, ${literal(status)}, ${text(reason)})`,
        ),
      ),
    ),
  );
}
