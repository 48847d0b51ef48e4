import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { buildSites } from "../../reports/build.ts";
import { serveSite } from "../../reports/serve.ts";
import { launchBrowser } from "../browser.ts";
import { prepare } from "../project.ts";
import { violations } from "./accessibility.ts";
import { martRows } from "./marts.ts";

const browser = await launchBrowser();

/** One site in UTC, open 08:00-12:00 and 13:00-17:00; a day has 28,800 s. */
const CONFIG = `
vigie: 1
organisation:
  name: Proof
  reporting_zone: UTC
  entities: [{ id: g, kind: group, name: G }, { id: p, kind: site, parent: g, name: Pau, zone: UTC }]
languages: [en]
providers: [{ id: acme, name: Acme SA, groups: [Acme N2] }]
sources:
  - id: s
    tool: T
    zone: UTC
    site: p
    data_through: 2026-07-01T00:00:00Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }]
calendars: [{ id: office, zone: UTC, holidays: none, hours: { mon-fri: ["08:00-12:00", "13:00-17:00"] } }]
commitments:
  - { id: fix, name: Fix, clock: resolution, calendar: office, targets: { P3: 4h }, pause: { statuses: [on_hold], reasons: [awaiting_requester] }, goal: 90 }
  - { id: back, name: Back, clock: restoration, calendar: office, targets: { P3: 4h }, goal: 90 }
  - { id: desk, name: Desk, clock: ola, scope: { group: [Desk] }, calendar: office, targets: { P3: 1h }, goal: 90 }
  - { id: acme, name: Acme contract, clock: provider, scope: { provider: [acme] }, calendar: office, targets: { P3: 1h }, goal: 90 }
audiences:
  - { id: desk, name: Desk, entities: [g], languages: [en], ticket_access: true }
  - { id: board, name: Board, entities: [g], languages: [en], ticket_access: false }
storage: .
`;
const TICKETS = `id,opened,status,priority,group
A1,2026-06-01T09:00:00Z,resolved,P3,Acme N2
A2,2026-06-02T09:00:00Z,resolved,P3,Desk
A3,2026-06-30T08:00:00Z,in_progress,P3,Desk
A4,2026-05-28T16:00:00Z,resolved,P3,Desk
`;
const EVENTS = `id,at,field,from,to,hold
A1,2026-06-01T09:10:00Z,status,new,in_progress,
A1,2026-06-01T10:00:00Z,status,in_progress,on_hold,awaiting_requester
A1,2026-06-01T11:00:00Z,status,on_hold,in_progress,
A1,2026-06-01T14:00:00Z,assignment_group,Desk,Acme N2,
A1,2026-06-01T16:30:00Z,status,in_progress,resolved,
A2,2026-06-02T09:10:00Z,status,new,in_progress,
A2,2026-06-02T09:30:00Z,status,in_progress,resolved,
A3,2026-06-30T08:10:00Z,status,new,in_progress,
A4,2026-05-28T16:10:00Z,status,new,in_progress,
A4,2026-06-03T09:00:00Z,status,in_progress,resolved,
`;

