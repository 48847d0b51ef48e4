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

  test("lists the tickets of a family, none of whose cells a spreadsheet takes for a formula", async () => {
    await using folder = await temporaryFolder();
    const titles = [
      "=Outlook plante à l'ouverture",
      "Outlook plante à l'ouverture",
      "+ Outlook plante à l'ouverture",
    ];
    const members = titles.map((title, index) => ({
      id: `-T${index}`,
      title,
      opened: `2026-08-0${index + 1}T09:00:00Z`,
      asset: "@PC1",
    }));
    const query = "select distinct family_id from marts.mart_families";
    const { answers } = await recurrenceOf(folder.path, [members], [query]);
    expect(answers[0]!.length).toBe(1);
    const family = String(answers[0]![0]!["family_id"]);
    const home = join(folder.path, "project");
    const config = { ...(await loadConfig(join(home, "vigie.yaml"))), storage: storageIn(home) };
    const run = (options: Record<string, string>) =>
      families.run({ config, options, progress: () => {}, warn: () => {} });
    const expected = [
      "number;opened;site;asset;title",
      "'-T0;2026-08-01 09:00:00;paris;'@PC1;'=Outlook plante à l'ouverture",
      "'-T1;2026-08-02 09:00:00;paris;'@PC1;Outlook plante à l'ouverture",
      "'-T2;2026-08-03 09:00:00;paris;'@PC1;'+ Outlook plante à l'ouverture",
    ];
    expect((await run({ members: family })).lines).toEqual(expected);
    const file = join(folder.path, "members.csv");
    expect((await run({ members: family, export: file })).data).toEqual({ tickets: 3, file });
    expect(await readFile(file, "utf8")).toBe(`\u{feff}${expected.join("\r\n")}\r\n`);
    await expect(run({ members: "F-0000000000" })).rejects.toThrow(
      /F-0000000000; expected a family/,
    );
  });
});
