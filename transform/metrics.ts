import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const name = z.strictObject({ fr: z.string().min(1), en: z.string().min(1) });

const metricSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9_]+$/),
  name,
  definition: name,
  formula: z.string().min(1),
  unit: z.enum([
    "tickets",
    "percent",
    "seconds",
    "occurrences",
    "families",
    "problems",
    "incidents",
    "days",
    "user_hours",
    "rate",
    "changes",
    "assets",
    "licences",
  ]),
  /** Fields (or `commitment_<clock>`) without which the figure is withheld for a source. */
  needs: z.array(z.string()),
  /** Least share of usable records under which the figure is withheld; 0 to 1. */
  threshold: z.number().min(0).max(1).default(0.8),
  /** Rules of the definitions it follows. */
  rule: z.string(),
  ruling: name.optional(),
});

/** One entry of the metric dictionary. */
export type Metric = z.output<typeof metricSchema>;

/** File of the metric dictionary; the site copies it. */
export const METRICS_FILE = new URL("metrics.yaml", import.meta.url);

/** The metric dictionary, checked. */
export async function loadMetrics(): Promise<Metric[]> {
  return z.array(metricSchema).parse(parse(await readFile(METRICS_FILE, "utf8")));
}
