import jstat from "jstat";

/** The normal quantile of a 95 % interval, 1.959964. */
export const Z_95: number = jstat.normal.inv(0.975, 0, 1);

/**
 * Wilson's 95 % interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209-212), in 0 to 1. It holds for small
 * numbers and for 0 and 1.
 *
 * @throws when nothing was counted: a share of nothing has no interval.
 */
export function wilsonInterval(count: number, total: number): { low: number; high: number } {
  if (total <= 0) throw new Error(`share of ${total}: no interval; expected one or more`);
  const share = count / total;
  const square = Z_95 ** 2;
  const middle = share + square / (2 * total);
  const width = Z_95 * Math.sqrt((share * (1 - share) + square / (4 * total)) / total);
  const scale = 1 + square / total;
  return {
    low: count === 0 ? 0 : (middle - width) / scale,
    high: count === total ? 1 : (middle + width) / scale,
  };
}
