/** Lines of a table for a terminal: columns as wide as what stands in them, the last one without an end. */
export function tableLines(
  header: readonly string[],
  body: readonly (readonly (string | number)[])[],
): string[] {
  const cells = [header, ...body].map((line) =>
    line.map((cell) =>
      typeof cell === "number" ? cell.toLocaleString("en-GB") : cell.replaceAll(/\s+/g, " "),
    ),
  );
  const widths = header.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const isNumber = header.map(
    (_, column) => body.length > 0 && body.every((line) => typeof line[column] === "number"),
  );
  return cells.map((line) =>
    line
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
}
