import { Dice, weighted } from "./dice.ts";
import { commaCell, ExportFile, quotedCell } from "./export-file.ts";
import { WAVE } from "./family.ts";
import { userName } from "./person.ts";
import type { Service, ServiceId } from "./service.ts";
import { SITES } from "./site.ts";
import type { Site } from "./site.ts";
import type { SourceId } from "./source.ts";
import { dateText, dayOf, wall } from "./wall-clock.ts";

type Kind =
  | "laptop"
  | "desktop"
  | "printer"
  | "phone"
  | "point_of_sale"
  | "terminal"
  | "switch"
  | "server";

export interface Asset {
  id: string;
  site: Site;
  kind: Kind;
  maker: string;
  model: string;
  status: "in_use" | "in_stock" | "in_repair" | "retired" | "lost";
  /** Days counted from 1970; null where the register does not say. */
  boughtOn: number;
  inServiceOn: number | null;
  warrantyEndsOn: number | null;
  supportEndsOn: number | null;
  retiredOn: number | null;
  user: string;
  serial: string;
  cost: number;
}

/** Maker, model, price and the last day of its support. */
const MODELS: Record<Kind, readonly (readonly [string, string, number, string, number])[]> = {
  laptop: [
    ["Veltron", "Veltron Flex 14 G2", 1150, "2027-06-30", 24],
    ["Veltron", "Veltron Flex 14 G3", 1240, "2029-06-30", 22],
    ["Nordika", "Nordika Pro 13", 1390, "2026-12-31", 20],
    ["Nordika", "Nordika Pro 15", 1620, "2028-12-31", 18],
    ["Asaki", "Asaki L5", 890, "2026-03-31", 16],
  ],
  desktop: [
    ["Veltron", "Veltron Tower 7", 760, "2027-03-31", 60],
    ["Asaki", "Asaki Mini", 540, "2028-03-31", 40],
  ],
  printer: [
    ["Copalis", "Copalis C4500", 2900, "2028-12-31", 70],
    ["Copalis", "Copalis Z200", 1100, "2026-11-30", 30],
  ],
  phone: [["Telmor", "Telmor One", 420, "2027-09-30", 100]],
  point_of_sale: [["Kaissa", "Kaissa T2", 980, "2027-01-31", 100]],
  terminal: [["Rugex", "Rugex 10", 1480, "2027-12-31", 100]],
  switch: [["Netvar", "Netvar 48P", 3100, "2028-06-30", 100]],
  server: [["Veltron", "Veltron Rack 2U", 7800, "2028-06-30", 100]],
};
const KINDS: readonly (readonly [Kind, number, string])[] = [
  ["laptop", 0.6, "LT"],
  ["desktop", 0.12, "PC"],
  ["printer", 0.07, "IMP"],
  ["phone", 0.09, "TEL"],
  ["point_of_sale", 0.03, "CAI"],
  ["terminal", 0.04, "TER"],
  ["switch", 0.03, "SW"],
  ["server", 0.02, "SRV"],
];

/** Assets that a service's incidents are about, and how often the ticket names one. */
const NAMED: Partial<Record<ServiceId, readonly [readonly Kind[], number]>> = {
  poste: [["laptop", "desktop"], 0.78],
  impression: [["printer"], 0.82],
  telephonie: [["phone"], 0.45],
  caisse: [["point_of_sale"], 0.8],
  atelier: [["terminal"], 0.55],
  reseau: [["switch"], 0.25],
  gestion: [["server"], 0.05],
  fichiers: [["server"], 0.12],
  visio: [["laptop"], 0.2],
  messagerie: [["laptop"], 0.15],
  intranet: [["server"], 0.04],
};

/** The group's register of assets. */
export class Register {
  readonly assets: Asset[] = [];
  readonly #bySite = new Map<string, Map<Kind, Asset[]>>();

  constructor(seed: number, count: number) {
    const dice = new Dice(seed, "assets");
    const users = SITES.reduce((sum, site) => sum + site.users, 0);
    for (const site of SITES) {
      const kinds = new Map<Kind, Asset[]>();
      for (const [kind, share, prefix] of KINDS) {
        const wanted = Math.max(2, Math.round((count * share * site.users) / users));
        const made = Array.from({ length: wanted }, (_, index) =>
          draw(dice, site, kind, `${prefix}-${site.code}-${String(index + 1).padStart(4, "0")}`),
        );
        if (kind === "server" && site.id === WAVE.site)
          made[0] = { ...made[0]!, id: WAVE.asset, status: "in_use" };
        // The oldest first: they break most.
        kinds.set(
          kind,
          made.toSorted((a, b) => a.boughtOn - b.boughtOn || (a.id < b.id ? -1 : 1)),
        );
        this.assets.push(...made);
      }
      this.#bySite.set(site.id, kinds);
    }
  }

  ofModel(site: Site, model: string): string[] {
    return this.assets
      .filter(
        (asset) =>
          asset.site === site &&
          asset.model === model &&
          asset.status !== "lost" &&
          (asset.inServiceOn ?? 0) < dayOf(wall("2024-11-01")),
      )
      .map(({ id }) => id);
  }

