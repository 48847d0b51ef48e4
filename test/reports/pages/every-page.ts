import { describe, expect, it } from "vitest";

import { violations } from "../accessibility.ts";
import { browser, open, sites } from "./sites.ts";

/** Tests what holds of every page. */
export function testEveryPage(): void {
  describe.skipIf(browser === null)("every page", () => {
    const pages = (["sample", "log"] as const).flatMap((name) =>
      ["fr", "en"].flatMap((language) =>
        ["index", "sla", "flow", "demand", "data"].map(
          (page): ["sample" | "log", string, string] => [name, language, page],
        ),
      ),
    );

    it.each(pages)("of the %s in %s is sound: %s", async (name, language, path) => {
      const site = sites[name];
      await using opened = await open(site, `${language}/${path}.html`, {
        viewport: { width: 390, height: 800 },
        // One language light and one dark: the contrast of both is judged.
        colorScheme: language === "fr" ? "light" : "dark",
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
      expect(await violations(page)).toEqual([]);
      const links = await page.evaluate<string[]>("[...document.links].map((link) => link.href)");
      for (const link of new Set(links.map((href) => href.replace(/[?#].*/, "")))) {
        expect((await fetch(link)).status, link).toBe(200);
      }
    });

    it("has an entry in the dictionary for every tile", async () => {
      for (const site of Object.values(sites)) {
        await using overview = await open(site, "en/index.html");
        const targets = await overview.page.evaluate<string[]>(
          "[...document.querySelectorAll('.tile .definition')].map((link) => link.hash)",
        );
        await using data = await open(site, "en/data.html");
        expect(targets.length).toBeGreaterThanOrEqual(5);
        for (const target of targets)
          expect(await data.page.locator(target).count(), target).toBe(1);
      }
    });

    it("prints on white, without its controls, and with every row", async () => {
      await using opened = await open(sites.sample, "fr/data.html", { colorScheme: "dark" });
      const { page } = opened;
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(
        await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"),
      ).toBe("rgb(255, 255, 255)");
      expect(await page.locator("form.filters").isVisible()).toBe(false);
      for (const row of await page.locator("tbody tr").all())
        expect(await row.isVisible()).toBe(true);
    });
  });
}
