import { z } from "zod";
import { count, date, id, pastInstant, text } from "./field.ts";
import { observation } from "./observation.ts";

/** A major incident as its review tells it (DEFINITIONS 25). Key: native_id. */
export const majorIncident = z
  .strictObject({
    native_id: id("The source's own key"),
    ...observation,
    ticket: id("Native id or number of its ticket").optional(),
    site: id("Site: an entity id or a name of the configuration").optional(),
    services: text("Services that were down, as written").optional(),
    started_at: pastInstant("When the service went down"),
    detected_at: pastInstant("When it was noticed").optional(),
    restored_at: pastInstant("When the service was back, by workaround or not").optional(),
    users: count("Users who were without the service").optional(),
    cause: text("Cause").optional(),
    actions: text("Actions decided").optional(),
  })
  .meta({ title: "major_incident", key: ["native_id"] });

/** A known error: a problem whose workaround is published. Key: native_id. */
export const knownError = z
  .strictObject({
    native_id: id("The source's own key"),
    ...observation,
    problem: id("Native id or number of its problem").optional(),
    title: text("Title"),
    workaround: text("Workaround").optional(),
    published_on: date("Day of the publication").optional(),
    times_used: count("Times the workaround was used").optional(),
  })
  .meta({ title: "known_error", key: ["native_id"] });
