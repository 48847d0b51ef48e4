import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { families } from "../../cli/families.ts";
import { loadConfig, storageIn } from "../../cli/config.ts";
import { recurrenceOf } from "../recurrence-project.ts";
import { temporaryFolder } from "../project.ts";

const incidents = Array.from({ length: 12 }, (_, index) => ({
  id: `T${index}`,
  title: "Outlook plante à l'ouverture",
  opened: new Date(Date.UTC(2026, 7, 20 + index * 3, 9)).toISOString(),
}));

describe("vigie families", () => {
  test("writes the working list and reads it back once a person has filled it in", async () => {
    await using folder = await temporaryFolder();
    await recurrenceOf(folder.path, [incidents], []);
    const home = join(folder.path, "project");
    const config = { ...(await loadConfig(join(home, "vigie.yaml"))), storage: storageIn(home) };
    const file = join(folder.path, "list.csv");
    const run = (options: Record<string, string>) =>
      families.run({ config, options, progress: () => {}, warn: () => {} });
    expect((await run({ export: file })).data).toMatchObject({ families: 1 });

    const [header, line] = (await readFile(file, "utf8")).split("\r\n") as [string, string];
    expect(line).toContain("Outlook plante");
    const names = header.replace("\u{feff}", "").split(";");
    const fill = async (values: Record<string, string>) => {
      const cells = line.split(";").map((cell, index) => values[names[index]!] ?? cell);
      await writeFile(file, `${header}\r\n${cells.join(";")}\r\n`);
    };
    const decision = { decision: "automate", owner: "Équipe poste", decided_by: "A. Manager" };
    await fill({ ...decision, decided_on: "02/10/2026" });
    await expect(run({ read: file })).rejects.toThrow(/:2: decided_on "02\/10\/2026"; expected/);
    await fill({ ...decision, decided_on: "2026-10-02", family_id: "F-0000000000" });
    await expect(run({ read: file })).rejects.toThrow(/:2: family "F-0000000000"; expected/);
    await fill({ ...decision, decided_on: "2026-10-02" });
    expect((await run({ read: file })).data).toEqual({ added: 1, kept: 0 });
    expect((await run({ read: file })).data).toEqual({ added: 0, kept: 1 });

    const query = "select decision, owner from marts.mart_families where audience_id = 'group'";
    const { answers } = await recurrenceOf(folder.path, [incidents], [query]);
    expect(answers[0]).toEqual([{ decision: "automate", owner: "Équipe poste" }]);
  });
});
