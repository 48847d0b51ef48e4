import { describe, expect, it } from "vitest";

import { shiftMonth } from "../../../reports/components/figures.ts";
import { martRows, total } from "../marts.ts";
import { browser, figures, monthText, number, open, rowsOf, sites } from "./sites.ts";

/** Tests the Service demand page. */
export function testDemand(): void {
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
    ] as const)(
      "shows in the heatmap of the %s the sums of the marts (%s)",
      async (name, place) => {
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
        // Paris and Montréal have zones of their own; the log has none, and its hours are no local ones.
        expect(await opened.page.locator("#demand-hours figcaption p").innerText()).toContain(
          name === "log"
            ? "hours in UTC"
            : place
              ? "hours in America/Toronto"
              : "local time of each site (2 zones)",
        );
      },
    );

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
}
