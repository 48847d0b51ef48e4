import type { Mapping } from "./mapping.ts";

/** A column's name as people read it: case, kind of apostrophe, kind of blank and blanks around it aside. */
export const plainName = (name: string): string =>
  name
    .normalize("NFKC")
    .replaceAll(/[\u2018\u2019\u02bc`´]/g, "'")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();

/** Position in a header of the column of that name, or of the first whose name reads the same; -1 when there is none. */
export function columnPosition(name: string, header: readonly string[]): number {
  const exact = header.indexOf(name);
  return exact < 0 ? header.findIndex((other) => plainName(other) === plainName(name)) : exact;
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
