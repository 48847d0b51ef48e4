import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { readNeutralisations } from "../../transform/neutralisation.ts";
import { breachFile } from "../../reports/components/breach-file.ts";
import { NEUTRALISATIONS, OPERATION_FILES } from "../operations-project.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, "state"));
  await writeFile(join(folder.path, "state/neutralisations.csv"), NEUTRALISATIONS);
  warehouse = await transformFiles(OPERATION_FILES, folder.path);
}, 120_000);
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

const ask = (sql: string) => rows(warehouse.connection, sql);
const HOUR = 3600;

describe("a provider's contract", () => {
  test("is judged by stint, gross and net of what was neutralised", async () => {
    const found = await ask(
      `select provider, sum(met)::integer as met, sum(breached)::integer as breached,
         sum(net_met)::integer as net_met, sum(net_breached)::integer as net_breached
       from marts.mart_sla_monthly where clock = 'provider' and is_headline and month = '2026-05'
       group by all order by all`,
    );
    // Acme: A1 and A2's return met; A2's first stint and A3 late, A3 neutralised. Bolt: half an hour of A2 met, B1 late.
    expect(found).toEqual([
      { provider: "acme", met: 2, breached: 2, net_met: 2, net_breached: 1 },
      { provider: "bolt", met: 1, breached: 1, net_met: 1, net_breached: 1 },
    ]);
    expect(
      await ask("select distinct provider from marts.mart_sla_monthly where clock <> 'provider'"),
    ).toEqual([{ provider: "" }]);
  });

  test("adds up to the clocks of fct_sla", async () => {
    const [totals] = await ask(
      `select (select sum(met + breached)::integer from marts.mart_sla_monthly where clock = 'provider' and is_headline) as monthly,
         (select sum(stints)::integer from marts.mart_provider_stints_monthly where audience_id = 'all' and month = '*' and site_id = '*') as stints,
         count(*)::integer as clocks
       from marts.fct_sla where clock = 'provider' and verdict in ('met', 'provisional', 'breached') and stopped_at is not null`,
    );
    expect(totals).toEqual({ monthly: 6, stints: 6, clocks: 6 });
  });
});

describe("a provider's stints", () => {
  test("are counted with what was handed back and came back, and timed net of pauses", async () => {
    const found = await ask(
      `select provider, stints, tickets, handed_back, returned, median_seconds, p90_seconds
       from marts.mart_provider_stints_monthly
       where audience_id = 'all' and month = '2026-05' and site_id = '*' order by provider`,
    );
    // Acme: 2 h, 2.5 h, 1 h, 3 h: the median is 2.25 h, P90 2.85 h. Bolt: 0.5 h and 6 h.
    expect(found).toEqual([
      {
        provider: "acme",
        stints: 4,
        tickets: 3,
        handed_back: 1,
        returned: 1,
        median_seconds: 2.25 * HOUR,
        p90_seconds: 2.85 * HOUR,
      },
      {
        provider: "bolt",
        stints: 2,
        tickets: 2,
        handed_back: 1,
        returned: 0,
        median_seconds: 3.25 * HOUR,
        p90_seconds: 5.45 * HOUR,
      },
    ]);
  });
});

describe("the time of tickets that a provider held", () => {
  test("is split into the requester's, the internal groups', the provider's and another's", async () => {
    const found = await ask(
      `select provider, sum(resolutions)::integer as resolutions, sum(requester_seconds)::integer as requester,
         sum(internal_seconds)::integer as internal, sum(provider_seconds)::integer as provider_own, sum(other_seconds)::integer as other
       from marts.mart_provider_custody_monthly where month = '2026-05' group by all order by all`,
    );
    // A1: 1 internal, 1 requester, 2 Acme. A2: 1 internal, 3.5 Acme, 0.5 Bolt. A3: 3 Acme. B1: 6 Bolt.
    expect(found).toEqual([
      {
        provider: "acme",
        resolutions: 3,
        requester: HOUR,
        internal: 2 * HOUR,
        provider_own: 8.5 * HOUR,
        other: 0.5 * HOUR,
      },
      {
        provider: "bolt",
        resolutions: 2,
        requester: 0,
        internal: HOUR,
        provider_own: 6.5 * HOUR,
        other: 3.5 * HOUR,
      },
    ]);
  });
});

describe("the list to send to a provider", () => {
  test("is what `vigie breaches` writes, for audiences that may see tickets, each its own sites", async () => {
    const found = await ask(
      `select audience_id, number, provider, breach_at, elapsed_business_seconds::integer as elapsed, reason
       from marts.mart_provider_breaches order by audience_id, number`,
    );
    const line = (
      audience: string,
      number: string,
      provider: string,
      at: string,
      hours: number,
      reason = "",
    ) => ({
      audience_id: audience,
      number,
      provider,
      breach_at: `2026-05-05T${at}:00Z`,
      elapsed: hours * HOUR,
      reason,
    });
    expect(found).toEqual([
      line("all", "N-A2", "acme", "09:30", 2.5),
      line("all", "N-A3", "acme", "09:00", 3, "Site closed"),
      line("all", "N-B1", "bolt", "09:00", 6),
      line("pune", "N-B1", "bolt", "09:00", 6),
    ]);
  });

  test("can be filled in and read back as exclusions", async () => {
    const found = (await ask(
      "select * exclude (audience_id) from marts.mart_provider_breaches where audience_id = 'all' order by number",
    )) as Parameters<typeof breachFile>[0][number][];
    const file = join(folder.path, "sent.csv");
    const answered = found.map((row) =>
      row.number === "N-A2"
        ? {
            ...row,
            reason: "=Panne;réseau",
            asked_by: "Acme",
            approved_by: "DSI",
            date: "2026-06-03",
          }
        : row,
    );
    await writeFile(file, breachFile(answered));
    const read = await readNeutralisations(warehouse.connection, file, [{ id: "outside" }]);
    expect(read).toEqual([
      {
        ticket: "s/A2",
        commitment: "outside",
        reason: "=Panne;réseau",
        asked_by: "Acme",
        approved_by: "DSI",
        date: "2026-06-03",
      },
      expect.objectContaining({ ticket: "s/A3", reason: "Site closed" }),
    ]);
  });
});
