import { afterFix } from "../../after-fix.ts";
import type { TableModel } from "../../table-model.ts";

const FIXES = "intermediate.int_family_fixes";

/** The interval of the ratio of two rates needs quantiles that the engine does not have. */
export const model: TableModel = {
  grain: "one row per audience x family x closed problem: what was observed after the closure",
  reads: {
    [FIXES]: [
      "audience_id",
      "family_id",
      "problem",
      "before",
      "before_days",
      "after",
      "after_days",
    ],
  },
  columns: {
    audience_id: "varchar",
    family_id: "varchar",
    problem: "varchar",
    word: "varchar",
    ratio: "double",
    low: "double",
    high: "double",
  },
  rows: (inputs) => {
    const read = inputs[FIXES]!;
    const numbers = (name: string) => read[name] as number[];
    const found = numbers("before").map((before, index) =>
      afterFix({
        before,
        beforeDays: numbers("before_days")[index]!,
        after: numbers("after")[index]!,
        afterDays: numbers("after_days")[index]!,
      }),
    );
    return {
      audience_id: read["audience_id"]!,
      family_id: read["family_id"]!,
      problem: read["problem"]!,
      word: found.map(({ word }) => word),
      ratio: found.map(({ ratio }) => ratio),
      low: found.map(({ low }) => low),
      high: found.map(({ high }) => high),
    };
  },
};
