import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { buildSites } from "../../reports/build.ts";
import { rate, shiftMonth, ticketsToGoal } from "../../reports/components/figures.ts";
import { formats } from "../../reports/components/format.ts";
import { serveSite } from "../../reports/serve.ts";
import { launchBrowser } from "../browser.ts";
import { martRows, total } from "./marts.ts";

const browser = await launchBrowser();
const { number, percent, month: monthText, duration } = formats("en-GB", "d");

interface Site {
  marts: string;
  url: string;
  month: string;
  close: () => Promise<void>;
}

const sites = {} as Record<"sample" | "log", Site>;
let folder: string;

beforeAll(async () => {
  if (!browser) return;
  folder = mkdtempSync(join(tmpdir(), "vigie-site-"));
  for (const name of ["sample", "log"] as const) {
    const marts = join(inject(name), "marts");
    const siteFolder = join(folder, name);
    await buildSites({ martsFolder: marts, siteFolder, workFolder: join(folder, "work") });
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

/** A page of a site, with everything that went wrong in it. */
async function open(
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

function rowsOf<T extends { month: string; site_id: string }>(
  rows: T[],
  month: string,
  place?: string,
): T[] {
  return rows.filter(
    (row) => row.month === month && (place === undefined || row.site_id === place),
  );
}

describe.skipIf(browser === null)("every page", () => {
  const pages = (["sample", "log"] as const).flatMap((name) =>
    ["fr", "en"].flatMap((language) =>
      ["index", "sla", "flow", "demand", "data"].map((page): ["sample" | "log", string, string] => [
        name,
        language,
        page,
      ]),
    ),
  );

  it.each(pages)("of the %s in %s is sound: %s", async (name, language, path) => {
    const site = sites[name];
    await using opened = await open(site, `${language}/${path}.html`, {
      viewport: { width: 390, height: 800 },
    });
    const { page, faults } = opened;
    await page.locator("main .notes").waitFor();
    const text = await page.locator("body").innerText();
    expect(faults).toEqual([]);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    expect(await page.locator(".observablehq--error").count()).toBe(0);
    // A cell whose last expression ends in a semicolon shows nothing, and says nothing.
    expect(await page.locator(".tile, .fact, .table").count()).toBeGreaterThan(1);
    expect(text).not.toMatch(/undefined|NaN|\{\{|\[object/);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    for (const chart of await page.locator(".drawing svg").all()) {
      expect((await chart.getAttribute("aria-label"))?.length).toBeGreaterThan(10);
    }
    const links = await page.evaluate<string[]>("[...document.links].map((link) => link.href)");
    for (const link of new Set(links.map((href) => href.replace(/[?#].*/, "")))) {
      expect((await fetch(link)).status, link).toBe(200);
    }
  });

  it("has an entry in the dictionary for every tile", async () => {
    for (const site of Object.values(sites)) {
      await using overview = await open(site, "en/index.html");
      const targets = await overview.page.evaluate<string[]>(
        "[...document.querySelectorAll('a.tile')].map((tile) => tile.hash)",
      );
      await using data = await open(site, "en/data.html");
      expect(targets.length).toBeGreaterThanOrEqual(site === sites.log ? 4 : 5);
      for (const target of targets) expect(await data.page.locator(target).count(), target).toBe(1);
    }
  });

  it("prints on white, without its controls, and with every row", async () => {
    await using opened = await open(sites.sample, "fr/data.html", { colorScheme: "dark" });
    const { page } = opened;
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(
      "rgb(255, 255, 255)",
    );
    expect(await page.locator("form.filters").isVisible()).toBe(false);
    for (const row of await page.locator("tbody tr").all())
      expect(await row.isVisible()).toBe(true);
  });
});

describe.skipIf(browser === null)("the overview", () => {
  it.each(["sample", "log"] as const)("of the %s shows the figures of the marts", async (name) => {
    const { marts, month } = sites[name];
    await using opened = await open(sites[name], "en/index.html");
    const value = (metric: string): Promise<string> =>
      opened.page.locator(`#tile-${metric} .value`).innerText();
    const flow = rowsOf(martRows(marts, "group", "mart_flow_monthly"), month);
    expect(await value("opened")).toBe(
      `${number(total(flow, (row) => row.opened))} / ${number(total(flow, (row) => row.resolved))}`,
    );
    // None of the log's incidents is open, so that its backlog is withheld.
    if (name === "log") expect(await opened.page.locator("#tile-backlog").count()).toBe(0);
    else expect(await value("backlog")).toBe(number(total(flow, (row) => row.backlog_end)));
    const quantiles = martRows(marts, "group", "mart_delay_quantiles_monthly");
    const time = name === "sample" ? "business" : "calendar";
    const quantile = quantiles.find(
      (row) =>
        row.month === month &&
        row.site_id === "*" &&
        row.type === "*" &&
        row.priority === "*" &&
        row.time === time,
    );
    expect(await value("time_to_resolve")).toBe(duration(quantile?.p90_seconds ?? 0, time));
    const summary = await opened.page.locator(".summary").innerText();
    expect(summary).toContain(
      `In ${monthText(month)}, ${number(total(flow, (row) => row.opened))} tickets were opened`,
    );
  });

  it("says how far the month is from its goal, in tickets", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(sites.sample, "en/index.html");
    const rows = rowsOf(martRows(marts, "group", "mart_sla_monthly"), month).filter(
      (row) => row.clock === "resolution" && row.is_headline,
    );
    const found = rate(
      total(rows, (row) => row.met),
      total(rows, (row) => row.breached),
    );
    const gap = ticketsToGoal(found, 90);
    const tile = await opened.page.locator("#tile-sla_resolution").innerText();
    expect(tile).toContain(
      found.isSmall ? `${found.good} of ${found.total}` : percent(found.ratio ?? 0),
    );
    expect(tile).toContain(
      gap < 0
        ? `${-gap} ticket${gap === -1 ? "" : "s"} short of the goal`
        : gap === 0
          ? "just met"
          : "to spare",
    );
  });

  it("follows its filters, keeps them in the address, and hands them to links and languages", async () => {
    const { marts, month } = sites.sample;
    const flow = martRows(marts, "group", "mart_flow_monthly");
    await using opened = await open(sites.sample, "fr/index.html");
    const { page, faults } = opened;
    const backlog = page.locator("#tile-backlog .value");
    await page.getByLabel("Périmètre").selectOption("lumen-canada");
    await expect
      .poll(() => backlog.innerText())
      .toBe(number(total(rowsOf(flow, month, "montreal"), (row) => row.backlog_end)));
    const earlier = shiftMonth(month, -2);
    // By keyboard, as some readers do everything.
    await page.getByLabel("Mois", { exact: true }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await expect
      .poll(() => backlog.innerText())
      .toBe(number(total(rowsOf(flow, earlier, "montreal"), (row) => row.backlog_end)));
    expect(new URL(page.url()).search).toBe(`?month=${earlier}&entity=lumen-canada`);
    await page.getByRole("link", { name: "English" }).click();
    await page.getByLabel("Month", { exact: true }).waitFor();
    expect(page.url()).toBe(
      `${sites.sample.url}group/en/index.html?month=${earlier}&entity=lumen-canada`,
    );
    await expect
      .poll(() => page.locator("#tile-backlog .value").innerText())
      .toBe(number(total(rowsOf(flow, earlier, "montreal"), (row) => row.backlog_end)));
    await page.getByRole("link", { name: "SLA", exact: true }).click();
    await page.locator(".commitment").first().waitFor();
    expect(page.url()).toBe(
      `${sites.sample.url}group/en/sla.html?month=${earlier}&entity=lumen-canada`,
    );
    expect(await page.getByLabel("Month", { exact: true }).inputValue()).toBe(earlier);
    expect(faults).toEqual([]);
  });
});

describe.skipIf(browser === null)("the SLA page", () => {
  it("shows each commitment's headline, what is open and late, and the other reading", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(sites.sample, "en/sla.html");
    const sla = rowsOf(martRows(marts, "group", "mart_sla_monthly"), month);
    const stock = rowsOf(martRows(marts, "group", "mart_sla_stock_monthly"), month);
    const ids = new Set(sla.map((row) => row.commitment_id));
    expect(ids.size).toBeGreaterThan(1);
    for (const id of ids) {
      const section = opened.page.locator(`#commitment-${id}`);
      const rows = sla.filter((row) => row.commitment_id === id);
      const headline = rows.filter((row) => row.is_headline);
      const latched = rows.filter((row) => row.month_rule === "latched");
      expect(await section.locator('[data-fact="headline"]').innerText()).toContain(
        `${number(total(headline, (row) => row.met))} within target, ${number(total(headline, (row) => row.breached))} late`,
      );
      const late = stock.filter((row) => row.commitment_id === id);
      expect(await section.locator('[data-fact="open-late"] .value').innerText()).toBe(
        number(total(late, (row) => row.open_late)),
      );
      const reading = await section
        .locator("table")
        .filter({ hasText: "Readings of" })
        .locator("tbody tr")
        .nth(1)
        .innerText();
      expect(reading).toContain(
        `\t${total(latched, (row) => row.met)}\t${total(latched, (row) => row.breached)}\t`,
      );
    }
  });

  it("shows the tool's verdict, labelled, where there is no contract", async () => {
    const { marts, month } = sites.log;
    await using opened = await open(sites.log, "en/sla.html");
    const rows = rowsOf(martRows(marts, "group", "mart_tool_verdict_monthly"), month);
    const text = await opened.page.locator("main").innerText();
    const found = rate(
      total(rows, (row) => row.made),
      total(rows, (row) => row.missed),
    );
    expect(text).toContain("No contract is configured");
    expect(text).toContain(
      `As the tool says, ${found.isSmall ? `${found.good} of ${found.total}` : percent(found.ratio ?? 0)} within target in ${monthText(month)}`,
    );
    const target = martRows(marts, "group", "mart_delay_quantiles_monthly").find(
      (row) =>
        row.month === "" &&
        row.site_id === "*" &&
        row.type === "*" &&
        row.priority === "P3" &&
        row.time === "calendar",
    );
    const row = opened.page
      .locator("table")
      .filter({ hasText: "90% within" })
      .locator("tr", { hasText: "P3" });
    expect(await row.innerText()).toContain(duration(target?.p90_seconds ?? 0, target?.time));
  });

  it("hands out its tables as CSV and its charts as SVG", async () => {
    await using opened = await open(sites.sample, "fr/sla.html");
    const { page } = opened;
    const save = async (name: string): Promise<{ name: string; text: string }> => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page
          .locator(".commitment")
          .first()
          .getByRole("button", { name, exact: true })
          .first()
          .click(),
      ]);
      return {
        name: download.suggestedFilename(),
        text: readFileSync(await download.path(), "utf8"),
      };
    };
    const chart = await save("SVG");
    expect(chart.name).toMatch(/^objectif-.*\.svg$/);
    expect(chart.text).toMatch(/^<svg/);
    expect(chart.text).not.toContain("var(--");
    await page.locator(".commitment summary").first().click();
    const table = await save("CSV");
    expect(table.name).toMatch(/\.csv$/);
    expect(table.text.split("\r\n")[0]).toBe(
      "\ufeffMois;Dans les délais;Total;Taux;Intervalle à 95\u202f%",
    );
  });
});

/** The figures of a chart, as its table under the section shows them: cells by row. */
async function figures(page: Page, section: string): Promise<string[][]> {
  await page.locator(`${section} .chart summary`).first().click();
  const rows = await page.locator(`${section} .chart tbody tr`).all();
  return Promise.all(
    rows.map(async (row) => (await row.innerText()).split("\t").map((cell) => cell.trim())),
  );
}

describe.skipIf(browser === null)("the Flow page", () => {
  it.each(["sample", "log"] as const)("of the %s shows the figures of the marts", async (name) => {
    const { marts, month } = sites[name];
    await using opened = await open(sites[name], "en/flow.html");
    const { page, faults } = opened;
    const flow = rowsOf(martRows(marts, "group", "mart_flow_monthly"), month);
    const of = (count: (row: (typeof flow)[number]) => number): string =>
      number(total(flow, count));
    if (name === "log") expect(await page.locator(".bridge").count()).toBe(0);
    else
      expect(await page.locator(".bridge").innerText()).toBe(
        `In ${monthText(month)}: backlog at the start ${of((row) => row.backlog_start)} + opened ${of((row) => row.opened)} + reopened ${of((row) => row.reopened)} − resolved ${of((row) => row.resolved)} − cancelled ${of((row) => row.cancelled)} = backlog at the end ${of((row) => row.backlog_end)}.`,
      );
    const column = async (section: string, index: number): Promise<string[]> => {
      const cells = page.locator(`${section} > .table tbody td:nth-child(${index})`);
      return (await cells.allInnerTexts()).map((text) => text.trim());
    };
    expect(await column("#ages", 2)).toEqual(
      name === "log"
        ? []
        : [
            of((row) => row.age_0_1),
            of((row) => row.age_2_5),
            of((row) => row.age_6_30),
            of((row) => row.age_31_90),
            of((row) => row.age_over_90),
          ],
    );
    const handling = rowsOf(martRows(marts, "group", "mart_handling_monthly"), month);
    const unknown = total(
      handling,
      (row) =>
        row.resolved -
        row.reassigned_0 -
        row.reassigned_1 -
        row.reassigned_2 -
        row.reassigned_3_more,
    );
    expect(await column("#reassignments", 2)).toEqual(
      [
        total(handling, (row) => row.reassigned_0),
        total(handling, (row) => row.reassigned_1),
        total(handling, (row) => row.reassigned_2),
        total(handling, (row) => row.reassigned_3_more),
        ...(unknown > 0 ? [unknown] : []),
      ].map((count) => number(count)),
    );
    const time = name === "sample" ? "business" : "calendar";
    const exact = martRows(marts, "group", "mart_delay_quantiles_monthly").find(
      (row) =>
        row.month === month &&
        row.site_id === "*" &&
        row.type === "*" &&
        row.priority === "P3" &&
        row.time === time,
    );
    const delay = page.locator("#delays > .table tr", { hasText: "P3" });
    expect(await delay.innerText()).toContain(
      `P3\t${number(exact?.tickets ?? 0)}\t${duration(exact?.median_seconds ?? 0, time)}\t${duration(exact?.p90_seconds ?? 0, time)}`,
    );
    expect(faults).toEqual([]);
  });

  it("says ≈ where the filters leave no exact quantile, keeps its type in the address and hands it on", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(
      sites.sample,
      `en/flow.html?month=${month}&entity=montreal&type=incident`,
    );
    const { page, faults } = opened;
    const rows = rowsOf(martRows(marts, "group", "mart_flow_monthly"), month, "montreal");
    const incidents = rows.filter((row) => row.type === "incident");
    expect(await page.locator(".bridge").innerText()).toContain(
      `opened ${number(total(incidents, (row) => row.opened))} +`,
    );
    const table = page.locator("#delays > .table tbody tr");
    expect(await table.first().innerText()).not.toContain("≈");
    expect(await table.nth(1).innerText()).toContain("≈");
    await page.getByLabel("Type").selectOption("");
    await expect
      .poll(() => page.locator(".bridge").innerText())
      .toContain(`opened ${number(total(rows, (row) => row.opened))} +`);
    expect(new URL(page.url()).search).toBe(`?month=${month}&entity=montreal`);
    await page.getByLabel("Type").selectOption("request");
    // The SLA page has no filter of types, and hands on the one of the address.
    await page.getByRole("link", { name: "SLA", exact: true }).click();
    await page.locator(".commitment").first().waitFor();
    await page.getByRole("link", { name: "Service demand", exact: true }).click();
    await page.locator("#demand-service").waitFor();
    expect(await page.getByLabel("Type").inputValue()).toBe("request");
    expect(faults).toEqual([]);
  });

  it("draws a month hollow whose follow-up has not ended", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(sites.sample, "en/flow.html");
    const rows = martRows(marts, "group", "mart_flow_monthly");
    const found = await figures(opened.page, "#reopening");
    for (const [name, good, all] of found.slice(-3)) {
      const month_ = [month, shiftMonth(month, -1), shiftMonth(month, -2)].find((each) =>
        name?.startsWith(monthText(each)),
      );
      const own = rowsOf(rows, month_ ?? "");
      expect(name?.endsWith("(provisional)")).toBe(own.some((row) => !row.is_mature));
      expect([good, all]).toEqual([
        number(total(own, (row) => row.followed_reopened)),
        number(total(own, (row) => row.followed)),
      ]);
    }
    expect(found.at(-1)?.[0]).toContain("(provisional)");
  });
});

describe.skipIf(browser === null)("the Service demand page", () => {
  it("shows what people asked for, incidents and requests apart, the rest on its own line", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(sites.sample, "en/demand.html");
    const { page, faults } = opened;
    const all = rowsOf(martRows(marts, "group", "mart_demand_monthly"), month);
    const people = all.filter((row) => row.origin === "people" && row.dimension === "all");
    const count = total(people, (row) => row.opened);
    expect(await page.locator(".chart h3").first().innerText()).toMatch(
      new RegExp(`^${number(count)} tickets opened by people in ${monthText(month)}`),
    );
    const automatic = all.filter((row) => row.origin === "automatic" && row.dimension === "all");
    expect(await page.locator("main").innerText()).toContain(
      `automatic tickets (monitoring) ${number(total(automatic, (row) => row.opened))}, declared duplicates 0.`,
    );
    const channels = all.filter((row) => row.origin === "people" && row.dimension === "channel");
    const cells = await page.locator("#demand-channel tbody tr").allInnerTexts();
    const shown = cells.map((text) => text.split("\t").slice(1, 4).map(Number));
    expect(shown.map(([, , each]) => each)).toEqual(
      shown.map(([incidents = 0, requests = 0]) => incidents + requests),
    );
    expect(shown.reduce((sum, [, , each = 0]) => sum + each, 0)).toBe(
      total(channels, (row) => row.opened),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    ["sample", ""],
    ["sample", "montreal"],
    ["log", ""],
  ] as const)("shows in the heatmap of the %s the sums of the marts (%s)", async (name, place) => {
    const { marts, month } = sites[name];
    await using opened = await open(
      sites[name],
      `en/demand.html?month=${month}${place ? `&entity=${place}` : ""}`,
    );
    const months = new Set(Array.from({ length: 12 }, (_, index) => shiftMonth(month, -index)));
    const isShown = (row: { month: string; site_id: string }): boolean =>
      months.has(row.month) && (place === "" || row.site_id === place);
    const hours = martRows(marts, "group", "mart_demand_hours").filter(
      (row) => isShown(row) && row.origin === "people",
    );
    const slots = martRows(marts, "group", "mart_demand_slots").filter(isShown);
    const places = [...new Set(slots.map((row) => row.site_id))];
    // The eighth column holds the holidays of all weekdays.
    const expected = Array.from({ length: 24 }, (_, hour) =>
      Array.from({ length: 8 }, (_each, index) => {
        const isIn = (row: { weekday: number; hour: number; is_closed: boolean }): boolean =>
          row.hour === hour &&
          (index === 7 ? row.is_closed : row.weekday === index + 1 && !row.is_closed);
        const means = places.flatMap((site) => {
          const own = slots.filter((row) => row.site_id === site && isIn(row));
          if (own.length === 0) return [];
          const found = hours.filter((row) => row.site_id === site && isIn(row));
          return total(found, (row) => row.opened) / total(own, (row) => row.slots);
        });
        return means.length === 0
          ? ""
          : number(
              total(means, (mean) => mean),
              2,
            );
      }),
    );
    const shown = await figures(opened.page, "#demand-hours");
    const hasHolidays = slots.some((row) => row.is_closed);
    expect(shown.map((cells) => cells.slice(1))).toEqual(
      expected.map((cells) => cells.slice(0, hasHolidays ? 8 : 7)),
    );
    expect(hours.length).toBeGreaterThan(0);
  });

  it("shows the rates and their intervals, and tickets per agent", async () => {
    const { marts, month } = sites.sample;
    await using opened = await open(sites.sample, "en/demand.html?type=incident");
    const { page } = opened;
    const rates = martRows(marts, "group", "mart_demand_rates").filter(
      (row) => row.month === month && row.type === "incident",
    );
    const shown = await figures(page, "#demand-rates");
    expect(shown).toEqual(
      ["paris", "montreal", "*"].map((id) => {
        const row = rates.find((each) => each.entity_id === id);
        return [
          { paris: "Paris", montreal: "Montréal" }[id] ?? "Groupe Lumen",
          number(row?.opened ?? 0),
          number(row?.users ?? 0),
          ...[row?.rate, row?.low, row?.high].map((value) => number(value ?? 0, 1)),
        ];
      }),
    );
    const agents = martRows(marts, "group", "mart_demand_agents").find(
      (row) => row.month === month && row.entity_id === "*",
    );
    expect(await page.locator("#demand-agents h3").innerText()).toBe(
      `${number(agents?.per_agent ?? 0, 1)} tickets per agent in ${monthText(month)}`,
    );
  });

  it("says what is missing without headcounts, and what that costs", async () => {
    await using opened = await open(sites.log, "en/demand.html");
    const { page } = opened;
    expect(await page.locator("#demand-rates .notice").innerText()).toContain(
      "No headcount is given",
    );
    expect(await page.locator("#demand-agents").count()).toBe(0);
    // No services in this log: its categories take their place.
    expect(await page.locator("#demand-service").count()).toBe(0);
    expect(await page.locator("#demand-category tbody tr").count()).toBeGreaterThan(5);
    // The months before the first headcount.
    await using sample = await open(sites.sample, "en/demand.html?month=2025-10");
    expect(await sample.page.locator("#demand-rates .notice").innerText()).toContain(
      "No headcount is given for October 2025",
    );
  });
});

describe.skipIf(browser === null)("the data page", () => {
  it("accounts for every record of every source", async () => {
    for (const { marts, ...site } of Object.values(sites)) {
      await using opened = await open({ marts, ...site }, "en/data.html");
      const text = await opened.page.locator("main").innerText();
      for (const source of martRows(marts, "group", "mart_sources")) {
        expect(source.accepted + source.quarantined).toBe(source.records);
        const row = await opened.page
          .locator("tr", { hasText: source.source_id })
          .first()
          .innerText();
        expect(row).toContain(
          [source.tickets, source.records, source.accepted, source.quarantined]
            .map((count) => number(count))
            .join("\t"),
        );
      }
      for (const { value } of martRows(marts, "group", "mart_unmapped"))
        expect(text).toContain(value);
    }
  });

  it("shows the credits that the data's licence asks for", async () => {
    const context = readFileSync(join(sites.log.marts, "group/context.json"), "utf8");
    const { attribution } = JSON.parse(context) as { attribution: string[] };
    await using opened = await open(sites.log, "fr/data.html");
    const text = await opened.page.locator("main").innerText();
    for (const credit of attribution) expect(text).toContain(credit);
  });

  it("goes to the definition that a tile leads to", async () => {
    await using opened = await open(sites.sample, "fr/index.html");
    const { page } = opened;
    await page.locator("#tile-backlog").click();
    await page.waitForURL(/data\.html\?month=[\d-]+#metric-backlog$/);
    await page.locator("#metric-backlog").waitFor();
    const top = "Math.abs(document.getElementById('metric-backlog').getBoundingClientRect().top)";
    await expect.poll(() => page.evaluate<number>(top)).toBeLessThan(900);
  });
});
