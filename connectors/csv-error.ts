/** A CSV file that cannot be read; its message is one line and says what to do. */
export class CsvError extends Error {
  constructor(file: string, where: string, found: string, expected: string) {
    super(`cannot read ${file}${where && `, ${where}`}: ${found}; expected ${expected}`);
    this.name = "CsvError";
  }
}

/** Refuses what is plainly not CSV, by its first bytes (gunzipped). */
export function refuseOtherFormats(file: string, head: Uint8Array): void {
  const fail = (found: string, expected: string): never => {
    throw new CsvError(file, "", found, expected);
  };
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  const asCsv = "a CSV file: open it and save it as CSV UTF-8";
  if (starts(0x50, 0x4b, 3, 4)) fail("the file is an Excel workbook or a zip archive", asCsv);
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) fail("the file is an old Excel workbook", asCsv);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) fail("the file is UTF-32", asCsv);
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) fail("the file is UTF-16", asCsv);
  const sample = head.subarray(0, 1024);
  const nuls = sample.filter((byte) => byte === 0).length;
  if (nuls * 8 > sample.length) fail("the file is UTF-16, UTF-32 or binary", asCsv);
  const text = Buffer.from(sample)
    .toString("latin1")
    .replace("\u00ef\u00bb\u00bf", "")
    .trimStart()
    .toLowerCase();
  if (/^<(!doctype html|html|table|head|body|meta|style)/.test(text))
    fail("the file is an HTML page", "a CSV file: export it as CSV, not as a web page");
  if (text.startsWith("<?xml")) fail("the file is XML", asCsv);
}
