import { pastInstant, whole } from "./field.ts";

/**
 * What every record carries as an observation (DEFINITIONS 2): the instant at which the source said so, and the
 * source's own order among equal instants. Where the source gives no instant, the import's data-through stands in
 * and nothing is claimed about what happened before.
 */
export const observation = {
  observed_at: pastInstant("Instant of this state of the record in its source").optional(),
  source_sequence: whole(
    "Order of the observation within its record: modification count, row, offset",
  ).optional(),
};
