import { describe, expect, test } from "vitest";
import { afterFix } from "../../transform/after-fix.ts";
import { rateRatio } from "../../transform/poisson.ts";

const YEAR = { beforeDays: 337, afterDays: 90 };

describe("after a fix", () => {
  test("a family is gone, reduced, worse or inconclusive by the interval of the ratio of both rates", () => {
    const word = (before: number, after: number) => afterFix({ ...YEAR, before, after }).word;
    expect(word(92, 0)).toBe("gone");
    // None of three a quarter may be chance.
    expect(word(11, 0)).toBe("inconclusive");
    expect(word(75, 6)).toBe("reduced");
    expect(word(75, 20)).toBe("inconclusive");
    expect(word(30, 25)).toBe("worse");
    expect(word(0, 9)).toBe("worse");
    expect(word(0, 0)).toBe("inconclusive");
    const { low, high } = rateRatio(6, 90, 75, 337);
    expect(afterFix({ ...YEAR, before: 75, after: 6 })).toMatchObject({ low, high });
    expect(afterFix({ ...YEAR, before: 0, after: 9 })).toMatchObject({ ratio: null, high: null });
  });

  test("it is too early before 90 days, and inconclusive with less than 90 days before", () => {
    expect(afterFix({ before: 92, beforeDays: 337, after: 0, afterDays: 89 }).word).toBe(
      "too_early",
    );
    expect(afterFix({ before: 92, beforeDays: 89, after: 0, afterDays: 90 }).word).toBe(
      "inconclusive",
    );
  });
});
