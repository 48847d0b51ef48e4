import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fileName, neutralised, toCsv, toTsv } from "../../reports/components/csv.ts";
import {
  approximateQuantile,
  bucketStart,
  rate,
  shiftMonth,
  ticketsToGoal,
} from "../../reports/components/figures.ts";
import { formats } from "../../reports/components/format.ts";

describe("a percentage", () => {
  it("is all or none only where nothing is missing", () => {
    const { percent } = formats("fr-FR", "j");
    const shown = [0, 0.0004, 0.0005, 0.9994, 12_131 / 12_133, 1].map((ratio) => percent(ratio));
    expect(shown.map((text) => text.replaceAll("\u202f", " "))).toEqual([
      "0,0 %",
      "< 0,1 %",
      "0,1 %",
      "99,9 %",
      "> 99,9 %",
      "100,0 %",
    ]);
    expect(percent(0.004, 0)).toBe("<\u202f1\u202f%");
  });
});

describe("rate", () => {
  it("has no ratio without tickets", () => {
    expect(rate(0, 0)).toMatchObject({ ratio: null, isSmall: true });
  });

  it("withholds the percentage under 20 tickets", () => {
    expect(rate(18, 1).isSmall).toBe(true);
    expect(rate(19, 1).isSmall).toBe(false);
  });

  it("has the Wilson interval of the textbook (Newcombe 1998: 81 of 263)", () => {
    const { low, high } = rate(81, 182);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });
});

describe("ticketsToGoal", () => {
  it("counts the tickets to spare or short", () => {
    expect(ticketsToGoal(rate(95, 5), 90)).toBe(5);
    expect(ticketsToGoal(rate(83, 17), 90)).toBe(-7);
    expect(ticketsToGoal(rate(90, 10), 90)).toBe(0);
  });

  it("is not negative exactly where the ratio reaches the goal", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 100 }), (good, bad, goal) => {
        fc.pre(good + bad > 0);
        expect(ticketsToGoal(rate(good, bad), goal) >= 0).toBe(good * 100 >= goal * (good + bad));
      }),
    );
  });
});

describe("approximateQuantile", () => {
  it("stays within a bucket of the exact one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1 }),
        (seconds) => {
          const rows = seconds.map((each) => ({
            bucket: Math.floor(8 * Math.log2(each + 1)),
            tickets: 1,
          }));
          const sorted = seconds.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(0.9 * seconds.length) - 1] ?? 0;
          const bucket = Math.floor(8 * Math.log2(exact + 1));
          const found = approximateQuantile(rows, 0.9) ?? Number.NaN;
          expect(found).toBeGreaterThanOrEqual(bucketStart(bucket) - 1e-6);
          expect(found).toBeLessThanOrEqual(bucketStart(bucket + 1) + 1e-6);
        },
      ),
    );
  });

  it("is null without tickets", () => {
    expect(approximateQuantile([], 0.5)).toBeNull();
  });
});

describe("shiftMonth", () => {
  it("crosses years both ways", () => {
    expect(shiftMonth("2026-01", -1)).toBe("2025-12");
    expect(shiftMonth("2025-12", 1)).toBe("2026-01");
    expect(shiftMonth("2026-10", -12)).toBe("2025-10");
  });
});

describe("downloads", () => {
  it("neutralise cells that a spreadsheet would run", () => {
    for (const text of ["=1+1", "+1", "-1", "@x", "\t=1"])
      expect(neutralised(text)).toBe(`'${text}`);
    expect(neutralised("P1")).toBe("P1");
  });

  it("leave numbers alone and follow the language", () => {
    const rows = [
      ["a", "b"],
      ["=x", -1.5],
    ];
    expect(toCsv(rows, "en")).toBe("a,b\r\n'=x,-1.5\r\n");
    expect(toCsv(rows, "fr")).toBe("a;b\r\n'=x;-1,5\r\n");
    expect(toTsv(rows, "en")).toBe("a\tb\n'=x\t-1.5");
  });

  it("quote separators, quotes and line ends", () => {
    expect(toCsv([['say "a;b"', null]], "fr")).toBe('"say ""a;b""";\r\n');
  });

  it("are named after their title", () => {
    expect(fileName("Délais : 90 % en moins de 3 h", "csv")).toBe("delais-90-en-moins-de-3-h.csv");
  });
});
