import type { OfficeTime } from "./business-time.ts";
import type { Dice } from "./dice.ts";
import type { Site } from "./site.ts";
import type { Plant } from "./ticket.ts";

/** What planting takes. */
export interface PlanContext {
  dice: Dice;
  offices: ReadonlyMap<string, OfficeTime>;
  /** 1 at 60,000 tickets and above: how much of each planted truth there is. */
  scale: number;
  assetsOf: (site: Site, model: string) => readonly string[];
  waveChange: string;
  add: (plant: Plant) => void;
}

/** An open day of a site in `[from, to)`. */
export function openDay(context: PlanContext, site: Site, from: number, to: number): number {
  for (;;) {
    const day = context.dice.whole(from, to);
    if (context.offices.get(site.id)!.isOpen(day)) return day;
  }
}
