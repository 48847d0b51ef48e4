import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { OPERATION_FILES } from "../operations-project.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = await temporaryFolder();
  warehouse = await transformFiles(OPERATION_FILES, folder.path);
}, 120_000);
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

const ask = (sql: string) => rows(warehouse.connection, sql);
const HOUR = 3600;

describe("downtime of a service", () => {
  test("counts outages that overlap once, user-hours always, each month its own part", async () => {
    const found = await ask(
      `select month, site_id, service, majors, down_seconds::integer as down, user_seconds::integer as user_seconds, without_users
       from marts.mart_major_downtime_monthly order by all`,
    );
    const line = (
      month: string,
      site: string,
      service: string,
      majors: number,
      hours: number,
      userHours: number | null,
      withoutUsers = 0,
    ) => ({
      month,
      site_id: site,
      service,
      majors,
      down: hours * HOUR,
      user_seconds: userHours === null ? null : userHours * HOUR,
      without_users: withoutUsers,
    });
    expect(found).toEqual([
      line("2026-05", "lyon", "VPN", 1, 2, 200),
      // 09:00-12:00 of M1 and M2 together, and half an hour of M5.
      line("2026-05", "lyon", "mail", 3, 3.5, 310),
      line("2026-05", "pune", "mail", 1, 1, null, 1),
      line("2026-06", "lyon", "VPN", 1, 2, 20),
      line("2026-06", "pune", "mail", 0, 1, null, 1),
    ]);
  });
});

describe("the sheet of a major incident", () => {
  test("tells its times, services, sites, ticket, problem and change", async () => {
    const [found] = await ask(
      "select * from marts.mart_major_incidents where audience_id = 'all' and number = 'M1'",
    );
    expect(found).toMatchObject({
      month: "2026-05",
      site_id: "lyon",
      services: "VPN|mail",
      ticket: "N-A1",
      started_local: "2026-05-10 09:00:00",
      detection_seconds: 600,
      down_seconds: 2 * HOUR,
      user_seconds: 200 * HOUR,
      users: 100,
      // A1, and B1 of Pune, its child.
      tickets: 2,
      sites: "lyon|pune",
      cause: "Fibre cut",
      actions: "Double the line",
      problems: "PRB1",
      changes: "CHG1",
      is_open: false,
    });
  });

  test("lasts to where the data ends when it is not over", async () => {
    const [found] = await ask(
      "select down_seconds, is_open, restored_local from marts.mart_major_incidents where audience_id = 'all' and number = 'M4'",
    );
    expect(found).toEqual({ down_seconds: 2 * HOUR, is_open: true, restored_local: "" });
  });

  test("tells those who may not see tickets only words that three reviews use, and no number of a ticket", async () => {
    const found = await ask(
      `select number, ticket, cause, actions, problems, changes, is_cut from marts.mart_major_incidents
       where audience_id = 'board' order by number`,
    );
    const none = { ticket: "", actions: "", problems: "", changes: "" };
    expect(found).toEqual([
      { ...none, number: "M1", cause: "Fibre cut", is_cut: true },
      { ...none, number: "M2", cause: "Fibre cut", is_cut: true },
      { ...none, number: "M3", cause: "", is_cut: true },
      { ...none, number: "M4", cause: "", is_cut: false },
      { ...none, number: "M5", cause: "Fibre cut", is_cut: false },
    ]);
  });

  test("is for the audiences of its site", async () => {
    const found = await ask(
      "select number, sites from marts.mart_major_incidents where audience_id = 'pune'",
    );
    expect(found).toEqual([{ number: "M3", sites: "" }]);
  });
});

describe("optional inputs", () => {
  test("count the finer entities, and tell no score of fewer than three answers to the board", async () => {
    const found = await ask(
      `select audience_id, month, site_id, sent::integer as sent, answers::integer as answers, score_sum, scored::integer as scored
       from marts.mart_satisfaction_monthly where audience_id in ('all', 'board') order by all`,
    );
    const lyon = {
      month: "2026-05",
      site_id: "lyon",
      sent: 100,
      answers: 40,
      score_sum: 180,
      scored: 40,
    };
    const pune = { month: "2026-05", site_id: "pune", sent: 10, answers: 2 };
    const group = {
      month: "2026-06",
      site_id: "g",
      sent: 50,
      answers: 20,
      score_sum: 80,
      scored: 20,
    };
    expect(found).toEqual([
      { audience_id: "all", ...lyon },
      { audience_id: "all", ...pune, score_sum: 4, scored: 2 },
      { audience_id: "all", ...group },
      { audience_id: "board", ...lyon },
      { audience_id: "board", ...pune, score_sum: null, scored: 0 },
      { audience_id: "board", ...group },
    ]);
    expect(
      await ask(
        "select site_id, offered::integer as offered, answered::integer as answered, wait_seconds from marts.mart_calls_monthly order by all",
      ),
    ).toEqual([
      { site_id: "lyon", offered: 100, answered: 90, wait_seconds: 2700 },
      { site_id: "pune", offered: 50, answered: 30, wait_seconds: 2700 },
    ]);
  });

  test("put the loaded cost over what was resolved under it", async () => {
    expect(
      await ask("select month, site_id, cost, resolved from marts.mart_costs_monthly order by all"),
    ).toEqual([
      { month: "2026-05", site_id: "lyon", cost: 100.5, resolved: 4 },
      { month: "2026-05", site_id: "pune", cost: 30, resolved: 1 },
      { month: "2026-06", site_id: "g", cost: 70, resolved: 0 },
    ]);
  });

  test("are withheld by name where no file of them came", async () => {
    await using other = await temporaryFolder();
    const bare = Object.fromEntries(
      Object.entries(OPERATION_FILES).filter(
        ([name]) => !/majors|satisfaction|calls|costs/.test(name),
      ),
    ) as typeof OPERATION_FILES;
    using without = await transformFiles(
      {
        ...bare,
        "vigie.yaml": bare["vigie.yaml"].replace(
          /^.*(majors|satisfaction|calls|costs)\.csv.*\n/gm,
          "",
        ),
      },
      other.path,
    );
    expect(
      await rows(
        without.connection,
        `select metric_id, reason from marts.mart_fitness
         where audience_id = 'all' and reason = 'no_input' and is_withheld order by 1`,
      ),
    ).toEqual(
      [
        "calls_answered",
        "cost_per_ticket",
        "major_downtime",
        "major_incidents",
        "satisfaction",
      ].map((id) => ({
        metric_id: id,
        reason: "no_input",
      })),
    );
  });
});
