import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { DECISION_COLUMNS } from "../../transform/family-decision.ts";
import { type Incident, recurrenceOf } from "../recurrence-project.ts";
import { ledgerKey } from "../../transform/ledger-key.ts";
import { temporaryFolder } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

const day = (number: number, hour = 9, minute = 0): string =>
  new Date(Date.UTC(2026, 5, number, hour, minute)).toISOString().slice(0, 19) + "Z";

const TITLES = [
  "Outlook plante à l'ouverture",
  "Outlok plante à l'ouverture",
  "Bonjour, Outlook plante à l'ouverture depuis lundi",
  "Outlook plante à la fermeture",
  "Écran noir au démarrage PC-4711",
  "écrans noirs au demarrage",
  "Écran bleu au démarrage",
  "Outlook crashes when opening",
];

/** Sixty incidents, days apart, of a few families. */
const incidents: Incident[] = Array.from({ length: 60 }, (_, index) => ({
  id: `T${String(index).padStart(3, "0")}`,
  title: TITLES[index % 7 === 3 ? 1 : index % TITLES.length]!,
  opened: day(index + 1),
}));

interface FamilyRow {
  family_id: string;
  label: string;
  tickets: number;
  is_catch_all: boolean;
  is_working_list: boolean;
  name: string;
  decision: string;
  category: string;
}

const FAMILIES = "select * from marts.mart_families where audience_id = 'group' order by family_id";
const MEMBERS =
  "select distinct incidents.ticket_id, family_id from intermediate.int_incident_families join intermediate.int_incidents as incidents using (ticket_key) join intermediate.int_family_parts using (family_key) order by all";
const OCCURRENCES =
  "select list_sort(list(incidents.native_id)) as tickets from intermediate.int_incident_occurrences join intermediate.int_tickets as incidents using (ticket_key) group by occurrence_key order by 1";

const decisions = (lines: Record<string, string>[]): string =>
  [
    DECISION_COLUMNS.join(";"),
    ...lines.map((line) =>
      DECISION_COLUMNS.map(
        (name) =>
          line[name] ??
          { decided_by: "A. Manager", decided_on: "2026-10-02" }[name as string] ??
          "",
      ).join(";"),
    ),
  ].join("\r\n");

