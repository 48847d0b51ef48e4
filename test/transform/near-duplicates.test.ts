import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Candidate, leadersOf } from "../../transform/near-duplicates.ts";

const candidate = (signature: string, tickets: number): Candidate => ({
  service: "s",
  signature,
  tickets,
  language: "",
  ledgerOrder: null,
});

/** The candidates as a second run meets them: leaders of two tickets or more are in the ledger, in any order. */
function afterwards(candidates: readonly Candidate[], leaders: readonly string[]): Candidate[] {
  const sizes = new Map<string, number>();
  for (const [place, leader] of leaders.entries())
    sizes.set(leader, (sizes.get(leader) ?? 0) + candidates[place]!.tickets);
  return candidates.map((each, place) => ({
    ...each,
    ledgerOrder:
      leaders[place] === each.signature && sizes.get(each.signature)! >= 2
        ? candidates.length - place
        : null,
  }));
}

describe("a signature", () => {
  test("joins the leader that it shares most with, though one of more tickets was there before", () => {
    const candidates = [
      candidate("compte generique vole renouvellement contrat", 3),
      candidate("compte generique vole", 2),
      candidate("compte generique vole achat", 1),
    ];
    expect(leadersOf(candidates)).toEqual([
      "compte generique vole renouvellement contrat",
      "compte generique vole achat",
      "compte generique vole achat",
    ]);
  });

  test("has the leader of the first run in the second, whose ledger the first one wrote", () => {
    const word = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h");
    const given = fc
      .array(
        fc.tuple(
          fc.uniqueArray(word, { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 1, max: 4 }),
        ),
        { minLength: 2, maxLength: 40 },
      )
      .map((drawn) => {
        const uses = new Map(drawn.map(([words, n]) => [words.toSorted().join(" "), n]));
        return [...uses].map(([signature, tickets]) => candidate(signature, tickets));
      });
    fc.assert(
      fc.property(given, (candidates) => {
        const first = leadersOf(candidates);
        expect(leadersOf(afterwards(candidates, first))).toEqual(first);
      }),
      { numRuns: process.env["VIGIE_LONG"] ? 5_000 : 400 },
    );
  });
});
