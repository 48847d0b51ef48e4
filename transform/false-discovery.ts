/**
 * Benjamini and Hochberg's adjusted p-values (1995, J. R. Stat. Soc. B 57:289-300): the least false discovery rate at
 * which each test is flagged. Those of 0.05 or less are flagged at 0.05.
 *
 * @param tests p-values of every test made, also of those that nobody will look at
 */
export function adjustedPValues(tests: readonly number[]): number[] {
  const order = tests.map((_, index) => index).toSorted((a, b) => tests[b]! - tests[a]!);
  const adjusted = Array.from<number>({ length: tests.length });
  let least = 1;
  for (const [place, index] of order.entries()) {
    least = Math.min(least, (tests[index]! * tests.length) / (tests.length - place));
    adjusted[index] = least;
  }
  return adjusted;
}
