import type { DuckDBConnection } from "@duckdb/node-api";
import { literal, rows } from "./query.ts";

/** A change of a zone's offset from UTC. */
export interface ZoneTransition {
  /** First second of the new offset, seconds since 1970 UTC. */
  at: number;
  /** Offset before, seconds east of UTC. */
  before: number;
  /** Offset from `at` on, seconds east of UTC. */
  after: number;
}

const offsetOf = (zone: string, instant: string): string =>
  `date_diff('second', ${instant}, timezone(${literal(zone)}, timezone('UTC', ${instant})))`;

/** Transitions found so far: a connection asks for the same zones for every file. */
const known = new WeakMap<DuckDBConnection, Map<string, Promise<ZoneTransition[]>>>();

/**
 * Offset changes of an IANA zone between two UTC dates, as DuckDB (the only authority on zones) has them: found by the
 * day, then narrowed to the minute and to the second. Two changes within one UTC day are not told apart; none exists.
 */
export function zoneTransitions(
  connection: DuckDBConnection,
  zone: string,
  from = "1990-01-01",
  to = "2046-01-01",
): Promise<ZoneTransition[]> {
  const zones = known.get(connection) ?? new Map<string, Promise<ZoneTransition[]>>();
  known.set(connection, zones);
  const key = `${zone} ${from} ${to}`;
  const found = zones.get(key) ?? findTransitions(connection, zone, from, to);
  zones.set(key, found);
  return found;
}

function findTransitions(
  connection: DuckDBConnection,
  zone: string,
  from: string,
  to: string,
): Promise<ZoneTransition[]> {
  const finer = (coarse: string, step: string, span: string) => `
    select before, after, min(t) as t
    from (
      select t as coarse, before, after, unnest(range(t - interval '${span}', t + interval '1 second', interval '${step}')) as t
      from ${coarse}
    ) as fine
    where ${offsetOf(zone, "t")} = after
    group by coarse, before, after`;
  return rows<ZoneTransition>(
    connection,
    `with days as (
       select range as t, ${offsetOf(zone, "range")} as after
       from range(timestamp ${literal(from)}, timestamp ${literal(to)}, interval 1 day)
     ),
     by_day as (select t, after, lag(after) over (order by t) as before from days qualify after <> before),
     by_minute as (${finer("by_day", "1 minute", "1 day")}),
     by_second as (${finer("by_minute", "1 second", "1 minute")})
     select epoch(t)::bigint as at, before::bigint as before, after::bigint as after from by_second order by 1`,
  );
}

/** Offset from UTC of a zone at a UTC instant text, in seconds. */
export async function zoneOffset(
  connection: DuckDBConnection,
  zone: string,
  instant: string,
): Promise<number> {
  const [first] = await rows<{ seconds: number }>(
    connection,
    `select ${offsetOf(zone, `timestamp ${literal(instant)}`)}::bigint as seconds`,
  );
  return first!.seconds;
}
