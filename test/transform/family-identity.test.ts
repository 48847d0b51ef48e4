import { describe, expect, test } from "vitest";
import { identify, type LedgerEntry, type Member } from "../../transform/family-identity.ts";

const member = (leader: string, signature: string, firstSecond: number, rest = {}): Member => ({
  service: "s",
  leader,
  category: "",
  signature,
  nearest: leader,
  tickets: 2,
  firstSecond,
  firstTicketKey: firstSecond,
  ...rest,
});

const idsOf = (members: Member[], ledger: LedgerEntry[]) =>
  Object.fromEntries(
    identify(members, ledger).families.map(({ leader, category, familyId }) => [
      `${leader}${category}`,
      familyId,
    ]),
  );

describe("the identity of a family", () => {
  const first = identify([member("b", "a", 1), member("b", "b", 2), member("c", "c", 3)], []);
  const [ofB, ofC] = first.families.map(({ familyId }) => familyId) as [string, string];

  test("is written to the ledger when it is found, and nothing more once it is there", () => {
    expect(first.events.map(({ event, anchor }) => [event, anchor])).toEqual([
      ["found", "a"],
      ["found", "c"],
    ]);
    const again = identify(
      [member("b", "a", 1), member("b", "b", 2), member("c", "c", 3)],
      first.events,
    );
    expect(again.events).toEqual([]);
    expect(again.families).toEqual(first.families);
  });

  test("goes with its earliest member, and what it leaves is split from it", () => {
    const moved = [member("a", "a", 1), member("b", "b", 2), member("c", "c", 3)];
    const { events } = identify(moved, first.events);
    expect(idsOf(moved, first.events)).toMatchObject({ a: ofB, c: ofC });
    expect(events).toMatchObject([{ event: "split", anchor: "b", otherFamilyId: ofB }]);
  });

  test("is the earlier of two that meet; the merge is logged once, and undone when they part", () => {
    const met = [member("b", "a", 1), member("b", "b", 2), member("b", "c", 3)];
    const { families, events } = identify(met, first.events);
    expect(families.map(({ familyId }) => familyId)).toEqual([ofB]);
    expect(events).toMatchObject([{ event: "merged", familyId: ofC, otherFamilyId: ofB }]);
    const ledger = [...first.events, ...events];
    expect(identify(met, ledger).events).toEqual([]);
    const parted = identify([member("b", "a", 1), member("c", "c", 3)], ledger);
    expect(parted.events).toMatchObject([{ event: "split", familyId: ofC, otherFamilyId: ofB }]);
  });

  test("stays when an older ticket comes in late", () => {
    const late = [member("b", "a", 5), member("b", "b", 2), member("b", "z", 0)];
    expect(idsOf(late, first.events)).toEqual({ b: ofB });
  });

  test("of a family that becomes a catch-all goes to the part of its earliest ticket", () => {
    const parts = [member("b", "a", 4, { category: "X" }), member("b", "a", 1, { category: "Y" })];
    expect(idsOf(parts, first.events)["bY"]).toBe(ofB);
    expect(idsOf(parts, first.events)["bX"]).not.toBe(ofB);
  });
});
