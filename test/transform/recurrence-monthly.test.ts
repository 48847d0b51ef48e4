import { describe, expect, inject, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { temporaryFolder } from "../project.ts";
import { type Incident, recurrenceOf } from "../recurrence-project.ts";
import { readWarehouse } from "../warehouse.ts";

const DAY = 86_400;

/** A ticket of an occurrence: the family is that of the occurrence. */
interface Touch {
  family: number;
  occurrence: number;
  site: string;
  opened: number;
  started: number;
}
/** A ticket by its own family. */
interface Ticket {
  family: number;
  opened: number;
}
interface Month {
  month: string;
  ends: number;
}
interface Entity {
  entity: string;
  site: string;
}
interface Standing {
  month: string;
  entity_id: string;
  occurrences_90_days: number;
  families: number;
  working_list: number;
}

const QUERIES = [
  `select started.family_key as family, occurrence_key as occurrence, incidents.site_id as site,
     opened_second::double as opened, min(opened_second) over (partition by occurrence_key)::double as started
   from intermediate.int_incidents as incidents
   join intermediate.int_incident_occurrences as occurrences using (ticket_key)
   join intermediate.int_incident_families as started on started.ticket_key = occurrence_key
   join intermediate.int_family_list as families on families.family_key = started.family_key
   where decision <> 'reject' and not is_catch_all`,
  `select family_key as family, opened_second::double as opened
   from intermediate.int_incidents join intermediate.int_incident_families using (ticket_key)`,
  `select month, least(ends_second, as_of_second)::double as ends from intermediate.int_months cross join intermediate.int_as_of`,
  `select ancestor_id as entity, site_id as site from reference.site_ancestors
   union all select distinct '*', site_id from intermediate.int_incidents`,
  `select month, entity_id, occurrences_90_days, families, working_list from marts.mart_recurrence_monthly
   where audience_id = 'group' order by month || ' ' || entity_id`,
  `select sum(occurrences_90_days)::integer as occurrences_90_days, (count(*) filter (is_working_list))::integer as working_list
   from marts.mart_families where audience_id = 'group' and is_recurrent and not is_catch_all`,
];

/** What the mart says, month by month from the tickets opened by then. */
function replay(
  touches: Touch[],
  tickets: Ticket[],
  months: Month[],
  entities: Entity[],
): Standing[] {
  const distinct = (list: Touch[], key: (each: Touch) => string | number): number =>
    new Set(list.map(key)).size;
  const sitesOf = new Map<string, Set<string>>();
  for (const { entity, site } of entities)
    sitesOf.set(entity, new Set([...(sitesOf.get(entity) ?? []), site]));
  const families = Map.groupBy(touches, ({ family }) => family);
  const reports = Map.groupBy(tickets, ({ family }) => family);
  const found = new Map<string, Standing>();
  for (const { month, ends } of months)
    for (const [family, all] of families) {
      const since = (days: number): Touch[] =>
        all.filter(({ opened, started }) => opened < ends && started > ends - days * DAY);
      if (distinct(since(180), ({ occurrence }) => occurrence) < 2) continue;
      const recent = since(90);
      const reported = (reports.get(family) ?? []).filter(
        ({ opened }) => opened < ends && opened > ends - 90 * DAY,
      ).length;
      const isListed = distinct(recent, ({ occurrence }) => occurrence) >= 5 || reported >= 20;
      for (const [entity_id, sites] of sitesOf) {
        const here = recent.filter(({ site }) => sites.has(site));
        if (here.length === 0) continue;
        const key = `${month} ${entity_id}`;
        const row = found.get(key) ?? {
          month,
          entity_id,
          occurrences_90_days: 0,
          families: 0,
          working_list: 0,
        };
        row.occurrences_90_days += distinct(here, ({ occurrence, site }) =>
          entity_id === "*" ? occurrence : `${occurrence} ${site}`,
        );
        row.families += 1;
        row.working_list += Number(isListed);
        found.set(key, row);
      }
    }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Incidents of two sites from March on: facts of one day, of both sites, and of weeks. */
const incidents: Incident[] = Array.from({ length: 90 }, (_, index): Incident => {
  const opened = new Date(Date.UTC(2026, 2, 1 + index * 2, index % 24)).toISOString();
  return {
    id: `T${String(index).padStart(3, "0")}`,
    title: ["Écran noir au démarrage", "Outlook plante", "Badge refusé à l'entrée"][
      (index * index) % 3
    ]!,
    opened: `${opened.slice(0, 19)}Z`,
    site: index % 3 === 0 ? "lyon" : "paris",
    ...(index % 5 === 4 && { parent: `T${String(index - 4 + (index % 3)).padStart(3, "0")}` }),
  };
});

describe("what came back each month", () => {
  test.each(["made incidents", "the ServiceNow log"])(
    "is what a replay of %s finds",
    async (name) => {
      await using folder = await temporaryFolder();
      const ask = async (): Promise<unknown[][]> => {
        const log = await readWarehouse(inject("log"));
        return Promise.all(QUERIES.map((query) => rows(log, query)));
      };
      const [touches, tickets, months, entities, mart, [now]] = (
        name === "made incidents"
          ? (await recurrenceOf(folder.path, [incidents], QUERIES)).answers
          : await ask()
      ) as [Touch[], Ticket[], Month[], Entity[], Standing[], [Record<string, number>]];
      expect(mart.length).toBeGreaterThan(12);
      expect(mart).toEqual(replay(touches, tickets, months, entities));
      expect(mart.findLast(({ entity_id }) => entity_id === "*")).toMatchObject(now);
    },
  );

  test("says from when on the data covers its whole window", async () => {
    await using folder = await temporaryFolder();
    const query = `select month, bool_and(has_full_window) as is_full, bool_or(has_full_window) as any_full
      from marts.mart_recurrence_monthly group by month order by month`;
    const { answers } = await recurrenceOf(folder.path, [incidents], [query]);
    // 180 days from 1 March end on 28 August.
    expect(answers[0]).toEqual(
      ["03", "04", "05", "06", "07", "08", "09"].map((month) => ({
        month: `2026-${month}`,
        is_full: month >= "08",
        any_full: month >= "08",
      })),
    );
  });
});
