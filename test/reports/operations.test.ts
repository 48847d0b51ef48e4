import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { buildSites } from "../../reports/build.ts";
import { serveSite } from "../../reports/serve.ts";
import { readTemplates, writeSiteRoot } from "../../reports/site-root.ts";
import { readWords } from "../../reports/words.ts";
import { METRICS_FILE } from "../../transform/metrics.ts";
import { violations } from "./accessibility.ts";
import { launchBrowser } from "../browser.ts";
import { NEUTRALISATIONS, OPERATION_FILES } from "../operations-project.ts";
import { prepare, temporaryFolder } from "../project.ts";

const browser: Browser | null = await launchBrowser();

describe.skipIf(browser === null)("the pages Providers, Major incidents and Service demand", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Awaited<ReturnType<typeof serveSite>>;
  const faults: string[] = [];

  async function open(path: string, width = 1280): Promise<Page> {
    const page = await browser!.newPage({
      viewport: { width, height: 900 },
      acceptDownloads: true,
    });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${server.url}${path}`, { waitUntil: "networkidle" });
    await page.locator("main section").first().waitFor();
    return page;
  }
  const rowsIn = async (page: Page, section: string): Promise<string[]> => {
    const rows = await page.locator(`${section} > .table tbody tr`).all();
    return Promise.all(
      rows.map(async (row) => {
        const cells = await row.locator("td").allTextContents();
        return cells.map((text) => text.trim().replaceAll("\u202f", " ")).join("|");
      }),
    );
  };
  const isSound = async (page: Page): Promise<void> => {
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(await page.locator("body").innerText()).not.toMatch(/undefined|NaN|\{\w+\}|\[object/);
    await page.close();
    expect(faults).toEqual([]);
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [name, text] of Object.entries(OPERATION_FILES))
      await writeFile(join(folder.path, name), text);
    await mkdir(join(folder.path, "storage/state"), { recursive: true });
    await writeFile(join(folder.path, "storage/state/neutralisations.csv"), NEUTRALISATIONS);
    await prepare(join(folder.path, "vigie.yaml"), join(folder.path, "storage"));
    const siteFolder = join(folder.path, "site");
    await buildSites({
      martsFolder: join(folder.path, "storage/marts"),
      siteFolder,
      workFolder: inject("work"),
      audiences: ["all", "board"],
    });
    server = await serveSite({ folder: siteFolder, port: 0 });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  it("show each contract gross and net, whose hands the time was in, stints, and the list to send", async () => {
    const page = await open("all/en/providers.html?month=2026-05");
    expect(await page.locator("#provider-contracts h3").first().innerText()).toBe(
      "In May 2026, 2 provider contracts of 2 meet their goal, gross",
    );
    // Goal, gross, interval, gap, net, neutralised, late, open and late.
    expect(await rowsIn(page, "#provider-contracts")).toEqual([
      "Outside|Acme|50%|2 of 4||just met|2 of 3|1|2|0",
      "Outside|Bolt|50%|1 of 2||just met|1 of 2|0|1|0",
    ]);
    // Mean hours of a ticket with the requester, the groups, the provider and another one.
    expect(await rowsIn(page, "#provider-time")).toEqual([
      "Acme|3|20 min|40 min|2.8 h|10 min|71%",
      "Bolt|2|0 min|30 min|3.3 h|1.8 h|59%",
    ]);
    expect(await rowsIn(page, "#provider-stints")).toEqual([
      "Outside|Acme|4|3|1|1|2.3 h|2.9 h",
      "Outside|Bolt|2|2|1|0|3.3 h|5.5 h",
    ]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "List to send (CSV)" }).first().click(),
    ]);
    const list = await readFile(await download.path(), "utf8");
    expect(list.split("\r\n").map((line) => line.slice(0, 25))).toEqual([
      "\ufeffticket;commitment;number",
      expect.stringMatching(/^s\/A3;outside;N-A3;lyon;/),
      expect.stringMatching(/^s\/A2;outside;N-A2;lyon;/),
      "",
    ]);
    await isSound(page);
  });

  it("say to an audience without tickets how many are late, and name none", async () => {
    const page = await open("board/en/providers.html?month=2026-05", 390);
    const text = await page.locator("#provider-list").innerText();
    expect(text).toMatch(/^The list to send\s+3 late stints in May 2026\. Tickets are not shown/);
    expect(await page.locator("main").innerText()).not.toMatch(/N-A\d/);
    await isSound(page);
  });

  it("show the sheet of each major incident, and how long each service was down", async () => {
    const page = await open("all/en/majors.html?month=2026-05", 390);
    const sheet = await page.locator("#major-M1").innerText();
    for (const said of [
      "M1: VPN, E-mail, 2 h",
      "10 May 2026, 09:10, 10 min after the start",
      "100 without service, 200 user-hours",
      "Lyon, Pune",
      "N-A1, 2 tickets",
      "PRB1",
      "CHG1",
      "Fibre cut",
      "Double the line",
    ])
      expect(sheet.replaceAll("\u202f", " ")).toContain(said);
    expect(await rowsIn(page, "#downtime")).toEqual([
      "E-mail|4.5 h|4.5 h|≥ 310",
      "VPN|2 h|2 h|200",
    ]);
    await isSound(page);
  });

  it("show satisfaction with its response rate, and calls, where they are exported", async () => {
    const page = await open("all/en/demand.html?month=2026-05");
    expect(await page.locator("#satisfaction h3").innerText()).toBe(
      "In May 2026, 42 answers give a mean score of 4.38",
    );
    expect(await rowsIn(page, "#satisfaction")).toEqual(["May 2026|4.38|42|110|38.2%"]);
    expect((await page.locator("#calls h3").innerText()).replaceAll("\u202f", " ")).toBe(
      "80.0% of the calls of May 2026 were answered, after a mean wait of 45 s",
    );
    // All five tickets were resolved in May: 130.50 over 5.
    expect(await rowsIn(page, "#costs")).toEqual(["May 2026|131|5|26.10"]);
    await isSound(page);
  });
});

describe("a site without providers or major incidents", () => {
  it.each(["sample", "log"] as const)("has neither page: the %s", async (name) => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "site");
    await mkdir(root);
    const pages = writeSiteRoot({
      folder: root,
      martsFolder: join(inject(name), "marts/group"),
      language: "fr",
      words: readWords("reports/words/fr.yaml", "fr"),
      templates: readTemplates(),
      metricsFile: fileURLToPath(METRICS_FILE),
    });
    expect(pages).toContain("demand");
    expect(pages).not.toContain("providers");
    expect(pages).not.toContain("majors");
  });
});
