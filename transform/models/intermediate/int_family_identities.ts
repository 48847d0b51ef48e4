import { identify } from "../../family-identity.ts";
import { IDENTITY_READS, identityInputs } from "../../family-inputs.ts";
import type { TableModel } from "../../table-model.ts";

/** The ledger is followed entry by entry, which no select can say. */
export const model: TableModel = {
  grain:
    "one row per service x leader x category of a catch-all (place 0): the family it is before any person merged it; and one per new entry of the ledger",
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
    const { families, events } = identify(members, ledger);
    const found = [
      ...families.map((family) => ({
        ...family,
        place: 0,
        event: "",
        otherFamilyId: "",
        anchor: "",
      })),
      ...events.map((event, index) => ({ ...event, place: index + 1 })),
    ];
    return {
      place: found.map(({ place }) => place),
      family_id: found.map(({ familyId }) => familyId),
      event: found.map(({ event }) => event),
      other_family_id: found.map(({ otherFamilyId }) => otherFamilyId),
      service: found.map(({ service }) => service),
      leader: found.map(({ leader }) => leader),
      anchor: found.map(({ anchor }) => anchor),
      category: found.map(({ category }) => category),
    };
  },
};
