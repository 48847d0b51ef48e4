import { z } from "zod";

/** How many records of one file may be quarantined: a number, or a share of the records. */
export type RejectLimit = { records: number } | { percent: number };

const EXPECTED = 'a number of records such as 100, or a share such as "0.5 %"';

export const rejectLimitSchema = z
  .union([z.int({ error: EXPECTED }).min(0), z.string({ error: EXPECTED })], { error: EXPECTED })
  .transform((value, context): RejectLimit => {
    if (typeof value === "number") return { records: value };
    const percent = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(value)?.[1];
    if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
    context.addIssue({ code: "custom", message: EXPECTED });
    return z.NEVER;
  });

/** True when more records were quarantined than the limit allows; a share is compared unrounded. */
export const isPastLimit = (limit: RejectLimit, quarantined: number, records: number): boolean =>
  "records" in limit ? quarantined > limit.records : quarantined * 100 > limit.percent * records;

/** The limit as people wrote it. */
export const showLimit = (limit: RejectLimit): string =>
  "records" in limit ? String(limit.records) : `${limit.percent} %`;
