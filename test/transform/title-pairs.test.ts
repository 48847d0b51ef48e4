import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { leadersOf } from "../../transform/near-duplicates.ts";
import { signatureOf } from "../../transform/signature.ts";

interface Pair {
  title_a: string;
  title_b: string;
  service: string;
  same: "true" | "false";
  kind: string;
}

const pairs: Pair[] = parse(await readFile("test/fixtures/recurrence/title-pairs.csv", "utf8"), {
  columns: true,
});

/** The family of every title of the fixture, as if each had been one ticket. */
function familiesOf(titles: readonly { title: string; service: string }[]): Map<string, string> {
  const signatures = new Map<
    string,
    { service: string; tickets: number; languages: Set<string> }
  >();
  const signed = titles.map(({ title, service }) => {
    const { signature, language } = signatureOf(title);
    const key = `${service}\n${signature}`;
    const found = signatures.get(key) ?? { service, tickets: 0, languages: new Set() };
    found.tickets += 1;
    if (language !== "") found.languages.add(language);
    signatures.set(key, found);
    return { key, text: `${service}\n${title}` };
  });
  const keys = [...signatures.keys()];
  const leaders = leadersOf(
    keys.map((key) => {
      const { service, tickets, languages } = signatures.get(key)!;
      const language = languages.size === 1 ? [...languages][0]! : "";
      return {
        service,
        signature: key.slice(service.length + 1),
        tickets,
        language,
        ledgerOrder: null,
      };
    }),
  );
  const families = new Map(keys.map((key, index) => [key, leaders[index]!]));
  return new Map(signed.map(({ key, text }) => [text, families.get(key)!]));
}

interface Score {
  found: number;
  missed: number;
  wrong: number;
}

const ratio = (part: number, whole: number): string =>
  whole === 0 ? "—" : (part / whole).toFixed(3);

/** One line a group: recall and precision of the pairs that are the same. */
function table(title: string, scores: ReadonlyMap<string, Score & { pairs: number }>): string {
  const lines = [...scores].map(
    ([group, { pairs: size, found, missed, wrong }]) =>
      `${group.padEnd(26)} ${String(size).padStart(5)}  recall ${ratio(found, found + missed)}  precision ${ratio(found, found + wrong)}  missed ${missed}  wrong ${wrong}`,
  );
  return [title, ...lines].join("\n");
}

describe("the labelled pairs of titles", () => {
  let isSame: (pair: Pair) => boolean;
  beforeAll(() => {
    const titles = new Map<string, { title: string; service: string }>();
    for (const { title_a, title_b, service } of pairs)
      for (const title of [title_a, title_b])
        titles.set(`${service}\n${title}`, { title, service });
    const families = familiesOf([...titles.values()]);
    isSame = ({ title_a, title_b, service }) =>
      families.get(`${service}\n${title_a}`) === families.get(`${service}\n${title_b}`);
  });

  function scoresBy(group: (pair: Pair) => string) {
    const scores = new Map<string, Score & { pairs: number }>();
    const names = [...new Set(pairs.map(group))].toSorted();
    for (const name of names) scores.set(name, { pairs: 0, found: 0, missed: 0, wrong: 0 });
    for (const pair of pairs) {
      const score = scores.get(group(pair))!;
      score.pairs += 1;
      if (pair.same === "true") score[isSame(pair) ? "found" : "missed"] += 1;
      else if (isSame(pair)) score.wrong += 1;
    }
    return scores;
  }

  test("are at least 2,000, a third or more of them different", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(2000);
    expect(pairs.filter(({ same }) => same === "false").length).toBeGreaterThan(pairs.length / 3);
  });

  test("meet with a recall of at least 0.90 and a precision of at least 0.98", () => {
    const tokens = ({ title_a, title_b }: Pair) =>
      Math.min(
        ...[title_a, title_b].map((title) => signatureOf(title).signature.split(" ").length),
      );
    const all = scoresBy(() => "all").get("all")!;
    console.info(
      table(
        "by tokens of the shorter title",
        scoresBy((pair) => `${tokens(pair)}`),
      ),
    );
    console.info(
      table(
        "by kind",
        scoresBy(({ kind }) => kind),
      ),
    );
    console.info(
      table(
        "together",
        scoresBy(() => "all"),
      ),
    );
    if (process.env["VIGIE_PAIRS"])
      for (const pair of pairs)
        if (isSame(pair) !== (pair.same === "true"))
          console.info(
            pair,
            signatureOf(pair.title_a).signature,
            "|",
            signatureOf(pair.title_b).signature,
          );
    expect(all.found / (all.found + all.missed)).toBeGreaterThanOrEqual(0.9);
    expect(all.found / (all.found + all.wrong)).toBeGreaterThanOrEqual(0.98);
  });

  test("never meet across languages", () => {
    const met = pairs.filter((pair) => pair.kind === "translation" && isSame(pair));
    expect(met).toEqual([]);
  });
});
