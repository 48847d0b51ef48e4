import { signaturesOf } from "../../ledger-key.ts";
import { leadersOf } from "../../near-duplicates.ts";
import type { TableModel } from "../../table-model.ts";

/** Near-duplicates meet by leader clustering, which no select can say. Coded values and catch-alls lead themselves. */
export const model: TableModel = {
  grain: "one row per service x signature: the signature that leads its family",
  reads: {
    "intermediate.int_signatures": [
      "service",
      "signature",
      "is_coded",
      "tickets",
      "language",
      "is_catch_all",
    ],
    "reference.family_ledger": ["entry", "family_id", "service", "leader", "category", "event"],
    "reference.family_decisions": ["entry", "family_id", "decision"],
    "reference.lexicon": ["word", "same"],
  },
  columns: {
    service: "varchar",
    signature: "varchar",
    is_coded: "boolean",
    leader: "varchar",
    nearest: "varchar",
  },
  rows: (inputs) => {
    const { service, signature, is_coded, tickets, language, is_catch_all } =
      inputs["intermediate.int_signatures"]!;
    const ledger = inputs["reference.family_ledger"]!;
    const decisions = inputs["reference.family_decisions"]!;
    const lexicon = inputs["reference.lexicon"]!;
    const split = new Set(
      decisions["family_id"]!.filter((_, index) => decisions["decision"]![index] === "split"),
    );
    const orders = new Map<string, number>();
    const apart = new Set<string>();
    const led = ledger["leader"] as string[];
    const signatures = signaturesOf(new Set(led), signature as string[]);
    for (const [index, leader] of led.entries()) {
      const key = `${String(ledger["service"]![index])}\n${signatures.get(leader) ?? leader}`;
      if (!orders.has(key)) orders.set(key, ledger["entry"]![index] as number);
      if (split.has(ledger["family_id"]![index]!)) apart.add(key);
    }
    const keys = signature!.map((text, index) => `${String(service![index])}\n${String(text)}`);
    const places = [...signature!.keys()].filter(
      (index) => !is_coded![index] && !is_catch_all![index] && signature![index] !== "",
    );
    const found = leadersOf(
      places.map((index) => ({
        service: service![index] as string,
        signature: signature![index] as string,
        tickets: tickets![index] as number,
        language: language![index] as string,
        ledgerOrder: orders.get(keys[index]!) ?? null,
      })),
      new Map(
        lexicon["word"]!.map((word, index) => [word as string, lexicon["same"]![index] as string]),
      ),
    );
    const leader = [...(signature as string[])];
    const nearest = [...leader];
    // Where a person has split a family, each of its signatures leads itself.
    for (const [at, index] of places.entries()) {
      nearest[index] = found[at]!;
      if (!apart.has(`${String(service![index])}\n${found[at]!}`)) leader[index] = found[at]!;
    }
    return { service: service!, signature: signature!, is_coded: is_coded!, leader, nearest };
  },
};
