import { createHash } from "node:crypto";

/** A signature of a cluster, with its earliest ticket. */
export interface Member {
  service: string;
  /** Signature that leads the cluster. */
  leader: string;
  /** Category of a part of a catch-all; '' for the rest. */
  category: string;
  signature: string;
  /** Leader it would have, had no person split the family. */
  nearest: string;
  tickets: number;
  firstSecond: number;
  /** In the order of ticket ids. */
  firstTicketKey: number;
}

/** What the ledger says of a family: how it came, what held it, what became of it. */
export interface LedgerEntry {
  familyId: string;
  service: string;
  leader: string;
  /** Signature of the earliest member: where it goes, the identity goes. */
  anchor: string;
  category: string;
  event: "found" | "split" | "merged";
  /** The family it was split from or merged into; '' when found. */
  otherFamilyId: string;
}

/** A cluster of members with its identity. */
export interface Family {
  familyId: string;
  service: string;
  leader: string;
  category: string;
  tickets: number;
}

interface Cluster extends Omit<Family, "familyId"> {
  anchor: Member;
  members: Member[];
}

/** Fewer tickets do not recur: they are kept out of the ledger, since their identity follows from them alone. */
const LEAST_LEDGER_TICKETS = 2;

const keyOf = (...parts: readonly string[]): string => parts.join("\n");

const isEarlier = (a: Member, b: Member): boolean =>
  a.firstSecond < b.firstSecond ||
  (a.firstSecond === b.firstSecond && a.firstTicketKey < b.firstTicketKey);

function clustersOf(members: readonly Member[]): Cluster[] {
  const clusters = new Map<string, Cluster>();
  for (const member of members) {
    const { service, leader, category, tickets } = member;
    const key = keyOf(service, leader, category);
    const cluster = clusters.get(key);
    if (!cluster) {
      clusters.set(key, { service, leader, category, tickets, anchor: member, members: [member] });
      continue;
    }
    cluster.tickets += tickets;
    cluster.members.push(member);
    if (isEarlier(member, cluster.anchor)) cluster.anchor = member;
  }
  return [...clusters].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, cluster]) => cluster);
}

/** An id that the earliest member gives, so that a ledger lost is found again as long as its tickets are there. */
function foundId({ service, anchor, category }: Cluster, taken: ReadonlySet<string>): string {
  for (let salt = 0; ; salt += 1) {
    const text = keyOf(service, anchor.signature, category, ...(salt > 0 ? [String(salt)] : []));
    const id = `F-${createHash("sha256").update(text).digest("hex").slice(0, 10)}`;
    if (!taken.has(id)) return id;
  }
}

/**
 * Gives each cluster its family (DEFINITIONS 28): the ledger's, where it has the earliest member of one, the first of
 * several; a new one otherwise. `events` is what the ledger does not know yet, in the order it is to be kept.
 */
export function identify(
  members: readonly Member[],
  ledger: readonly LedgerEntry[],
): { families: Family[]; events: LedgerEntry[] } {
  const clusters = clustersOf(members);
  const anchors = new Map<string, string[]>();
  const order = new Map<string, number>();
  const seeds = new Map<string, string>();
  const mergedInto = new Map<string, string>();
  for (const entry of ledger) {
    if (entry.event === "merged") {
      mergedInto.set(entry.familyId, entry.otherFamilyId);
      continue;
    }
    mergedInto.delete(entry.familyId);
    if (!seeds.has(keyOf(entry.service, entry.leader)))
      seeds.set(keyOf(entry.service, entry.leader), entry.familyId);
    if (order.has(entry.familyId)) continue;
    order.set(entry.familyId, order.size);
    const key = keyOf(entry.service, entry.anchor, entry.category);
    anchors.set(key, [...(anchors.get(key) ?? []), entry.familyId]);
  }
  const firstParts = new Map<string, Cluster>();
  for (const cluster of clusters) {
    const key = keyOf(cluster.service, cluster.leader);
    const first = firstParts.get(key);
    if (!first || isEarlier(cluster.anchor, first.anchor)) firstParts.set(key, cluster);
  }
  const heldBy = (cluster: Cluster): string[] => {
    const { service, leader, category } = cluster;
    const at = (part: string) =>
      cluster.members.flatMap(
        ({ signature }) => anchors.get(keyOf(service, signature, part)) ?? [],
      );
    // A family that has become a catch-all goes on in the part of its earliest member.
    const isFirst = category !== "" && firstParts.get(keyOf(service, leader)) === cluster;
    const ids = isFirst ? [...at(category), ...at("")] : at(category);
    return [...new Set(ids)].toSorted((a, b) => order.get(a)! - order.get(b)!);
  };
  const taken = new Set(order.keys());
  const families: Family[] = [];
  const events: LedgerEntry[] = [];
  for (const cluster of clusters) {
    const { service, leader, category, tickets, anchor } = cluster;
    const [known, ...others] = heldBy(cluster);
    const familyId = known ?? foundId(cluster, taken);
    taken.add(familyId);
    families.push({ familyId, service, leader, category, tickets });
    const entry = { service, leader, anchor: anchor.signature, category };
    for (const other of others)
      if (mergedInto.get(other) !== familyId)
        events.push({ ...entry, familyId: other, event: "merged", otherFamilyId: familyId });
    const isBack = known !== undefined && mergedInto.has(known);
    if ((known !== undefined && !isBack) || tickets < LEAST_LEDGER_TICKETS) continue;
    const from = isBack
      ? mergedInto.get(known)
      : (seeds.get(keyOf(service, anchor.nearest)) ?? seeds.get(keyOf(service, leader)));
    events.push({
      ...entry,
      familyId,
      event: from === undefined ? "found" : "split",
      otherFamilyId: from ?? "",
    });
  }
  return { families, events: inLedgerOrder(events, clusters) };
}

/** Leaders with the most tickets first, as they were clustered: leaders of the ledger are taken in its order. */
function inLedgerOrder(
  events: readonly LedgerEntry[],
  clusters: readonly Cluster[],
): LedgerEntry[] {
  const sizes = new Map<string, number>();
  for (const { service, leader, members } of clusters) {
    for (const { signature, tickets } of members) {
      if (signature !== leader) continue;
      const key = keyOf(service, leader);
      sizes.set(key, (sizes.get(key) ?? 0) + tickets);
    }
  }
  return events
    .map((entry) => ({
      entry,
      size: sizes.get(keyOf(entry.service, entry.leader)) ?? 0,
      text: keyOf(entry.leader, entry.category, entry.familyId),
    }))
    .toSorted(
      (a, b) =>
        (a.entry.service < b.entry.service ? -1 : a.entry.service > b.entry.service ? 1 : 0) ||
        b.size - a.size ||
        (a.text < b.text ? -1 : 1),
    )
    .map(({ entry }) => entry);
}
