import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { martRows } from "../marts.ts";
import { browser, number, open, sites } from "./sites.ts";

/** Tests the data page. */
export function testData(): void {
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
      await page.locator("#tile-backlog .definition").click();
      await page.waitForURL(/data\.html\?month=[\d-]+#metric-backlog$/);
      await page.locator("#metric-backlog").waitFor();
      const top = "Math.abs(document.getElementById('metric-backlog').getBoundingClientRect().top)";
      await expect.poll(() => page.evaluate<number>(top)).toBeLessThan(900);
    });
  });
}
