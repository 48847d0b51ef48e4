/** What one side did in one stratum: `count` of `total` as wanted. */
export interface Stratum {
  count: number;
  total: number;
}

export interface Part {
  key: string;
  /** What the change of this stratum's weight makes of the difference. */
  mix: number;
  /** What the change of its share makes of it. */
  rate: number;
}

/**
 * The difference of two shares, after minus before, in what the mix and what the shares of the strata made of it:
 * symmetric decomposition (Kitagawa 1955, J. Am. Stat. Assoc. 50:1168-1194). The parts sum to the difference. The mix is
 * told from the whole's own share, so that more of what does as well as the rest counts for nothing; as weights sum to 1,
 * that changes no sum. A stratum that is there on one side only has no change of share: it is all mix.
 *
 * @throws when a side is empty.
 */
export function decompose(
  before: ReadonlyMap<string, Stratum>,
  after: ReadonlyMap<string, Stratum>,
): Part[] {
  const sizes = [before, after].map((side) =>
    [...side.values()].reduce((sum, { total }) => sum + total, 0),
  ) as [number, number];
  if (sizes[0] === 0 || sizes[1] === 0)
    throw new Error(`decomposition of ${sizes[0]} and ${sizes[1]} cases; expected some on both`);
  const successes = [before, after].map((side) =>
    [...side.values()].reduce((sum, { count }) => sum + count, 0),
  ) as [number, number];
  const centre = (successes[0] / sizes[0] + successes[1] / sizes[1]) / 2;
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().map((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    const weights = [(old?.total ?? 0) / sizes[0], (now?.total ?? 0) / sizes[1]] as const;
    const oldShare = old && old.total > 0 ? old.count / old.total : null;
    const newShare = now && now.total > 0 ? now.count / now.total : null;
    const shares = [oldShare ?? newShare ?? 0, newShare ?? oldShare ?? 0] as const;
    return {
      key,
      mix: (weights[1] - weights[0]) * ((shares[0] + shares[1]) / 2 - centre),
      rate: ((shares[1] - shares[0]) * (weights[0] + weights[1])) / 2,
    };
  });
}
