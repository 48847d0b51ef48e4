import { adjustedPValues } from "../../false-discovery.ts";
import { poissonExcess } from "../../poisson.ts";
import type { TableModel } from "../../table-model.ts";

/** Incidents from which on a change may be pointed out (DEFINITIONS 39). */
const LEAST = 3;
/** Like windows under which nothing can be expected. */
const LEAST_WINDOWS = 8;

const FOLLOWINGS = "intermediate.int_change_followings";

/** The control of the false discoveries looks at every change at once, which no select can say. */
export const model: TableModel = {
  grain: "one row per change followed for 72 h with enough like windows to expect something",
  reads: { [FOLLOWINGS]: ["change_key", "observed", "control_incidents", "control_windows"] },
  columns: {
    change_key: "integer",
    expected: "double",
    p_value: "double",
    adjusted_p_value: "double",
    is_flagged: "boolean",
  },
  rows: (inputs) => {
    const read = inputs[FOLLOWINGS]!;
    const column = (name: string) => read[name] as number[];
    const tested = column("change_key")
      .map((key, index) => ({
        key,
        observed: column("observed")[index]!,
        incidents: column("control_incidents")[index]!,
        windows: column("control_windows")[index]!,
      }))
      .filter(({ windows }) => windows >= LEAST_WINDOWS);
    const tails = tested.map(({ observed, incidents, windows }) =>
      poissonExcess(observed, 1, incidents, windows),
    );
    const adjusted = adjustedPValues(tails);
    return {
      change_key: tested.map(({ key }) => key),
      expected: tested.map(({ incidents, windows }) => incidents / windows),
      p_value: tails,
      adjusted_p_value: adjusted,
      is_flagged: tested.map(
        ({ observed }, index) => observed >= LEAST && adjusted[index]! <= 0.05,
      ),
    };
  },
};
