import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { DuckDBConnection } from "@duckdb/node-api";
import { row, rows } from "../../ingest/query.ts";
import { isoText, readWarehouse } from "../warehouse.ts";

interface Instance {
  ticket: string;
  commitment: string;
  cycle: number;
  priority: string;
  start: string;
  stop: string | null;
  elapsed_seconds: number;
  target_seconds: number;
  verdict: string;
  due_at: string | null;
  breach_at: string | null;
  why: string;
}

/** Verdicts worked out by hand, each with its arithmetic in `why`. */
const { instances } = parse(await readFile("test/fixtures/sla/expected.yaml", "utf8")) as {
  instances: Instance[];
};

interface SiteTruth {
  tickets: number;
  incidents: number;
  requests: number;
  reopened: number;
  opened_per_month: Record<string, number>;
}

/** Counts from the generator's own bookkeeping. */
const bookkeeping = parse(await readFile("test/fixtures/sample/expected.yaml", "utf8")) as {
  files: Record<string, { records: number; quarantined: number }>;
  quarantine: { file: string; line: number; column: string; value: string; reason: string }[];
  without_a_home: { field: string; value: string; records: number }[];
  sites: Record<string, SiteTruth>;
};

let sample: DuckDBConnection;
beforeAll(async () => {
  sample = await readWarehouse(inject("sample"));
});

describe("a hand-worked ticket", () => {
  test.each(
    instances.map(
      (instance) =>
        [`${instance.ticket} ${instance.commitment} cycle ${instance.cycle}`, instance] as const,
    ),
  )(
    "%s has the start, stop, seconds, verdict, due and breach that the calendar gives",
    async (_title, { why, ...expected }) => {
      const found = await row(
        sample,
        `select number as ticket, commitment_id as commitment, cycle, priority, started_at as start, stopped_at as stop,
           elapsed_business_seconds as elapsed_seconds, target_seconds, verdict, due_at, breach_at
         from marts.fct_sla where number = ? and commitment_id = ? and cycle = ?`,
        [expected.ticket, expected.commitment, expected.cycle],
      );
      const plain = Object.fromEntries(
        Object.entries(found).map(([key, value]) => [key, isoText(value)]),
      );
      const { flags: _flags, ...wanted } = expected as Instance & { flags?: unknown };
      expect(plain, why).toEqual(wanted);
    },
  );
});

describe("the sample", () => {
  test("accounts for every record of every file", async () => {
    const ledger = await rows<{
      file: string;
      records: number;
      accepted: number;
      quarantined: number;
    }>(
      sample,
      "select file, records, accepted, quarantined from ingest.imports order by import_id",
    );
    expect(
      Object.fromEntries(
        ledger.map(({ file, records, quarantined }) => [file, { records, quarantined }]),
      ),
    ).toEqual(bookkeeping.files);
    for (const { records, accepted, quarantined } of ledger)
      expect(accepted + quarantined).toBe(records);
  });

  test("names the line, column, value and reason of what it did not take", async () => {
    const found = await rows(
      sample,
      `select distinct file, line, column_name as column, coalesce(value, '') as value, reason
       from ingest.quarantine join ingest.imports using (import_id) order by all`,
    );
    expect(found).toEqual(bookkeeping.quarantine.toSorted((a, b) => (a.file < b.file ? -1 : 1)));
  });

  test("reports the values that have no home", async () => {
    const found = await rows(
      sample,
      "select field, value, records from marts.mart_unmapped order by all",
    );
    expect(found).toEqual(
      bookkeeping.without_a_home.map(({ field, value, records }) => ({ field, value, records })),
    );
  });

  test.each(Object.entries(bookkeeping.sites))("has the tickets of %s", async (site, truth) => {
    const found = await row(
      sample,
      `select count(*) as tickets, count(*) filter (type = 'incident') as incidents, count(*) filter (type = 'request') as requests,
         count(*) filter (reopenings > 0) as reopened
       from marts.fct_tickets where site_id = ?`,
      [site],
    );
    const { tickets, incidents, requests, reopened } = truth;
    expect(found).toEqual({ tickets, incidents, requests, reopened });
    const perMonth = await rows<{ month: string; n: number }>(
      sample,
      "select opened_month as month, count(*) as n from marts.fct_tickets where site_id = ? group by 1 order by 1",
      [site],
    );
    expect(Object.fromEntries(perMonth.map(({ month, n }) => [month, n]))).toEqual(
      truth.opened_per_month,
    );
  });
});

describe("the backlog", () => {
  test("is the last one plus opened and reopened minus resolved and cancelled, in every cut of every month", async () => {
    const broken = await rows(
      sample,
      "from marts.mart_flow_monthly where backlog_end <> backlog_start + opened + reopened - resolved - cancelled - unseen",
    );
    expect(broken).toEqual([]);
  });

  test("is what replaying the states of each ticket up to the month's end gives", async () => {
    const marts = await rows(
      sample,
      "select month, sum(backlog_end) as tickets, sum(on_hold_end) as on_hold from marts.mart_flow_monthly group by 1 order by 1",
    );
    const replayed = await rows(
      sample,
      `select month, count(*) filter (status not in ('resolved', 'closed', 'cancelled')) as tickets,
         count(*) filter (status = 'on_hold') as on_hold
       from (
         select months.month, changes.ticket_key,
           arg_max(changes.status, changes.change_number) filter (changes.status is not null) as status
         from intermediate.int_ticket_changes as changes
         join intermediate.int_tickets as tickets using (ticket_key)
         join intermediate.int_month_ends as months
           on months.source_id = tickets.source_id and changes.changed_second < months.counted_second
         group by all
       ) group by month order by month`,
    );
    expect(marts).toEqual(replayed);
  });
});
