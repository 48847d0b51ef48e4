import type { Mapping } from "./mapping.ts";

/** A column's name as people read it: case, kind of apostrophe, kind of blank and blanks around it aside. */
export const plainName = (name: string): string =>
  name
    .normalize("NFKC")
    .replaceAll(/[\u2018\u2019\u02bc`´]/g, "'")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();

/**
 * Position in a header of the column of that name (`Name#1` the first of several, `#5` the fifth column), or of the first
 * whose name reads the same; -1 when there is none.
 */
export function columnPosition(name: string, header: readonly string[]): number {
  const exact = header.indexOf(name);
  if (exact >= 0) return exact;
  const place = /^#(\d+)$/.exec(name)?.[1];
  if (place !== undefined) return Number(place) <= header.length ? Number(place) - 1 : -1;
  const plain = plainName(name.replace(/#1$/, ""));
  return header.findIndex((other) => plainName(other) === plain);
}

/** The columns that a mapping names and a header has, each as `expression` says of its position. */
export function namedColumns(
  mapping: Mapping,
  header: readonly string[],
  expression: (position: number) => string,
): Map<string, string> {
  const named = Object.values(mapping.fields).flatMap(({ columns }) => columns);
  return new Map(
    named.flatMap((name) => {
      const position = columnPosition(name, header);
      return position < 0 ? [] : [[name, expression(position)] as const];
    }),
  );
}
