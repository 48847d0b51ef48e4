import { z } from "zod";
import { amount, choice, count, date, id, pastInstant, person, text } from "./field.ts";
import { observation } from "./observation.ts";

/** An asset or configuration item (DEFINITIONS 40). Key: native_id. */
export const asset = z
  .strictObject({
    native_id: id("The source's own key"),
    name: id("Name people know it by").optional(),
    ...observation,
    kind: id("Class: laptop, server, printer, application").optional(),
    status: choice(
      ["ordered", "in_stock", "in_use", "in_repair", "retired", "lost"],
      "Life cycle",
    ).optional(),
    manufacturer: id("Manufacturer").optional(),
    model: id("Model").optional(),
    serial_number: id("Serial number").optional(),
    site: id("Site").optional(),
    service: id("Service it supports").optional(),
    parent: id("Native id of the asset it belongs to").optional(),
    user: person("Who uses it").optional(),
    purchased_on: date("Purchase date").optional(),
    in_service_on: date("First day in service").optional(),
    warranty_ends_on: date("Last day of warranty").optional(),
    support_ends_on: date("Last day of the maker's support").optional(),
    retired_on: date("Last day in service").optional(),
    cost: amount("Purchase cost, in the group's currency").optional(),
  })
  .meta({ title: "asset", key: ["native_id"] });

/** What was bought of a licensed product. Key: native_id. */
export const entitlement = z
  .strictObject({
    native_id: id("The source's own key"),
    ...observation,
    product: id("Product"),
    entity: id("Entity that holds it").optional(),
    metric: choice(
      ["user", "device", "core", "subscription", "site", "other"],
      "What is counted",
    ).optional(),
    quantity: count("Rights held"),
    starts_on: date("First day valid").optional(),
    ends_on: date("Last day valid").optional(),
    cost: amount("Cost, in the group's currency").optional(),
  })
  .meta({ title: "entitlement", key: ["native_id"] });

/** Use of a licensed product by one user, device or other unit. Key: native_id. */
export const consumption = z
  .strictObject({
    native_id: id("The source's own key"),
    ...observation,
    product: id("Product"),
    entity: id("Entity it counts for").optional(),
    metric: choice(
      ["user", "device", "core", "subscription", "site", "other"],
      "What is counted",
    ).optional(),
    quantity: count("Units consumed"),
    asset: id("Native id of the asset").optional(),
    user: person("Who uses it").optional(),
    last_used_at: pastInstant("Last use").optional(),
    note: text("Remark").optional(),
  })
  .meta({ title: "consumption", key: ["native_id"] });