describe("families", () => {
  test("are the same whatever the order of files and the number of threads", async () => {
    await using folder = await temporaryFolder();
    const cut = (from: number, to: number) => incidents.slice(from, to);
    const one = await recurrenceOf(folder.path, [incidents], [FAMILIES, MEMBERS], { name: "one" });
    const two = await recurrenceOf(
      folder.path,
      [cut(40, 60).toReversed(), cut(0, 20), cut(20, 40)],
      [FAMILIES, MEMBERS],
      { name: "two", threads: 1 },
    );
    expect(two.answers).toEqual(one.answers);
    expect(one.answers[0]!.length).toBeGreaterThan(3);
  });

  test("keep their identity when a month is added, and the ledger is only added to", async () => {
    await using folder = await temporaryFolder();
    const early = incidents.slice(0, 30);
    const ledgerPath = join(folder.path, "project/state/families.csv");
    const before = await recurrenceOf(folder.path, [early], [MEMBERS]);
    const ledger = await readFile(ledgerPath, "utf8");
    const after = await recurrenceOf(folder.path, [early, incidents.slice(30)], [MEMBERS]);
    expect(after.answers[0]!.slice(0, 30)).toEqual(before.answers[0]);
    expect((await readFile(ledgerPath, "utf8")).startsWith(ledger)).toBe(true);
  });

  test("are not rebuilt again by what the run wrote to the ledger, nor changed by it", async () => {
    await using folder = await temporaryFolder();
    const first = await recurrenceOf(folder.path, [incidents], [FAMILIES]);
    expect(first.skippedAgain).toBe(true);
    const state = join(folder.path, "project/state");
    const ledger = await readFile(join(state, "families.csv"), "utf8");
    const second = await recurrenceOf(folder.path, [incidents], [FAMILIES], { name: "b", state });
    expect(second.answers).toEqual(first.answers);
    expect(await readFile(join(state, "families.csv"), "utf8")).toBe(ledger);
  });

  test("have the id that the ledger gives them, be it by the digest or, as it once was, by the words", async () => {
    await using folder = await temporaryFolder();
    const leaders = "select family_id, leader from intermediate.int_family_list order by all";
    const first = await recurrenceOf(folder.path, [incidents], [leaders], { name: "first" });
    const [family] = first.answers[0]! as { family_id: string; leader: string }[];
    const ledger = await readFile(join(folder.path, "first/state/families.csv"), "utf8");
    const digests = ledger.replaceAll(family!.family_id, "F-00000000aa");
    const words = digests.replaceAll(ledgerKey(family!.leader), family!.leader);
    expect(words).not.toBe(digests);
    for (const [name, text] of Object.entries({ digests, words })) {
      const state = join(folder.path, `state-${name}`);
      await mkdir(state);
      await writeFile(join(state, "families.csv"), text);
      const { answers } = await recurrenceOf(folder.path, [incidents], [leaders], { name, state });
      expect(answers[0]).toContainEqual({ ...family, family_id: "F-00000000aa" });
      expect(answers[0]!.length).toBe(first.answers[0]!.length);
    }
  });

  test("of two languages meet by the lexicon only", async () => {
    await using folder = await temporaryFolder();
    const both = [
      { id: "A", title: "imprimante en panne au démarrage", opened: day(1) },
      { id: "B", title: "printer broken at startup", opened: day(2) },
    ];
    const apart = await recurrenceOf(folder.path, [both], [MEMBERS], { name: "apart" });
    expect(new Set(apart.answers[0]!.map(({ family_id }) => family_id)).size).toBe(2);
    const state = join(folder.path, "state");
    await mkdir(state);
    await writeFile(
      join(state, "lexicon.csv"),
      "word;same\nprinter;imprimante\nbroken;panne\nstartup;démarrage\n",
    );
    const met = await recurrenceOf(folder.path, [both], [MEMBERS], {
      name: "met",
      state,
    });
    expect(new Set(met.answers[0]!.map(({ family_id }) => family_id)).size).toBe(1);
  });

  test("follow a person who names, merges, splits and rejects", async () => {
    await using folder = await temporaryFolder();
    const state = join(folder.path, "state");
    const first = await recurrenceOf(folder.path, [incidents], [FAMILIES], { state });
    const by = (words: string, found: Record<string, unknown>[]) =>
      (found as unknown as FamilyRow[]).find(({ label }) => label.includes(words))!;
    const opening = by("l'ouverture", first.answers[0]!);
    const closing = by("fermeture", first.answers[0]!);
    const black = by("noir", first.answers[0]!);
    const blue = by("bleu", first.answers[0]!);
    await writeFile(
      join(state, "decisions.csv"),
      decisions([
        { family_id: closing.family_id, decision: "merge_into", reference: opening.family_id },
        { family_id: opening.family_id, name: "Outlook plante" },
        { family_id: black.family_id, decision: "split" },
        { family_id: blue.family_id, decision: "reject" },
      ]),
    );
    const { answers } = await recurrenceOf(
      folder.path,
      [incidents],
      [FAMILIES, "select event, family_id, other_family_id from reference.family_ledger"],
      { name: "decided", state },
    );
    const found = new Map(answers[0]!.map((row) => [row.family_id, row]));
    expect(found.has(closing.family_id)).toBe(false);
    expect(found.get(opening.family_id)).toMatchObject({
      name: "Outlook plante",
      tickets: opening.tickets + closing.tickets,
    });
    expect(found.get(blue.family_id)!.is_recurrent).toBe(false);
    expect(found.get(black.family_id)!.tickets).toBeLessThanOrEqual(black.tickets);
  });

  test("with a title of a form are catch-alls, split by category and off the working list", async () => {
    await using folder = await temporaryFolder();
    const given = Array.from({ length: 40 }, (_, index) => ({
      id: `T${index}`,
      title: index % 2 === 0 ? "Mot de passe" : "Intervention technique",
      opened: day(60 + index),
      category: `Category ${(index >> 1) % 6}`,
    }));
    const rest = given.map((incident) => ({
      ...incident,
      id: `U${incident.id}`,
      opened: day(61, 10, Number(incident.id.slice(1))),
      title: "Intervention technique",
    }));
    const { answers } = await recurrenceOf(folder.path, [given, rest], [FAMILIES]);
    expect(answers[0]!.length).toBe(12);
    expect(
      answers[0]!.every(({ is_catch_all, is_working_list }) => is_catch_all && !is_working_list),
    ).toBe(true);
    expect(new Set(answers[0]!.map(({ category }) => category)).size).toBe(6);
  });

  test("show no e-mail, name, number or machine", async () => {
    await using folder = await temporaryFolder();
    const secrets = Array.from({ length: 12 }, (_, index) => ({
      id: `T${index}`,
      title: [
        `Imprimante bloquée pour Marie Dupont ${index} PC-47${index}`,
        "Imprimante bloquée jean.martin@lumen.fr 01 23 45 67 89",
        "Imprimante bloquée chez Mme Zylberstein 10.1.2.3",
        index === 3 ? "Imprimante bloquée Quadrifoglio" : "Imprimante bloquée",
      ][index % 4]!,
      opened: day(index + 1),
    }));
    const { answers } = await recurrenceOf(
      folder.path,
      [secrets],
      [
        "select concat_ws('; ', label, sample_2, sample_3, sample_4, sample_5, key_words) as shown from marts.mart_families",
      ],
    );
    const text = JSON.stringify(answers);
    expect(text).toContain("Imprimante bloquée");
    expect(text).not.toMatch(/@|Marie|Dupont|Zylberstein|martin|Quadrifoglio|\d/i);
  });
});

