import { z } from "zod";
import { readStateCsv, type StateRecord, StateFileError } from "./state-csv.ts";

export const DECISIONS = [
  "open_problem",
  "attach_problem",
  "known_error",
  "automate",
  "document",
  "watch",
  "no_action",
  "merge_into",
  "split",
  "reject",
] as const;

export const DECISION_COLUMNS = [
  "family_id",
  "name",
  "decision",
  "reference",
  "owner",
  "due_date",
  "watch_until",
  "decided_by",
  "decided_on",
  "comment",
] as const;

const FAMILY_ID = "a family id such as F-0123456789";
const family = z.string().regex(/^F-[0-9a-f]{10}$/, { error: FAMILY_ID });
const date = z.iso.date({ error: "a date such as 2026-01-31" });
const dateOrNone = z.union([z.literal(""), date], { error: "a date such as 2026-01-31, or none" });
const required = (what: string) => z.string().min(1, { error: what });

const decisionSchema = z
  .strictObject({
    family_id: family,
    name: z.string(),
    decision: z.enum(["", ...DECISIONS], { error: `one of ${DECISIONS.join(", ")}` }),
    reference: z.string(),
    owner: z.string(),
    due_date: dateOrNone,
    watch_until: dateOrNone,
    decided_by: required("who decided"),
    decided_on: date,
    comment: z.string(),
  })
  .superRefine((row, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (row.decision === "" && row.name === "") fault("decision", "a decision or a name");
    if (row.decision === "watch" && row.watch_until === "") fault("watch_until", "a date");
    if (row.decision === "attach_problem" && row.reference === "")
      fault("reference", "the number of the problem");
    if (row.decision === "open_problem" && row.owner === "") fault("owner", "who opens it");
    if (row.decision === "merge_into" && !family.safeParse(row.reference).success)
      fault("reference", FAMILY_ID);
    if (row.decision === "merge_into" && row.reference === row.family_id)
      fault("reference", "another family");
  });

/** What a person decided of a family (DEFINITIONS 29); kept for ever, the last line of a family counts. */
export type Decision = z.output<typeof decisionSchema>;

/** Checks decisions as they were read. @throws StateFileError with every fault: file, line, value, what is expected. */
export function checkDecisions(path: string, records: readonly StateRecord[]): Decision[] {
  const faults: { line: number; text: string }[] = [];
  const decisions: Decision[] = [];
  for (const { line, values } of records) {
    const { success, data, error } = decisionSchema.safeParse(values);
    if (success) decisions.push(data);
    for (const { path: at, message } of error?.issues ?? []) {
      const name = String(at[0]);
      faults.push({ line, text: `${name} "${values[name] ?? ""}"; expected ${message}` });
    }
  }
  if (faults.length > 0) throw new StateFileError(path, faults);
  return decisions;
}

/** The decisions of a file, every one checked. */
export async function readDecisions(path: string): Promise<Decision[]> {
  const decisions = checkDecisions(path, await readStateCsv(path, DECISION_COLUMNS));
  mergesOf(path, decisions);
  return decisions;
}

/**
 * Each family that a person merged, with the one it has ended in.
 *
 * @throws when families are merged in a circle.
 */
export function mergesOf(path: string, decisions: readonly Decision[]): Map<string, string> {
  const last = new Map<string, Decision>();
  for (const decision of decisions)
    if (decision.decision !== "") last.set(decision.family_id, decision);
  const merges = new Map<string, string>();
  for (const { family_id, decision } of last.values()) {
    if (decision !== "merge_into") continue;
    const seen = [family_id];
    let into = family_id;
    for (let next = last.get(into); next?.decision === "merge_into"; next = last.get(into)) {
      into = next.reference;
      if (seen.includes(into))
        throw new Error(
          `${path}: families merged in a circle: ${[...seen, into].join(" → ")}; expected one that is not merged`,
        );
      seen.push(into);
    }
    merges.set(family_id, into);
  }
  return merges;
}
