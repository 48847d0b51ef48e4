import { PARIS, TORONTO } from "./wall-clock.ts";
import type { Zone } from "./wall-clock.ts";

export type SourceId = "servicenow" | "glpi" | "jira";

/** Zone of each tool's exported times: where its server stands or, for GLPI, where it is set. */
export const SOURCE_ZONES: Record<SourceId, Zone> = {
  servicenow: PARIS,
  glpi: PARIS,
  jira: TORONTO,
};

/** Instants up to which the sources reach: the end of October in Paris; GLPI stops three days early. */
export const DATA_THROUGH: Record<SourceId, string> = {
  servicenow: "2026-11-01T00:00:00+01:00",
  glpi: "2026-10-29T00:00:00+01:00",
  jira: "2026-10-31T19:00:00-04:00",
};
