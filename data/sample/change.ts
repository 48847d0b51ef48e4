import type { Register } from "./asset.ts";
import type { OfficeTime } from "./business-time.ts";
import { Dice, weighted } from "./dice.ts";
import { WAVE } from "./family.ts";
import { userName } from "./person.ts";
import { SERVICES, serviceOf } from "./service.ts";
import type { Service } from "./service.ts";
import { END_DAY, FIRST_DAY, SITES, siteOf } from "./site.ts";
import type { Site } from "./site.ts";
import { dateText, DAY, HOUR, wall, weekdayOf } from "./wall-clock.ts";

export interface Change {
  number: string;
  site: Site;
  service: Service;
  type: "standard" | "normal" | "emergency";
  risk: "Low" | "Moderate" | "High";
  title: string;
  asset: string;
  requester: string;
  state: string;
  closeCode: string;
  isUnauthorised: boolean;
  bundle: string;
  /** Site-local wall times; null where it did not come to that before the end of the data. */
  openedAt: number;
  approvedAt: number | null;
  rejectedAt: number | null;
  plannedFrom: number;
  plannedTo: number;
  startedAt: number | null;
  endedAt: number | null;
  closedAt: number | null;
}

const TITLES = [
  "Mise à jour",
  "Correctif de sécurité",
  "Redémarrage planifié",
  "Changement de configuration",
  "Montée de version",
  "Remplacement de matériel",
  "Renouvellement de certificat",
  "Ajout de capacité",
  "Bascule de secours",
  "Ouverture de règle",
];
const TYPES = weighted([
  ["standard", 50],
  ["normal", 42],
  ["emergency", 8],
] as const);
const CODES = weighted([
  ["Successful", 88],
  ["Successful with issues", 5],
  ["Unsuccessful", 4],
  ["Rolled back", 3],
] as const);
const LEAD_DAYS = { standard: [1, 6], normal: [5, 25], emergency: [0, 1] } as const;
/** Evening of the last day of the exports: what is planned later has not happened. */
const END = END_DAY * DAY - 6 * HOUR;

function draw(
  dice: Dice,
  site: Site,
  office: OfficeTime,
  day: number,
  assets: readonly string[],
): Change {
  const type = dice.pick(TYPES);
  const service = dice.one(SERVICES);
  const openedAt = day * DAY + dice.whole(9 * HOUR, 17 * HOUR);
  let start = day + dice.whole(LEAD_DAYS[type][0], LEAD_DAYS[type][1]);
  while (!office.isOpen(start) || weekdayOf(start) === 5) start += 1;
  const isByDay = type === "standard" || dice.chance(0.25);
  const plannedFrom = Math.max(
    openedAt + HOUR,
    start * DAY + (isByDay ? dice.whole(9, 16) : dice.whole(19, 22)) * HOUR,
  );
  const length = dice.whole(1, 5) * HOUR;
  const change: Change = {
    number: "",
    site,
    service,
    type,
    risk: dice.pick(
      weighted([
        ["Low", 60],
        ["Moderate", 30],
        ["High", 10],
      ] as const),
    ),
    title: `${dice.one(TITLES)} ${service.labels.servicenow}`,
    asset: dice.chance(0.7) ? dice.one(assets) : "",
    requester: userName(site, dice.whole(0, 200)),
    state: "Scheduled",
    closeCode: "",
    isUnauthorised: dice.chance(0.015),
    bundle: dice.chance(0.12) ? `REL-${dateText(start).slice(0, 7)}` : "",
    openedAt,
    approvedAt: null,
    rejectedAt: null,
    plannedFrom,
    plannedTo: plannedFrom + length,
    startedAt: null,
    endedAt: null,
    closedAt: null,
  };
  return settled(dice, change, length);
}

function settled(dice: Dice, change: Change, length: number): Change {
  const decidedAt =
    change.openedAt +
    Math.floor((change.plannedFrom - change.openedAt) * (0.2 + 0.6 * dice.next()));
  const fate = dice.next();
  if (decidedAt > END) return { ...change, state: "Assess" };
  if (fate < 0.03)
    return { ...change, state: "Canceled", rejectedAt: decidedAt, closedAt: decidedAt };
  if (fate < 0.05)
    return { ...change, state: "Canceled", approvedAt: decidedAt, closedAt: decidedAt };
  const approved = { ...change, approvedAt: change.isUnauthorised ? null : decidedAt };
  const startedAt = change.plannedFrom + (dice.chance(0.2) ? dice.whole(600, 7200) : 0);
  const endedAt = startedAt + Math.floor(length * (0.5 + 0.7 * dice.next()));
  const closedAt = endedAt + dice.whole(1, 48) * HOUR;
  if (startedAt > END) return approved;
  if (endedAt > END) return { ...approved, state: "Implement", startedAt };
  if (closedAt > END) return { ...approved, state: "Review", startedAt, endedAt, closeCode: "" };
  return {
    ...approved,
    state: "Closed",
    startedAt,
    endedAt,
    closedAt,
    closeCode: dice.pick(CODES),
  };
}

/** The change that its asset did not take well. */
const waveChange = (): Change => {
  const endedAt = wall(WAVE.ended);
  const site = siteOf(WAVE.site);
  return {
    number: "",
    site,
    service: serviceOf(WAVE.service),
    type: "normal",
    risk: "Moderate",
    title: "Montée de version du portail intranet",
    asset: WAVE.asset,
    requester: userName(site, 12),
    state: "Closed",
    closeCode: "Successful",
    isUnauthorised: false,
    bundle: "",
    openedAt: endedAt - 12 * DAY - 5 * HOUR,
    approvedAt: endedAt - 5 * DAY - 8 * HOUR,
    rejectedAt: null,
    plannedFrom: endedAt - 9600,
    plannedTo: endedAt - 2400,
    startedAt: endedAt - 9000,
    endedAt,
    closedAt: endedAt + 15 * HOUR,
  };
};

/** Every change of the group, numbered in the order of its request; the planted one among them. */
export function drawChanges(
  seed: number,
  count: number,
  register: Register,
  offices: ReadonlyMap<string, OfficeTime>,
): { changes: Change[]; wave: Change } {
  const dice = new Dice(seed, "changes");
  // Sites without a change tool of their own ask for theirs in the group's ServiceNow.
  const sites = weighted(SITES.map((site) => [site, site.share] as const));
  const assets = new Map(
    SITES.map((site) => [
      site.id,
      register.assets
        .filter(
          (asset) =>
            asset.site === site &&
            (asset.kind === "server" || asset.kind === "switch" || asset.kind === "printer") &&
            asset.id !== WAVE.asset,
        )
        .map(({ id }) => id),
    ]),
  );
  const wave = waveChange();
  const changes = Array.from({ length: count - 1 }, () => {
    const site = dice.pick(sites);
    return draw(
      dice,
      site,
      offices.get(site.id)!,
      dice.whole(FIRST_DAY, END_DAY),
      assets.get(site.id)!,
    );
  });
  const inOrder = [...changes, wave].toSorted((a, b) => a.openedAt - b.openedAt);
  const next = { servicenow: 30_000, jira: 0 };
  for (const change of inOrder) {
    const isJira = change.site.source === "jira";
    change.number = isJira ? `CHG-${++next.jira}` : `CHG00${++next.servicenow}`;
  }
  return { changes: inOrder, wave };
}
