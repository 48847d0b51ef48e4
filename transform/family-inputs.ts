import type { LedgerEntry, Member } from "./family-identity.ts";
import { signaturesOf } from "./ledger-key.ts";
import type { Columns } from "./table-model.ts";

/** What identity is read from, for the models that give it. */
export const IDENTITY_READS = {
  "intermediate.int_family_members": [
    "service",
    "leader",
    "category",
    "signature",
    "nearest",
    "tickets",
    "first_second",
    "first_ticket_key",
  ],
  "reference.family_ledger": [
    "entry",
    "family_id",
    "service",
    "leader",
    "anchor",
    "category",
    "event",
    "other_family_id",
  ],
} as const;

/** Columns as rows. */
function rowsOf(columns: Columns): Record<string, unknown>[] {
  const names = Object.keys(columns);
  return (columns[names[0]!] ?? []).map((_, index) =>
    Object.fromEntries(names.map((name) => [name, columns[name]![index]])),
  );
}

/** Members and ledger of the relations of `IDENTITY_READS`. */
export function identityInputs(inputs: Record<string, Columns>): {
  members: Member[];
  ledger: LedgerEntry[];
} {
  const members = rowsOf(inputs["intermediate.int_family_members"]!).map(
    ({ first_second, first_ticket_key, ...member }) =>
      ({
        ...member,
        firstSecond: Number(first_second),
        firstTicketKey: first_ticket_key,
      }) as Member,
  );
  const entries = rowsOf(inputs["reference.family_ledger"]!) as Record<string, string>[];
  const signatures = signaturesOf(
    new Set(entries.flatMap(({ leader, anchor }) => [leader!, anchor!])),
    members.map(({ signature }) => signature),
  );
  const ledger = entries.map(
    ({ family_id, other_family_id, leader, anchor, ...entry }) =>
      ({
        ...entry,
        leader: signatures.get(leader!) ?? leader,
        anchor: signatures.get(anchor!) ?? anchor,
        familyId: family_id,
        otherFamilyId: other_family_id,
      }) as unknown as LedgerEntry,
  );
  return { members, ledger };
}
