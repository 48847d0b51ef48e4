import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";

import { buildSites } from "../../../reports/build.ts";
import { formats } from "../../../reports/components/format.ts";
import { serveSite } from "../../../reports/serve.ts";
import { launchBrowser } from "../../browser.ts";

/** Null where no Chromium starts; the suites are skipped then. */
export const browser = await launchBrowser();
export const { number, percent, month: monthText, duration } = formats("en-GB", "d");

export interface Site {
  marts: string;
  url: string;
  month: string;
  close: () => Promise<void>;
}

/** The sample's and the log's sites, built once for the suites of all pages. */
export const sites = {} as Record<"sample" | "log", Site>;
let folder: string;

/** Builds and serves the sites before the suites, and takes them away after. */
export function withSites(): void {
  beforeAll(async () => {
    if (!browser) return;
    folder = mkdtempSync(join(tmpdir(), "vigie-site-"));
    for (const name of ["sample", "log"] as const) {
      const marts = join(inject(name), "marts");
      const siteFolder = join(folder, name);
      await buildSites({ martsFolder: marts, siteFolder, workFolder: inject("work") });
      const context = JSON.parse(readFileSync(join(marts, "group/context.json"), "utf8")) as {
        period: { lastCompleteMonth: string };
      };
      const server = await serveSite({ folder: siteFolder, port: 0 });
      sites[name] = {
        marts,
        url: server.url,
        month: context.period.lastCompleteMonth,
        close: server.close,
      };
    }
  });

  afterAll(async () => {
    await browser?.close();
    for (const site of Object.values(sites)) await site.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
}

/** A page of a site, with everything that went wrong in it. */
export async function open(
  site: Site,
  path: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[]; [Symbol.asyncDispose]: () => Promise<void> }> {
  if (!browser) throw new Error("no browser");
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const isOurs = request.url().startsWith(site.url) || /^(data|blob):/.test(request.url());
    if (!isOurs) faults.push(`off the machine: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(`${site.url}group/${path}`, { waitUntil: "networkidle" });
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Rows of a month, and of a site where one is named. */
export function rowsOf<T extends { month: string; site_id: string }>(
  rows: T[],
  month: string,
  place?: string,
): T[] {
  return rows.filter(
    (row) => row.month === month && (place === undefined || row.site_id === place),
  );
}

/** The figures of a chart, as its table under the section shows them: cells by row. */
export async function figures(page: Page, section: string): Promise<string[][]> {
  await page.locator(`${section} .chart summary`).first().click();
  const rows = await page.locator(`${section} .chart tbody tr`).all();
  return Promise.all(
    rows.map(async (row) => (await row.innerText()).split("\t").map((cell) => cell.trim())),
  );
}