  /** The asset an incident names, in service that day; mostly none. */
  namedBy(site: Site, service: Service, dice: Dice): string {
    const named = NAMED[service.id];
    if (!named || !dice.chance(named[1])) return "";
    const assets = this.#bySite.get(site.id)!.get(dice.one(named[0]))!;
    return assets[Math.floor(dice.next() ** 1.25 * assets.length)]!.id;
  }
}

function draw(dice: Dice, site: Site, kind: Kind, id: string): Asset {
  const models = weighted(MODELS[kind].map((model) => [model, model[4]] as const));
  const [maker, model, price, support] = dice.pick(models);
  const newest = model.endsWith("G3") ? dayOf(wall("2024-06-01")) : dayOf(wall("2020-03-01"));
  const boughtOn = dice.whole(
    newest,
    dayOf(wall(model.endsWith("G2") ? "2024-05-01" : "2026-06-01")),
  );
  const isRetired = dice.chance(0.05);
  const isOld = boughtOn < dayOf(wall("2023-01-01"));
  return {
    id,
    site,
    kind,
    maker,
    model,
    boughtOn,
    status:
      isRetired && isOld
        ? "retired"
        : dice.pick(
            weighted([
              ["in_use", 92],
              ["in_stock", 5],
              ["in_repair", 2],
              ["lost", 1],
            ] as const),
          ),
    inServiceOn: dice.chance(0.04) ? null : boughtOn + dice.whole(5, 60),
    warrantyEndsOn: dice.chance(0.08) ? null : boughtOn + 365 * (kind === "server" ? 5 : 3),
    supportEndsOn: dice.chance(0.06) ? null : dayOf(wall(support)),
    retiredOn:
      isRetired && isOld ? dice.whole(dayOf(wall("2025-02-01")), dayOf(wall("2026-10-20"))) : null,
    user:
      kind === "laptop" || kind === "desktop" || kind === "phone"
        ? userName(site, dice.whole(0, site.users))
        : "",
    serial: `${maker.slice(0, 2).toUpperCase()}${String(dice.whole(10_000_000, 99_999_999))}`,
    cost: price + dice.whole(-40, 60),
  };
}

const dateOrNone = (day: number | null): string => (day === null ? "" : dateText(day));
const STATUSES: Record<SourceId, Record<Asset["status"], string>> = {
  servicenow: {
    in_use: "In use",
    in_stock: "In stock",
    in_repair: "In maintenance",
    retired: "Retired",
    lost: "Missing",
  },
  glpi: {
    in_use: "En service",
    in_stock: "En stock",
    in_repair: "En réparation",
    retired: "Réformé",
    lost: "Perdu",
  },
  jira: {
    in_use: "In use",
    in_stock: "In stock",
    in_repair: "In repair",
    retired: "Disposed",
    lost: "Lost",
  },
};
const FILES: Record<SourceId, readonly [string, string, string, string]> = {
  servicenow: [
    "servicenow/alm_hardware.csv.gz",
    "asset_tag,display_name,model_category,install_status,manufacturer,model,serial_number,location,assigned_to,purchase_date,install_date,warranty_expiration,u_support_end,retired,cost",
    ",",
    "\n",
  ],
  glpi: [
    "glpi/parc.csv.gz",
    "Numéro d'inventaire;Nom;Type;Statut;Fabricant;Modèle;Numéro de série;Lieu;Utilisateur;Date d'achat;Date de mise en service;Date d'expiration de la garantie;Fin de support;Date de réforme;Valeur",
    ";",
    "\r\n",
  ],
  jira: [
    "jira/assets.csv.gz",
    "Key,Name,Object type,Status,Manufacturer,Model,Serial,Site,Owner,Purchased,Deployed,Warranty end,Support end,Disposed,Cost",
    ",",
    "\n",
  ],
};

/** Writes the register as each tool exports its part. */
export function writeAssets(folder: string, { assets }: Register): ExportFile[] {
  return (["servicenow", "glpi", "jira"] as const).map((source) => {
    const [name, header, separator, lineEnd] = FILES[source];
    const cell = source === "glpi" ? quotedCell : commaCell;
    const file = new ExportFile(
      folder,
      name,
      header.split(separator).map(cell).join(separator),
      lineEnd,
    );
    for (const asset of assets.filter(({ site }) => site.source === source)) {
      const values = [
        asset.id,
        asset.id,
        asset.kind,
        STATUSES[source][asset.status],
        asset.maker,
        asset.model,
        asset.serial,
        asset.site.label,
        asset.user,
        dateOrNone(asset.boughtOn),
        dateOrNone(asset.inServiceOn),
        dateOrNone(asset.warrantyEndsOn),
        dateOrNone(asset.supportEndsOn),
        dateOrNone(asset.retiredOn),
        `${asset.cost}.00`,
      ];
      file.write(values.map(cell).join(separator));
    }
    return file;
  });
}
