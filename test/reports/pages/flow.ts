import { describe, expect, it } from "vitest";

import { shiftMonth } from "../../../reports/components/figures.ts";
import { martRows, total } from "../marts.ts";
import { browser, duration, figures, monthText, number, open, rowsOf, sites } from "./sites.ts";

/** Tests the Flow page. */
export function testFlow(): void {
  describe.skipIf(browser === null)("the Flow page", () => {
    it.each(["sample", "log"] as const)(
      "of the %s shows the figures of the marts",
      async (name) => {
        const { marts, month } = sites[name];
        await using opened = await open(sites[name], "en/flow.html");
        const { page, faults } = opened;
        const flow = rowsOf(martRows(marts, "group", "mart_flow_monthly"), month);
        const of = (count: (row: (typeof flow)[number]) => number): string =>
          number(total(flow, count));
        // None of the log's incidents is open, so that its backlog is withheld.
        if (name === "log") expect(await page.locator(".bridge, #backlog .table").count()).toBe(0);
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
      },
    );

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
}
