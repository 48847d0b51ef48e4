import { z } from "zod";
import { choice, flag, id, instant, pastInstant, person, text } from "./field.ts";
import { observation } from "./observation.ts";

/** A change to the information system (DEFINITIONS 37 to 39). Key: native_id. */
export const change = z
  .strictObject({
    native_id: id("The source's own key"),
    number: id("The number people quote").optional(),
    ...observation,
    type: choice(["standard", "normal", "emergency"], "Type of change").optional(),
    title: text("Short description").optional(),
    status: choice(
      [
        "new",
        "assessing",
        "authorised",
        "scheduled",
        "implementing",
        "review",
        "closed",
        "cancelled",
      ],
      "Canonical status",
    ).optional(),
    risk: choice(["low", "moderate", "high"], "Assessed risk").optional(),
    category: id("Category").optional(),
    service: id("Service concerned").optional(),
    site: id("Site concerned").optional(),
    asset: id("Native id of the asset changed").optional(),
    assignment_group: id("Group in charge").optional(),
    requester: person("Who asked").optional(),
    opened_at: pastInstant("When it was asked for"),
    approved_at: pastInstant("When it was approved").optional(),
    rejected_at: pastInstant("When it was rejected").optional(),
    planned_start_at: instant("Planned start").optional(),
    planned_end_at: instant("Planned end").optional(),
    actual_start_at: pastInstant("Actual start").optional(),
    actual_end_at: pastInstant("Actual end").optional(),
    closed_at: pastInstant("Closure").optional(),
    close_code: choice(
      ["successful", "successful_with_issues", "unsuccessful", "rolled_back"],
      "Declared outcome",
    ).optional(),
    is_unauthorised: flag("True when implemented without approval").optional(),
    bundle: id("Release or maintenance window it belongs to").optional(),
  })
  .meta({ title: "change", key: ["native_id"] });