let folder: string;
let server: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-proof-"));
  const files = {
    "vigie.yaml": CONFIG,
    "tickets.yaml": `record: ticket\nfields: { native_id: id, opened_at: opened, status: status, priority: priority, assignment_group: group }\n`,
    "events.yaml": `record: ticket_event\nfields: { native_id: id, occurred_at: at, field: field, from_value: from, to_value: to, hold_reason: hold }\n`,
    "tickets.csv": TICKETS,
    "events.csv": EVENTS,
    "state/neutralisations.csv": `ticket;commitment;reason;asked_by;approved_by;date\nA4;fix;Strike;Acme;CIO;2026-06-05\n`,
  };
  mkdirSync(join(folder, "out/state"), { recursive: true });
  mkdirSync(join(folder, "state"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  cpSync(join(folder, "state"), join(folder, "out/state"), { recursive: true });
  await prepare(join(folder, "vigie.yaml"), join(folder, "out"));
  if (!browser) return;
  const pagesFolder = join(folder, "pages");
  mkdirSync(pagesFolder);
  for (const page of ["index", "sla", "proof", "data"])
    cpSync(`reports/pages/${page}.md`, join(pagesFolder, `${page}.md`));
  await buildSites({
    martsFolder: join(folder, "out/marts"),
    siteFolder: join(folder, "site"),
    workFolder: join(folder, "work"),
    pagesFolder,
  });
  server = await serveSite({ folder: join(folder, "site"), port: 0 });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (audience: string, mart: Parameters<typeof martRows>[2]) =>
  martRows(join(folder, "out/marts"), audience, mart);

describe("the lists and proof sheets of an audience", () => {
  it("hold tickets only where it may see them", () => {
    expect(rowsOf("board", "mart_sla_clocks")).toEqual([]);
    expect(rowsOf("board", "mart_sla_timeline")).toEqual([]);
    expect(rowsOf("board", "mart_sla_neutralisations")).toMatchObject([
      { ticket: "", reason: "", approved_by: "", clocks: 1, breached: 1 },
    ]);
    expect(rowsOf("desk", "mart_sla_neutralisations")).toMatchObject([
      { ticket: "s/A4", reason: "Strike", approved_by: "CIO", clocks: 1, breached: 1 },
    ]);
  });

  it("say the stage in which a commitment was lost", () => {
    const clocks = rowsOf("desk", "mart_sla_clocks") as {
      ticket: string;
      commitment_id: string;
      lost_stage: string;
    }[];
    const stage = (ticket: string, commitment: string) =>
      clocks.find((row) => row.ticket === ticket && row.commitment_id === commitment)?.lost_stage;
    // A1 by its breach at 15:00: 09:00-09:10 new, 09:10-10:00 and 11:00-12:00, 13:00-14:00 at the desk, 14:00-15:00 at Acme.
    expect(stage("s/A1", "fix")).toBe("internal");
    expect(stage("s/A1", "acme")).toBe("provider");
  });
});

describe.skipIf(browser === null)("the pages of the clocks", () => {
  it("show every clock, the bridge, gross and net, and whose time it was", async () => {
    const page = await browser!.newPage();
    await page.goto(`${server.url}desk/en/sla.html`, { waitUntil: "networkidle" });
    // Pau closes A4 after 3,600 + 28,800 x 3 + 3,600 s, all of them late; A1 after 3,000 + 3,600 + 12,600 s and the ten minutes before.
    const fix = page.locator("#commitment-fix");
    expect(await fix.locator('[data-fact="headline"]').innerText()).toContain(
      "1 within target, 2 late",
    );
    expect(await fix.locator('[data-fact="net"]').innerText()).toContain("1 verdict left out");
    const bridge = await fix.locator(".bridge tbody tr").allInnerTexts();
    // A4 was late on 29 May, so its breach belongs to May when breaches count as they happen; A3, open, was late on
    // 30 June: 08:00-12:00 is its 14,400 s, and it ran on at 13:00.
    expect(bridge.map((row) => row.split("\t").slice(1, 3))).toEqual([
      ["1", "2"],
      ["", "−1"],
      ["", "+1"],
      ["1", "2"],
    ]);
    expect(await fix.locator(".neutralised").innerText()).toContain("Strike");
    expect(await page.locator("#commitment-back .said").innerText()).toContain(
      "3 restorations have no date of their own",
    );
    // Acme's stint is its own from 14:00 to 16:30: 2.5 h, all with the provider.
    const acme = page.locator("#commitment-acme");
    expect(await acme.locator('[data-fact="headline"]').innerText()).toContain("0 of 1");
    await acme.locator("details.more summary").click();
    expect((await acme.locator(".custody tbody tr").nth(2).innerText()).split("\t")).toEqual([
      "Provider",
      "2.5\u202fh",
      "100.0%",
    ]);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it("lead from a late ticket to a sheet whose seconds add up", async () => {
    const page = await browser!.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${server.url}desk/en/sla.html`, { waitUntil: "networkidle" });
    const row = page.locator("#tickets tr", { hasText: "s/A1" }).filter({ hasText: "Fix" });
    await row.locator("a").first().click();
    await page.locator("#timeline tbody tr").first().waitFor();
    expect(await page.locator("#proof h2").innerText()).toBe("s/A1: Fix");
    // 09:00-09:10 600; 09:10-10:00 3,000; 10:00-11:00 stands still; 11:00-14:00 7,200; 14:00-16:30 9,000: 19,800 of 14,400.
    const pieces = (await page.locator("#timeline tbody tr").allInnerTexts()).map((text) =>
      text.split("\t").slice(7, 11),
    );
    expect(pieces).toEqual([
      ["runs", "600", "600", "14,400"],
      ["runs", "3,000", "3,600", "14,400"],
      ["stands still", "3,600", "3,600", "14,400"],
      ["runs", "7,200", "10,800", "14,400"],
      ["runs", "9,000", "19,800", "14,400"],
    ]);
    const facts = await page.locator("#proof dl").innerText();
    expect(facts).toContain("2026-06-01 15:00:00");
    expect(facts).toContain("5.5\u202fh (19,800 s)");
    expect(faults).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});
