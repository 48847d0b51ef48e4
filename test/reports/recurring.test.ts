import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { buildSites } from "../../reports/build.ts";
import { serveSite } from "../../reports/serve.ts";
import { launchBrowser } from "../browser.ts";
import { prepare } from "../project.ts";
import { violations } from "./accessibility.ts";
import { martRows } from "./marts.ts";

const browser = await launchBrowser();

const CONFIG = `
vigie: 1
organisation:
  name: Recurring
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
    - { id: p, kind: site, parent: g, name: Pau, zone: UTC }
    - { id: q, kind: site, parent: g, name: Quimper, zone: UTC }
languages: [fr, en]
services: [{ id: dock, name: { fr: Quais, en: Docks } }]
sources:
  - id: s
    tool: T
    zone: UTC
    site: p
    data_through: 2026-04-01T00:00:00Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }]
audiences:
  - { id: group, name: G, entities: [g], languages: [fr, en], ticket_access: false }
storage: .
`;
const MAPPING = `record: ticket
fields: { native_id: id, type: type, opened_at: opened, status: status, title: title, service: service, asset: asset, site: site, requester: who, category: category }
`;

/** One ticket a day from 20 February on, each on an asset of its own. */
function tickets(first: number, count: number, title: string, site: string): string {
  return Array.from({ length: count }, (_, index) => {
    const opened = new Date(Date.UTC(2026, 1, 20 + index, 9)).toISOString();
    const id = first + index;
    return `${id},incident,${opened},new,${title},dock,A${id},${site},who${id},c\n`;
  }).join("");
}

let folder: string;
let site: Awaited<ReturnType<typeof serveSite>>;
const marts = (): string => join(folder, "out/marts");

