import { z } from "zod";
import { amount, choice, count, date, id, text } from "./field.ts";

/** A node of the organisation (DEFINITIONS 3). It keeps its past: a move is a row with a later valid_from. */
export const entity = z
  .strictObject({
    native_id: id("Entity id, as the configuration writes it"),
    kind: choice(["group", "subsidiary", "site", "department"], "Kind of entity"),
    name: text("Name"),
    parent: id("Id of the parent entity").optional(),
    zone: id("IANA zone of a site").optional(),
    valid_from: date("First day of this position in the tree").optional(),
    valid_to: date("Last day of this position in the tree").optional(),
  })
  .meta({ title: "entity", key: ["native_id", "valid_from"] });

/** A service that users know and ask for. */
export const service = z
  .strictObject({
    native_id: id("Service id"),
    name: text("Name"),
    group: id("Group of services it belongs to").optional(),
    owner_group: id("Group answerable for it").optional(),
  })
  .meta({ title: "service", key: ["native_id"] });

/** Denominators of one month: users, agents, assets of an entity. */
export const headcount = z
  .strictObject({
    entity: id("Entity id"),
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
      .meta({ description: "Month, YYYY-MM" }),
    users: count("Users served").optional(),
    agents: amount("Support agents, full-time equivalents").optional(),
    assets: count("Assets in use").optional(),
  })
  .meta({ title: "headcount", key: ["entity", "month"] });
