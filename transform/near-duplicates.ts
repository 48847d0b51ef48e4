import { NOT } from "./signature.ts";
import { slipsOf } from "./slip.ts";
import { WORDS } from "./words.ts";

/** Least share of common tokens (DEFINITIONS 27). */
export const LEAST_JACCARD = 0.6;
/** A word of this many tickets is one that people use, not a name or a slip: two such words are not interchangeable. */
const COMMON_USES = 3;

/** One signature of a service, as clustering sees it. */
export interface Candidate {
  service: string;
  signature: string;
  tickets: number;
  /** `fr`, `en`, or '' where the titles do not tell or do not agree. */
  language: string;
  /** Place in the ledger of the family it led when that was founded; leaders stay leaders. Null for the others. */
  ledgerOrder: number | null;
}

interface Leader {
  signature: string;
  tokens: ReadonlySet<string>;
  language: string;
  isTranslated: boolean;
}

const EMPTY: readonly Leader[] = [];

/** Leaders by each of their rarest tokens. */
type Index = Map<string, Leader[]>;

/**
 * The leader of each signature, by service: itself, or the one it nearly equals (DEFINITIONS 27). Signatures are taken
 * in the order of the ledger, then by tickets and text; one that nearly equals none of the leaders so far becomes one.
 * Then each of the others joins the leader, of all, that it shares most with: the same leaders, from the ledger that
 * this writes, give the same families. Members are compared with leaders only, so there are no chains, and the order
 * of the input does not matter.
 *
 * @param lexicon words that mean the same, of whatever language, each with the one that stands for all.
 * @returns for each candidate, in the order given, the signature of its leader.
 */
export function leadersOf(
  candidates: readonly Candidate[],
  lexicon: ReadonlyMap<string, string> = new Map(),
): string[] {
  const uses = new Map<string, number>();
  for (const { signature, tickets } of candidates) {
    for (const token of signature.split(" ")) uses.set(token, (uses.get(token) ?? 0) + tickets);
  }
  const slips = slipsOf(uses);
  const leaders = candidates.map(({ signature }) => signature);
  for (const places of byService(candidates)) {
    const index: Index = new Map();
    const followers: { place: number; own: Leader; probes: string[] }[] = [];
    for (const place of places) {
      const own = leaderOf(candidates[place]!, slips, lexicon);
      const probes = probesOf(own, uses);
      if (leadersLike(own, probes, index, uses).next().done) enter(index, own, probes);
      else followers.push({ place, own, probes });
    }
    for (const { place, own, probes } of followers)
      leaders[place] = closest(leadersLike(own, probes, index, uses))!.signature;
  }
  return leaders;
}

function leaderOf(
  { signature, language }: Candidate,
  slips: ReadonlyMap<string, string>,
  lexicon: ReadonlyMap<string, string>,
): Leader {
  const tokens = new Set<string>();
  let isTranslated = false;
  for (const token of signature.split(" ")) {
    const right = slips.get(token) ?? token;
    const same = lexicon.get(right);
    if (same !== undefined) isTranslated = true;
    tokens.add(same ?? right);
  }
  return { signature, tokens, language, isTranslated };
}

/** Two sets that share 60 % share one of their rarest tokens: only those are looked up. */
function probesOf({ tokens }: Leader, uses: ReadonlyMap<string, number>): string[] {
  const rarest = [...tokens].toSorted(
    (a, b) => (uses.get(a) ?? 0) - (uses.get(b) ?? 0) || (a < b ? -1 : 1),
  );
  return rarest.slice(0, tokens.size - Math.ceil(LEAST_JACCARD * tokens.size) + 1);
}

function enter(index: Index, leader: Leader, probes: readonly string[]): void {
  for (const token of probes) {
    const list = index.get(token);
    if (list) list.push(leader);
    else index.set(token, [leader]);
  }
}

function byService(candidates: readonly Candidate[]): number[][] {
  const services = new Map<string, number[]>();
  for (const [place, { service }] of candidates.entries()) {
    const list = services.get(service);
    if (list) list.push(place);
    else services.set(service, [place]);
  }
  const order = (place: number) => candidates[place]!.ledgerOrder ?? Number.MAX_SAFE_INTEGER;
  return [...services.values()].map((places) =>
    places.toSorted(
      (a, b) =>
        order(a) - order(b) ||
        candidates[b]!.tickets - candidates[a]!.tickets ||
        (candidates[a]!.signature < candidates[b]!.signature ? -1 : 1),
    ),
  );
}

/** The leaders that a signature nearly equals, each with the share of tokens in common. */
function* leadersLike(
  own: Leader,
  probes: readonly string[],
  index: Index,
  uses: ReadonlyMap<string, number>,
): Generator<{ leader: Leader; share: number }, undefined> {
  const tried = new Set<Leader>();
  for (const token of probes) {
    for (const leader of index.get(token) ?? EMPTY) {
      if (tried.has(leader)) continue;
      tried.add(leader);
      const share = likeness(own, leader, uses);
      if (share > 0) yield { leader, share };
    }
  }
}

/** The leader of the greatest share; of equals the first by its text, whatever order they are met in. */
function closest(found: Iterable<{ leader: Leader; share: number }>): Leader | undefined {
  let best: Leader | undefined;
  let most = 0;
  for (const { leader, share } of found) {
    if (share < most || (share === most && leader.signature > best!.signature)) continue;
    best = leader;
    most = share;
  }
  return best;
}

/**
 * Share of common tokens of two signatures, 0 when they are not to meet: below 60 %; of two languages; one says "not" and
 * the other does not; one names a thing (`outlook`, `imprimante`) that the other does not; each has a coded value, or
 * a word in common use, in the place of the other's.
 */
function likeness(a: Leader, b: Leader, uses: ReadonlyMap<string, number>): number {
  const union = a.tokens.size + b.tokens.size;
  let common = 0;
  for (const token of a.tokens) if (b.tokens.has(token)) common += 1;
  const share = common / (union - common);
  if (share < LEAST_JACCARD) return 0;
  if (a.language !== b.language && a.language !== "" && b.language !== "") {
    if (!a.isTranslated && !b.isTranslated) return 0;
  }
  const onlyA = [...a.tokens].filter((token) => !b.tokens.has(token));
  const onlyB = [...b.tokens].filter((token) => !a.tokens.has(token));
  const parts = [...onlyA, ...onlyB];
  if (parts.some((token) => token === NOT || WORDS.objects.has(token))) return 0;
  if (onlyA.some(isCode) && onlyB.some(isCode)) return 0;
  const isCommon = (token: string) => (uses.get(token) ?? 0) >= COMMON_USES;
  if (onlyA.some(isCommon) && onlyB.some(isCommon)) return 0;
  return share;
}

const isCode = (token: string): boolean => /\d/.test(token);
