/** A CSV file that cannot be read; its message is one line and says what to do. */
export class CsvError extends Error {
  constructor(file: string, where: string, found: string, expected: string) {
    super(`cannot read ${file}${where && `, ${where}`}: ${found}; expected ${expected}`);
    this.name = "CsvError";
  }
}

/** Refuses what is plainly no table of text, by the first characters of its content. */
export function refuseOtherFormats(file: string, head: Uint8Array): void {
  const fail = (found: string, expected: string): never => {
    throw new CsvError(file, "", found, expected);
  };
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0xd0, 0xcf, 0x11, 0xe0))
    fail(
      "the file is an old Excel workbook (.xls)",
      "a CSV file or an .xlsx workbook: save it as one of them",
    );
  if (starts(0x25, 0x50, 0x44, 0x46))
    fail("the file is a PDF", "a CSV file: export it again as CSV");
  // NUL bytes aside, UTF-16 reads as ASCII here.
  const text = Buffer.from(head.subarray(0, 4096))
    .toString("latin1")
    .replaceAll("\0", "")
    .replace(/^(\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, "")
    .trimStart()
    .toLowerCase();
  const isTable = /<table/.test(text) ? "an HTML table saved under another name" : "an HTML page";
  if (/^<(!doctype html|html|table|head|body|meta|style|div|!--)/.test(text))
    fail(
      `the file is ${isTable}`,
      "a CSV file: export it as CSV, or open it in a spreadsheet and save it as CSV UTF-8",
    );
  if (text.startsWith("<?xml") || text.startsWith("<workbook"))
    fail("the file is XML", "a CSV file: open it and save it as CSV UTF-8");
  if (/^[[{]\s*["{[]/.test(text)) fail("the file is JSON", "a CSV file: export it again as CSV");
}