describe("an occurrence", () => {
  const asset = "PRN-1";
  const same = { title: "Imprimante en panne", service: "impression" };
  test.each<[string, Incident[], string[][]]>([
    [
      "takes in its children and declared duplicates, however late",
      [
        { id: "A", ...same, opened: day(1) },
        { id: "B", title: "Plus rien ne marche", opened: day(3), parent: "A" },
        { id: "C", ...same, opened: day(9), duplicate_of: "B" },
      ],
      [["A", "B", "C"]],
    ],
    [
      "of one asset reaches 60 minutes from its first ticket, not from its last",
      [
        { id: "A", ...same, asset, opened: day(1, 9, 0) },
        { id: "B", ...same, asset, opened: day(1, 9, 40) },
        { id: "C", ...same, asset, opened: day(1, 10, 0) },
        { id: "D", ...same, asset, opened: day(1, 10, 20) },
        { id: "E", ...same, asset, opened: day(1, 11, 21) },
      ],
      [["A", "B", "C"], ["D"], ["E"]],
    ],
    [
      "of one asset reaches 24 hours while its first ticket is open",
      [
        { id: "A", ...same, asset, opened: day(1), resolved: day(4) },
        { id: "B", ...same, asset, opened: day(2, 9, 0) },
        { id: "C", ...same, asset, opened: day(2, 9, 1) },
        { id: "D", ...same, asset: "PRN-2", opened: day(1, 9, 1) },
      ],
      [["A", "B"], ["C"], ["D"]],
    ],
    [
      "without an asset reaches 60 minutes at one site, open or not",
      [
        { id: "A", ...same, opened: day(1, 9, 0), resolved: day(4) },
        { id: "B", ...same, opened: day(1, 10, 0) },
        { id: "C", ...same, opened: day(1, 10, 1) },
        { id: "D", ...same, opened: day(1, 9, 30), site: "lyon" },
      ],
      [["A", "B"], ["C"], ["D"]],
    ],
    [
      "holds tickets that name each other in a circle once",
      [
        { id: "A", ...same, opened: day(1), duplicate_of: "B" },
        { id: "B", ...same, opened: day(5), duplicate_of: "A" },
      ],
      [["A", "B"]],
    ],
  ])("%s", async (_title, given, expected) => {
    await using folder = await temporaryFolder();
    const { answers } = await recurrenceOf(folder.path, [given], [OCCURRENCES]);
    const found = answers[0]!.map(({ tickets }) =>
      Array.isArray(tickets) ? tickets : (tickets as { items: string[] }).items,
    );
    expect(found).toEqual(expected);
  });
});

describe("the ServiceNow log", () => {
  test("has its coded symptoms for texts, never masked", async () => {
    const log = await readWarehouse(inject("log"));
    const found = await rows<{ label: string }>(
      log,
      "select distinct label from marts.mart_families order by 1",
    );
    expect(found.map(({ label }) => label)).toContain("Symptom 491");
    expect(found.every(({ label }) => /^Symptom \d+$/.test(label))).toBe(true);
  });
});
