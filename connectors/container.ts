import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import yauzl from "yauzl";
import { CsvError } from "./csv-error.ts";

const CHUNK_BYTES = 1_048_576;
/** Beyond the first 64 MB, what unpacks to more than 200 times its size is no export but a bomb. */
const MAX_RATIO = 200;
const FREE_BYTES = 64 * 1_048_576;
/** Nothing unpacks to more than this. */
const MAX_BYTES = 32 * 1_073_741_824;

/** What a file is by its first bytes. */
export type ContainerKind = "plain" | "gzip" | "zip";

/** @throws CsvError when there is no such file, or its name promises what its bytes are not. */
export async function containerOf(
  path: string,
  name: string,
): Promise<{ kind: ContainerKind; bytes: number }> {
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    throw new CsvError(name, "", "no such file", "a CSV file");
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new CsvError(name, "", "not a file", "a CSV file");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const starts = (...bytes: number[]) =>
      bytesRead >= bytes.length && bytes.every((byte, at) => buffer[at] === byte);
    const kind = starts(0x1f, 0x8b)
      ? "gzip"
      : starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)
        ? "zip"
        : "plain";
    if (kind === "plain" && name.endsWith(".gz") && bytesRead > 0)
      throw new CsvError(name, "", "no gzip data", "a gzip file, or a name without .gz");
    return { kind, bytes: stat.size };
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of a file, unpacked: of a zip, those of one member.
 *
 * @throws CsvError when the data is broken, or unpacks to more than an export ever would.
 */
export async function* readContent(
  path: string,
  name: string,
  kind: ContainerKind,
  member?: string | null,
): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (kind === "plain") {
    yield* source as AsyncIterable<Buffer>;
    return;
  }
  if (kind === "gzip") {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    source.on("error", (cause) => gunzip.destroy(cause));
    source.pipe(gunzip);
    try {
      yield* limited(gunzip, name, () => source.bytesRead);
    } finally {
      source.destroy();
      gunzip.destroy();
    }
    return;
  }
  source.destroy();
  yield* readMember(path, name, member);
}

async function* limited(
  chunks: AsyncIterable<Buffer>,
  name: string,
  packedBytes: () => number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES || (bytes > FREE_BYTES && bytes > packedBytes() * MAX_RATIO)) {
        throw new CsvError(
          name,
          "",
          `it unpacks to more than ${MAX_RATIO} times its size (a bomb)`,
          "a packed export; unpack it yourself if you trust it",
        );
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw cause;
    const found = `packed data broken (${(cause as Error).message})`;
    throw new CsvError(name, "", found, "a whole gzip or zip file");
  }
}

/** Names of the files in a zip, those of systems aside. */
export async function listMembers(path: string, name: string): Promise<string[]> {
  const zip = await openZip(path, name);
  try {
    const names: string[] = [];
    for await (const entry of zip.eachEntry()) names.push(entry.fileName);
    return names.filter((member) => !member.endsWith("/") && !/(^|\/)(__MACOSX\/|\.)/.test(member));
  } catch (cause) {
    throw brokenZip(name, cause);
  } finally {
    zip.close();
  }
}

/** Whether the members of a zip are those of a workbook. */
export const isWorkbook = (members: readonly string[]): boolean =>
  members.includes("xl/workbook.xml");

function chooseMember(members: readonly string[], name: string, declared?: string | null): string {
  if (declared !== null && declared !== undefined) {
    if (members.includes(declared)) return declared;
    throw new CsvError(
      name,
      "",
      `no member ${declared}`,
      `one of ${members.join(", ") || "no file"}`,
    );
  }
  const tables = members.filter((member) => /\.(csv|tsv|txt)$/i.test(member));
  const [first, second] = tables.length > 0 ? tables : members;
  if (first !== undefined && second === undefined) return first;
  const found =
    members.length === 0 ? "an empty zip" : `several files (${members.slice(0, 8).join(", ")})`;
  throw new CsvError(
    name,
    "",
    found,
    "one CSV file, or its name as `member` in the dialect of the mapping",
  );
}

async function* readMember(
  path: string,
  name: string,
  declared?: string | null,
): AsyncGenerator<Buffer> {
  const member = chooseMember(await listMembers(path, name), name, declared);
  const zip = await openZip(path, name);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue;
      if (entry.isEncrypted())
        throw new CsvError(name, "", "an encrypted zip", "a zip without a password");
      const stream: Readable = await zip.openReadStreamPromise(entry);
      try {
        yield* limited(stream, name, () => entry.compressedSize);
      } finally {
        stream.destroy();
      }
      return;
    }
  } catch (cause) {
    throw cause instanceof CsvError ? cause : brokenZip(name, cause);
  } finally {
    zip.close();
  }
}

/** Adds up what the members of a zip unpack to, for readers that unpack it all at once; refuses a bomb. */
export async function measureMembers(path: string, name: string): Promise<number> {
  const zip = await openZip(path, name);
  let bytes = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      const stream = await zip.openReadStreamPromise(entry);
      for await (const chunk of limited(stream, name, () => entry.compressedSize))
        bytes += chunk.length;
    }
    return bytes;
  } catch (cause) {
    throw cause instanceof CsvError ? cause : brokenZip(name, cause);
  } finally {
    zip.close();
  }
}

async function openZip(path: string, name: string) {
  try {
    return await yauzl.openPromise(path, {
      autoClose: false,
      lazyEntries: true,
      validateEntrySizes: true,
    });
  } catch (cause) {
    throw brokenZip(name, cause);
  }
}

const brokenZip = (name: string, cause: unknown): CsvError =>
  new CsvError(name, "", `zip data broken (${(cause as Error).message})`, "a whole zip file");