beforeAll(async () => {
  if (!browser) return;
  folder = mkdtempSync(join(tmpdir(), "vigie-recurring-"));
  writeFileSync(join(folder, "vigie.yaml"), CONFIG);
  writeFileSync(join(folder, "tickets.yaml"), MAPPING);
  writeFileSync(
    join(folder, "tickets.csv"),
    `id,type,opened,status,title,service,asset,site,who,category\n${tickets(100, 24, "Barcode scanner freezes at gate", "p")}${tickets(200, 6, "Conveyor belt motor overheats", "q")}${tickets(300, 1, "Window shutter stuck", "p")}901,problem,2026-02-21T09:00:00Z,in_progress,Gate,dock,,p,who1,c\n`,
  );
  await prepare(join(folder, "vigie.yaml"), join(folder, "out"));
  await buildSites({
    martsFolder: marts(),
    siteFolder: join(folder, "site"),
    workFolder: inject("work"),
  });
  site = await serveSite({ folder: join(folder, "site"), port: 0 });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function open(
  path: string,
  width = 1280,
): Promise<{ page: Page; faults: string[]; [Symbol.asyncDispose]: () => Promise<void> }> {
  if (!browser) throw new Error("no browser");
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${site.url}group/${path}`, { waitUntil: "networkidle" });
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

describe.skipIf(browser === null)("the pages of recurring incidents", () => {
  it.each(["fr", "en"])("are sound in %s", async (language) => {
    for (const path of ["recurring", "family", "problems"]) {
      await using opened = await open(`${language}/${path}.html`, 390);
      const { page, faults } = opened;
      await page.locator(".drawing svg").first().waitFor();
      expect(faults).toEqual([]);
      expect(await page.locator(".observablehq--error").count()).toBe(0);
      expect(await page.locator("main").innerText()).not.toMatch(/undefined|NaN|\{\w+\}|\[object/);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      expect(await violations(page)).toEqual([]);
    }
  });

  it("show the figures of the marts, and lead to the family", async () => {
    const families = martRows(marts(), "group", "mart_families");
    const listed = families
      .filter((row) => row.is_working_list)
      .toSorted((a, b) => b.occurrences_90_days - a.occurrences_90_days);
    expect(listed.map((row) => row.occurrences_90_days)).toEqual([24, 6]);
    await using opened = await open("en/recurring.html");
    const { page } = opened;
    expect(await page.locator(".summary").innerText()).toContain(
      "2 families of incidents are on the working list and carry 96.8% (30 of 31)",
    );
    const rows = page.locator(".working-list tbody tr");
    expect(await rows.count()).toBe(2);
    for (const [index, family] of listed.entries()) {
      const text = await rows.nth(index).innerText();
      expect(text).toContain(
        `${family.label}\tDocks\t${family.occurrences_30_days}\t${family.occurrences_90_days}\t${family.occurrences_180_days}`,
      );
    }
    const second = listed[1]!;
    await rows.nth(1).getByRole("link").click();
    await page.locator("h2.family-name").waitFor();
    expect(new URL(page.url()).searchParams.get("family")).toBe(second.family_id);
    expect(await page.locator("h2.family-name").innerText()).toBe(second.label);
    expect(await page.locator(".fact .value").allInnerTexts()).toEqual(
      [
        second.occurrences_30_days,
        second.occurrences_90_days,
        second.occurrences_180_days,
        second.occurrences,
      ].map(String),
    );
    await page.getByRole("link", { name: "Français" }).click();
    await page.getByText("Tous les incidents récurrents").waitFor();
    expect(await page.locator("h2.family-name").innerText()).toBe(second.label);
  });

  it("show the families without a problem and the ages of problems, without their numbers", async () => {
    await using opened = await open("en/problems.html");
    const { page } = opened;
    await page.locator("#problem-age h3").first().waitFor();
    expect(await page.locator("#without-problem h3").innerText()).toBe(
      "2 of the 2 families on the working list have no problem",
    );
    expect(
      await page.locator("#problem-age tbody tr").first().locator("td").allInnerTexts(),
    ).toEqual(["in progress", "0", "1", "0", "0", "0", "1"]);
    expect(await page.locator("main").innerText()).not.toContain("901");
    await page.getByLabel("Scope", { exact: true }).selectOption("q");
    await page.getByText("1 of the 1 families").waitFor();
  });

  it("agree with the overview's figures where the data ends", async () => {
    const families = martRows(marts(), "group", "mart_families").filter((row) => row.is_recurrent);
    const rows = martRows(marts(), "group", "mart_recurrence_monthly");
    const last = rows
      .map(({ month }) => month)
      .toSorted()
      .at(-1);
    const listed = families.filter((row) => row.is_working_list);
    expect(rows.find((row) => row.month === last && row.entity_id === "*")).toMatchObject({
      occurrences_90_days: families.reduce((sum, row) => sum + row.occurrences_90_days, 0),
      working_list: listed.length,
    });
    // The second family came from 20 to 25 February, the first one until 15 March.
    expect(
      rows
        .filter(({ entity_id }) => entity_id === "p")
        .map((row) => [row.month, row.occurrences_90_days, row.families, row.working_list]),
    ).toEqual([
      ["2026-02", 9, 1, 1],
      ["2026-03", 24, 1, 1],
    ]);
    // Six weeks of data fill no window of 180 days: nothing is compared, no line is drawn.
    await using opened = await open("en/index.html");
    const tile = opened.page.locator("#tile-recurrent_occurrences");
    expect(await tile.locator(".value").innerText()).toBe("30");
    expect(await tile.locator(".change").allInnerTexts()).toEqual([
      "not comparable: the data does not cover the whole 180 days before",
    ]);
    expect(await tile.locator("svg path").count()).toBe(0);
  });

  it("keep what the shares are of in the address", async () => {
    await using opened = await open("en/recurring.html");
    const { page } = opened;
    await page.getByLabel("By", { exact: true }).selectOption("hours");
    await page.getByRole("heading", { name: "of the user-hours" }).waitFor();
    expect(new URL(page.url()).searchParams.get("measure")).toBe("hours");
    await page.reload();
    await page.getByLabel("By", { exact: true }).waitFor();
    expect(await page.getByLabel("By", { exact: true }).inputValue()).toBe("hours");
  });

  it("follow the scope, and say counts where a share would be of too few", async () => {
    await using opened = await open("en/recurring.html?entity=q");
    const { page } = opened;
    expect(await page.locator(".summary").innerText()).toContain(
      "1 family of incidents is on the working list and carries 6 of 6",
    );
    expect(await page.locator(".working-list tbody tr").count()).toBe(1);
    expect(await page.locator(".drawing svg").count()).toBe(0);
  });

  it("find a family by its name", async () => {
    await using opened = await open("en/family.html");
    const { page } = opened;
    const name = page.locator("h2.family-name");
    await name.waitFor();
    const other = martRows(marts(), "group", "mart_families").find((row) => row.occurrences === 6);
    await page.getByRole("combobox").fill(other?.family_id ?? "");
    await expect.poll(() => name.innerText()).toBe(other?.label);
  });
});
