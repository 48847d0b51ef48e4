import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DECISION_COLUMNS, mergesOf, readDecisions } from "../../transform/family-decision.ts";
import { readStateCsv, stateCsv } from "../../transform/state-csv.ts";
import { temporaryFolder } from "../project.ts";

const BASE = { decided_by: "A. Manager", decided_on: "2026-10-02" };
const A = "F-00000000aa";
const B = "F-00000000bb";

async function read(text: string) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "decisions.csv");
  await writeFile(path, text);
  return await readDecisions(path);
}

const written = (lines: Record<string, string>[]) =>
  stateCsv(
    DECISION_COLUMNS,
    lines.map((line) => ({ ...BASE, ...line })),
  );

describe("a file of decisions", () => {
  test("comes back as it was written, formulas and line ends included", async () => {
    const line = {
      family_id: A,
      decision: "open_problem",
      owner: '@chef; "réseau"',
      comment: "=1+1\r\n-suite",
      name: "+ VPN",
    };
    const text = written([line]);
    expect(text).toContain("'=1+1");
    expect(await read(text)).toMatchObject([line]);
  });

  test.each([",", ";", "\t"])("is read with %j between its values", async (mark) => {
    const text = written([{ family_id: A, decision: "no_action" }]).replaceAll(";", mark);
    expect(await read(text)).toMatchObject([{ family_id: A, decision: "no_action" }]);
  });

  test("is refused with the line, the value and what is expected of every fault", async () => {
    const text = written([
      { family_id: A, decision: "no_action" },
      { family_id: "12", decision: "closed" },
      { family_id: B, decision: "watch", due_date: "31/01/2026" },
    ]);
    await expect(read(text)).rejects.toThrow(
      /csv:3: family_id "12"; expected a family id such as[^]*csv:3: decision "closed"; expected one of open_problem[^]*csv:4: due_date "31\/01\/2026"; expected a date/,
    );
  });

  test("with an unknown column, or one missing, is refused", async () => {
    await expect(read("family_id;decision;colour\n")).rejects.toThrow(
      /csv:1: no column name; expected[^]*csv:1: column "colour"; expected/,
    );
  });

  test("that is not there holds none", async () => {
    expect(await readStateCsv("/nonexistent/decisions.csv", ["a"])).toEqual([]);
  });
});

describe("merges", () => {
  const merge = (family_id: string, reference: string) => ({
    ...Object.fromEntries(DECISION_COLUMNS.map((name) => [name, ""])),
    ...BASE,
    family_id,
    decision: "merge_into",
    reference,
  });

  test("are followed to the family that is not merged", () => {
    const lines = [merge(A, B), merge(B, "F-00000000cc")] as never[];
    expect(mergesOf("d.csv", lines).get(A)).toBe("F-00000000cc");
  });

  test("in a circle are refused", () => {
    expect(() => mergesOf("d.csv", [merge(A, B), merge(B, A)] as never[])).toThrow(
      /in a circle: F-00000000aa → F-00000000bb → F-00000000aa/,
    );
  });
});
