import { describe, expect, it } from "vitest";

import { rate, shiftMonth, ticketsToGoal } from "../../../reports/components/figures.ts";
import { martRows, total } from "../marts.ts";
import { browser, duration, monthText, number, open, percent, rowsOf, sites } from "./sites.ts";

/** Tests the overview. */
export function testOverview(): void {
  describe.skipIf(browser === null)("the overview", () => {
    it.each(["sample", "log"] as const)(
      "of the %s shows the figures of the marts",
      async (name) => {
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
      },
    );

    it.each(["sample", "log"] as const)(
      "of the %s says what came back and what people asked for, and leads to their pages",
      async (name) => {
        const { marts, month } = sites[name];
        await using opened = await open(sites[name], "en/index.html");
        const { page } = opened;
        const back = martRows(marts, "group", "mart_recurrence_monthly").find(
          (row) => row.month === month && row.entity_id === "*",
        );
        const recurrence = page.locator("#tile-recurrent_occurrences");
        expect(await recurrence.locator(".value").innerText()).toBe(
          number(back?.occurrences_90_days ?? 0),
        );
        expect(await recurrence.locator(".verdict").innerText()).toMatch(
          new RegExp(`^${number(back?.working_list ?? 0)} famil(y|ies) on the working list$`),
        );
        const people = rowsOf(martRows(marts, "group", "mart_demand_monthly"), month).filter(
          (row) => row.dimension === "all" && row.origin === "people",
        );
        const asked = number(total(people, (row) => row.opened));
        const rates = martRows(marts, "group", "mart_demand_rates");
        const found = rates.find(
          (row) => row.month === month && row.entity_id === "*" && row.type === "*",
        );
        // Without headcounts the tile counts tickets.
        expect(found === undefined).toBe(name === "log");
        const demand = page.locator(found ? "#tile-demand_rate" : "#tile-demand");
        expect(await demand.locator(".value").innerText()).toBe(
          found ? number(found.rate ?? 0, 1) : asked,
        );
        expect(await demand.locator(".verdict").innerText()).toContain(asked);
        await demand.locator("a.label").click();
        await page.waitForURL(/demand\.html\?month=/);
      },
    );

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
}
