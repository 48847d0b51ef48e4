import { identify } from "../../family-identity.ts";
import { IDENTITY_READS, identityInputs } from "../../family-inputs.ts";
import type { TableModel } from "../../table-model.ts";

/** What this run adds to the ledger; it is written once the run has succeeded. */
export const model: TableModel = {
  grain: "one row per new entry of the family ledger",
  reads: { ...IDENTITY_READS },
  columns: {
    place: "integer",
    family_id: "varchar",
    event: "varchar",
    other_family_id: "varchar",
    service: "varchar",
    leader: "varchar",
    anchor: "varchar",
    category: "varchar",
  },
  rows: (inputs) => {
    const { members, ledger } = identityInputs(inputs);
    const { events } = identify(members, ledger);
    return {
      place: events.map((_, index) => index + 1),
      family_id: events.map(({ familyId }) => familyId),
      event: events.map(({ event }) => event),
      other_family_id: events.map(({ otherFamilyId }) => otherFamilyId),
      service: events.map(({ service }) => service),
      leader: events.map(({ leader }) => leader),
      anchor: events.map(({ anchor }) => anchor),
      category: events.map(({ category }) => category),
    };
  },
};
