import { identify } from "../../family-identity.ts";
import { IDENTITY_READS, identityInputs } from "../../family-inputs.ts";
import type { TableModel } from "../../table-model.ts";

/** The ledger is followed entry by entry, which no select can say. */
export const model: TableModel = {
  grain:
    "one row per service x leader x category of a catch-all: the family it is, before any person merged it",
  reads: { ...IDENTITY_READS },
  columns: {
    service: "varchar",
    leader: "varchar",
    category: "varchar",
    own_family_id: "varchar",
    tickets: "integer",
  },
  rows: (inputs) => {
    const { members, ledger } = identityInputs(inputs);
    const { families } = identify(members, ledger);
    return {
      service: families.map(({ service }) => service),
      leader: families.map(({ leader }) => leader),
      category: families.map(({ category }) => category),
      own_family_id: families.map(({ familyId }) => familyId),
      tickets: families.map(({ tickets }) => tickets),
    };
  },
};
