import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { rate } from "../../../reports/components/figures.ts";
import { martRows, total } from "../marts.ts";
import { browser, duration, monthText, number, open, percent, rowsOf, sites } from "./sites.ts";

/** Tests the SLA page. */
export function testSla(): void {
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
          .last()
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

    it("hands out its tables as CSV and its charts as SVG and PNG", async () => {
      await using opened = await open(sites.sample, "fr/sla.html");
      const { page, faults } = opened;
      const save = async (name: string): Promise<{ name: string; bytes: Buffer; text: string }> => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page
            .locator(".commitment")
            .first()
            .getByRole("button", { name, exact: true })
            .first()
            .click(),
        ]);
        const bytes = readFileSync(await download.path());
        return { name: download.suggestedFilename(), bytes, text: bytes.toString("utf8") };
      };
      const chart = await save("SVG");
      expect(chart.name).toMatch(/^objectif-.*\.svg$/);
      expect(chart.text).toMatch(/^<svg/);
      expect(chart.text).not.toContain("var(--");
      // The title is in the picture, which would say nothing without it.
      expect(chart.text).toContain(
        (await page.locator(".commitment .chart h3").first().innerText()).split(" ")[0],
      );
      const picture = await save("PNG");
      expect(picture.name).toMatch(/^objectif-.*\.png$/);
      expect(picture.bytes.subarray(1, 4).toString()).toBe("PNG");
      const drawn = Number(/^<svg[^>]* width="(\d+)"/.exec(chart.text)?.[1]);
      expect(drawn).toBeGreaterThan(500);
      expect(picture.bytes.readUInt32BE(16)).toBe(2 * drawn);
      expect(faults).toEqual([]);
      await page.locator(".commitment summary").first().click();
      const table = await save("CSV");
      expect(table.name).toMatch(/\.csv$/);
      expect(table.text.split("\r\n")[0]).toBe(
        "\ufeffMois;Dans les délais;Total;Taux;Intervalle à 95\u202f%",
      );
    });
  });
}
