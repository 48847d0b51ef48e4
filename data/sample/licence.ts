import { Dice } from "./dice.ts";
import { commaCell, ExportFile } from "./export-file.ts";
import { userName } from "./person.ts";
import { siteOf } from "./site.ts";
import { clockText, dateText, DAY, dayOf, frenchDate, HOUR, wall } from "./wall-clock.ts";

/** A licensed product: rights held, units used, and of those how many not used for 90 days. */
interface Product {
  product: string;
  metric: "user" | "device" | "core" | "";
  entitled: number;
  used: number;
  idle: number;
  ends: string;
  cost: number;
  truth?: string;
}

export const PRODUCTS: readonly Product[] = [
  {
    product: "Lumenea CAO",
    metric: "user",
    entitled: 120,
    used: 143,
    idle: 2,
    ends: "2026-12-31",
    cost: 96_000,
    truth: "overused",
  },
  {
    product: "Diagrammo Pro",
    metric: "user",
    entitled: 200,
    used: 188,
    idle: 121,
    ends: "2027-03-31",
    cost: 31_000,
    truth: "idle",
  },
  {
    product: "Basalte Serveur",
    metric: "",
    entitled: 32,
    used: 0,
    idle: 0,
    ends: "2027-06-30",
    cost: 148_000,
    truth: "use unknown",
  },
  {
    product: "Suite bureautique",
    metric: "user",
    entitled: 600,
    used: 571,
    idle: 14,
    ends: "2027-01-31",
    cost: 132_000,
  },
  {
    product: "Traduzio",
    metric: "user",
    entitled: 60,
    used: 44,
    idle: 3,
    ends: "2026-12-15",
    cost: 7200,
  },
  {
    product: "Garde-poste",
    metric: "device",
    entitled: 900,
    used: 861,
    idle: 9,
    ends: "2027-05-31",
    cost: 27_000,
  },
];

const END = wall("2026-10-31");

/** Writes what is held and what is used of each licensed product, as ServiceNow's register of software has them. */
export function writeLicences(folder: string, seed: number): ExportFile[] {
  const dice = new Dice(seed, "licences");
  const rights = new ExportFile(
    folder,
    "servicenow/alm_license.csv.gz",
    "asset_tag,product,entity,metric,rights,start_date,end_date,cost",
  );
  const uses = new ExportFile(
    folder,
    "servicenow/samp_sw_usage.csv.gz",
    "sys_id,product,entity,metric,units,assigned_to,last_used",
  );
  for (const [index, { product, metric, entitled, used, idle, ends, cost }] of PRODUCTS.entries()) {
    const start = dateText(dayOf(wall(ends)) - 364);
    rights.write(
      [
        `LIC-${String(index + 1).padStart(3, "0")}`,
        product,
        "lumen-france",
        metric,
        String(entitled),
        start,
        ends,
        `${cost}.00`,
      ]
        .map(commaCell)
        .join(","),
    );
    for (let unit = 0; unit < used; unit += 1) {
      const days = unit < idle ? dice.whole(95, 300) : dice.whole(0, 60);
      const at = END - days * DAY + dice.whole(8 * HOUR, 18 * HOUR);
      const site = siteOf(
        dice.pick({ entries: ["paris", "lyon", "strasbourg"], upTo: Float64Array.of(6, 8, 10) }),
      );
      uses.write(
        [
          `USE${index}${String(unit).padStart(5, "0")}`,
          product,
          "lumen-france",
          metric,
          "1",
          userName(site, (unit * 3) % site.users),
          `${frenchDate(dayOf(at))} ${clockText(at)}`,
        ]
          .map(commaCell)
          .join(","),
      );
    }
  }
  return [rights, uses];
}
