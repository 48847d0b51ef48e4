import { openDay } from "./plan-day.ts";
import type { PlanContext } from "./plan-day.ts";
import { serviceOf } from "./service.ts";
import { FIRST_DAY, SITES } from "./site.ts";
import type { Plant } from "./ticket.ts";
import { asWritten } from "./title.ts";
import { HOUR, MINUTE } from "./wall-clock.ts";

export interface PlannedMajor {
  id: string;
  parent: Plant;
  children: number;
  /** Minutes from the start to the detection and to the restoration. */
  detectionMinutes: number;
  restorationMinutes: number;
}

const MAJOR_TITLES = [
  "Messagerie indisponible pour tous",
  "SAP indisponible",
  "Coupure réseau générale",
  "Téléphonie coupée",
  "Accès VPN impossible pour tous",
  "Serveurs de fichiers arrêtés",
  "Authentification en panne générale",
  "Caisses hors service",
  "CRM indisponible",
];
const MAJOR_SERVICES = [
  "messagerie",
  "gestion",
  "reseau",
  "telephonie",
  "reseau",
  "fichiers",
  "acces",
  "caisse",
  "crm",
] as const;

/** Plants major incidents, each with the tickets that people opened for it. */
export function plantMajors(context: PlanContext, count: number): PlannedMajor[] {
  const { dice } = context;
  return Array.from({ length: count }, (_, index) => {
    const site = SITES[(index * 5) % SITES.length]!;
    const kind = index % MAJOR_TITLES.length;
    const service = serviceOf(MAJOR_SERVICES[kind]!);
    const day = openDay(context, site, FIRST_DAY + index * 40 + 5, FIRST_DAY + index * 40 + 35);
    const second = 9 * HOUR + dice.whole(0, 5 * HOUR);
    const id = `MI-${String(index + 1).padStart(2, "0")}`;
    const parent: Plant = {
      site,
      day,
      second,
      type: "incident",
      service,
      title: MAJOR_TITLES[kind]!,
      priority: "P1",
      channel: "monitoring",
      truth: id,
    };
    context.add(parent);
    const children = dice.whole(8, 24);
    for (let child = 0; child < children; child += 1) {
      const title = asWritten(dice, `${MAJOR_TITLES[kind]!} ?`, site, "fr", day);
      context.add({
        site,
        day,
        second: second + dice.whole(2 * MINUTE, 2 * HOUR),
        type: "incident",
        service,
        title,
        priority: "P2",
        parent,
        truth: `${id}-child`,
      });
    }
    return {
      id,
      parent,
      children,
      detectionMinutes: dice.whole(2, 25),
      restorationMinutes: dice.whole(40, 220),
    };
  });
}
