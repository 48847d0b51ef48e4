import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { buildSites } from "../../reports/build.ts";
import { readTemplates, writeSiteRoot } from "../../reports/site-root.ts";
import { serveSite } from "../../reports/serve.ts";
import { readWords } from "../../reports/words.ts";
import { METRICS_FILE } from "../../transform/metrics.ts";
import { launchBrowser } from "../browser.ts";
import { CHANGE_FILES } from "../changes-project.ts";
import { prepare, temporaryFolder } from "../project.ts";

const browser: Browser | null = await launchBrowser();

describe.skipIf(browser === null)("the pages Changes, Assets and Major incidents", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Awaited<ReturnType<typeof serveSite>>;
  const faults: string[] = [];

  async function open(path: string, width = 1280): Promise<Page> {
    const page = await browser!.newPage({ viewport: { width, height: 900 } });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${server.url}all/${path}`, { waitUntil: "networkidle" });
    await page.locator("main section").first().waitFor();
    return page;
  }
  // Cell by cell: on a phone the rows of a wide table are cards.
  const rowsIn = async (page: Page, section: string): Promise<string[]> => {
    const rows = await page.locator(`${section} > .table tbody tr`).all();
    return Promise.all(
      rows.map(async (row) => {
        const cells = await row.locator("td").allTextContents();
        return cells.map((text) => text.trim()).join("|");
      }),
    );
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [name, text] of Object.entries(CHANGE_FILES))
      await writeFile(join(folder.path, name), text);
    await prepare(join(folder.path, "vigie.yaml"), join(folder.path, "storage"));
    const siteFolder = join(folder.path, "site");
    await buildSites({
      martsFolder: join(folder.path, "storage/marts"),
      siteFolder,
      workFolder: join(folder.path, "work"),
    });
    server = await serveSite({ folder: siteFolder, port: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  it("show outcome, discipline, collisions, freezes and incidents after, as the marts have them", async () => {
    const page = await open("en/changes.html?month=2026-05");
    expect(await page.locator("#change-success h3").first().innerText()).toBe(
      "4 of 7 changes of May 2026 succeeded cleanly",
    );
    // Implemented, declared, clean, with issues, failed, rolled back.
    expect(await rowsIn(page, "#change-success")).toEqual([
      "Standard|1|1 of 1|1 of 1|0|0|0",
      "Normal|6|4 of 6|3 of 6|1|1|1",
      "All|7|5 of 7|4 of 7|1|1|1",
    ]);
    expect(await rowsIn(page, "#change-discipline")).toContain("All|0|0|7|2|1|1");
    expect(await rowsIn(page, "#change-freezes")).toEqual([
      "Closing|1 April 2026|2 April 2026|1|1",
    ]);
    expect((await rowsIn(page, "#change-after"))[0]).toMatch(
      /^W1\|Lyon\|SW\|14 Apr 2026, 22:00\|5\|0\.03\|1\|more than expected$/,
    );
    await page.getByLabel("Month", { exact: true }).selectOption("2026-03");
    await page.locator("#change-collisions .table").waitFor();
    expect((await rowsIn(page, "#change-collisions")).map((row) => row.slice(0, 5))).toEqual([
      "C1|C2",
      "C1|C3",
      "C2|C3",
      "C3|C5",
    ]);
    await page.close();
    expect(faults).toEqual([]);
  });

  it("show licences, horizons and failures on a phone, without anything beside the page", async () => {
    const page = await open("en/assets.html?month=2026-03", 390);
    expect(await page.locator("#licences h3").innerText()).toBe(
      "2 products are used beyond their rights (by 6 in all); 3 cannot be computed",
    );
    expect(await rowsIn(page, "#licences")).toContain("Draw|G|10|13|3|0|2|30 June 2026");
    expect(await rowsIn(page, "#asset-horizons")).toEqual([
      "Expired|1|0",
      "Within 3 months|1|0",
      "3 to 6 months|1|0",
      "6 to 12 months|0|0",
      "Later|1|0",
      "Not known|3|7",
    ]);
    expect(await page.locator("#asset-failures h3").first().innerText()).toMatch(
      /^A fails more than the others of its kind: 115\.4 incidents per 100 asset-months, against 0/,
    );
    expect(await page.locator("#known-asset h3").innerText()).toBe(
      "2 of the 3 incidents of March 2026 name an asset of the register",
    );
    const overflow = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.close();
    expect(faults).toEqual([]);
  });

  it("show major incidents with their downtime, which knows the change of the clocks, and a sheet", async () => {
    const page = await open("en/major.html?month=2026-06");
    expect(await page.locator("#downtime h3").innerText()).toMatch(
      /^2 major incidents in the twelve months to June 2026, 4\sh of downtime in all$/,
    );
    // Service, incidents, downtime, hours of the users that are known; then each one.
    expect((await rowsIn(page, "#downtime")).map((row) => row.replaceAll("\u202f", " "))).toEqual([
      "net|2|4 h|40",
      "mail|1|1 h|40",
      "M2|Pune|net|1 Jul 2026, 00:29||3 h||",
      "M1|Lyon|mail, net|29 Mar 2026, 01:30|45 min|1 h|40|a switch",
    ]);
    expect(await page.locator("#sheets").innerText()).toContain(
      "not restored yet where the data ends",
    );
    // The audience sees no tickets.
    await page.getByLabel("Month", { exact: true }).selectOption("2026-03");
    await page.getByText("M1, Lyon").waitFor();
    expect(await page.locator("#sheets").innerText()).not.toContain("P1");
    await page.close();
    expect(faults).toEqual([]);
  });
});

describe("a site without changes or assets", () => {
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
    expect(pages).toContain("flow");
    expect(pages).not.toContain("changes");
    expect(pages).not.toContain("assets");
  });
});
