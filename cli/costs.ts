import { loadMetrics } from "../transform/metrics.ts";

/** Fields of a ticket of which any one gives what a figure needs. */
const SUPPLIES: Record<string, readonly string[]> = {
  status: ["status"],
  priority: ["priority"],
  resolution: ["resolved_at", "closed_at"],
  response: ["responded_at"],
  made_sla: ["made_sla", "due_at"],
  text: ["title", "symptom"],
  requester: ["requester"],
  service: ["service"],
  category: ["category"],
  channel: ["channel"],
  population: ["requester_population"],
  catalogue_item: ["catalogue_item"],
  support_level: ["support_level"],
  reassignment: ["reassignment_count"],
  first_contact: ["first_contact", "support_level"],
};

/** The figures (English names) that an export of tickets without some fields costs, by those fields. */
export async function costsOf(
  missing: readonly string[],
): Promise<{ fields: string; metrics: string[] }[]> {
  const metrics = await loadMetrics();
  return Object.entries(SUPPLIES)
    .filter(([, fields]) => fields.every((field) => missing.includes(field)))
    .map(([need, fields]) => ({
      fields: fields.join(" or "),
      metrics: metrics.filter(({ needs }) => needs.includes(need)).map(({ name }) => name.en),
    }))
    .filter(({ metrics: lost }) => lost.length > 0);
}
