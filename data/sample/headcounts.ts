import type { Site } from "./wall-time.ts";

/** Users and support agents (full-time equivalents) of a site in its first month, and users who join each month. */
const STAFF: Record<Site, { name: string; users: number; agents: number; joiners: number }> = {
  paris: { name: "Paris", users: 410, agents: 4, joiners: 2 },
  montreal: { name: "Montréal", users: 268, agents: 3.5, joiners: 1 },
};

/** The twelve months of the file; the months before it have no denominators. */
const MONTHS = Array.from({ length: 12 }, (_, index) =>
  new Date(Date.UTC(2025, 10 + index, 1)).toISOString().slice(0, 7),
);

/** Denominators by site and month, the sites by the names that people give them. */
export function headcountExport(): { text: string; records: number } {
  const rows = MONTHS.flatMap((month, index) =>
    Object.values(STAFF).map(({ name, users, agents, joiners }) => {
      // Summer trainees leave in September.
      const trainees = ["2026-07", "2026-08"].includes(month) ? 12 : 0;
      return `${month},${name},${users + joiners * index + trainees},${agents}`;
    }),
  );
  return {
    text: `${["month,site,users,agents", ...rows].join("\n")}\n`,
    records: rows.length,
  };
}
