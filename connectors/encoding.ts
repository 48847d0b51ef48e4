import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";

/** Encodings of text files that can be read, as a mapping names them. */
export const ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "utf-32le",
  "utf-32be",
  "windows-1252",
  "iso-8859-1",
  "iso-8859-15",
  "macintosh",
  "cp850",
] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** In order of preference among equals; Latin-1 is read as Windows-1252, which says the same and more. */
const ONE_BYTE_ENCODINGS = ["windows-1252", "iso-8859-15", "macintosh", "cp850"] as const;

const MARKS: readonly [Encoding, readonly number[]][] = [
  ["utf-32le", [0xff, 0xfe, 0, 0]],
  ["utf-32be", [0, 0, 0xfe, 0xff]],
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * The encoding of a text by its first bytes: byte order mark, place of the NUL bytes of ASCII characters, validity as
 * UTF-8, then which encoding of one byte makes letters where words have letters. Undefined for binary data.
 */
export function detectEncoding(head: Uint8Array): Encoding | undefined {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (mark) return mark[0];
  const wide = detectWide(head.subarray(0, 65_536));
  if (wide !== "none") return wide;
  const evidence = new EncodingEvidence();
  evidence.push(head);
  return evidence.decide();
}

function detectWide(head: Uint8Array): Encoding | undefined | "none" {
  const nuls = [0, 0, 0, 0];
  const quarter = Math.floor(head.length / 4);
  for (let index = 0; index < quarter * 4; index += 1) if (head[index] === 0) nuls[index % 4]! += 1;
  const share = nuls.map((count) => count / Math.max(1, quarter));
  const all = share.reduce((sum, part) => sum + part, 0) / 4;
  if (all < 0.125) return "none";
  const [a, b, c, d] = share as [number, number, number, number];
  if (b > 0.9 && c > 0.9 && d > 0.9 && a < 0.1) return "utf-32le";
  if (a > 0.9 && b > 0.9 && c > 0.9 && d < 0.1) return "utf-32be";
  if (b + d > 1 && a + c < 0.2) return "utf-16le";
  if (a + c > 1 && b + d < 0.2) return "utf-16be";
  return undefined;
}

const isLower = (byte: number) => byte >= 0x61 && byte <= 0x7a;
const isUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a;

/** Where a byte above ASCII stands: inside or at the end of a word, after a capital, at its start, alone. */
const AFTER_LOWER = 0;
const AFTER_UPPER = 1;
const AT_START = 2;
const ALONE = 3;

/** Bytes above ASCII and their surroundings, counted over as much of a text as is pushed. */
export class EncodingEvidence {
  readonly #counts = new Float64Array(128 * 4);
  #validSequences = 0;
  #strayBytes = 0;

  push(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index]!;
      if (byte < 0x80) continue;
      const before = bytes[index - 1] ?? 0;
      const after = bytes[index + 1] ?? 0;
      const place = isLower(before)
        ? AFTER_LOWER
        : isUpper(before)
          ? AFTER_UPPER
          : isLower(after) || isUpper(after)
            ? AT_START
            : ALONE;
      this.#counts[(byte - 128) * 4 + place]! += 1;
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
      const isCut = length > 0 && index + length > bytes.length;
      if (isCut) continue;
      if (length > 0 && isUtf8(bytes.subarray(index, index + length))) {
        this.#validSequences += 1;
        index += length - 1;
      } else this.#strayBytes += 1;
    }
  }

  /** UTF-8 while most of what is above ASCII is valid; else the encoding of one byte whose text looks most like text. */
  decide(): Encoding {
    if (this.#validSequences >= this.#strayBytes) return "utf-8";
    const scored = ONE_BYTE_ENCODINGS.map((encoding) => [encoding, this.#score(encoding)] as const);
    return scored.reduce((best, other) => (other[1] > best[1] ? other : best))[0];
  }

  #score(encoding: Encoding): number {
    const characters = charactersOf(encoding);
    let score = 0;
    for (const [index, count] of this.#counts.entries()) {
      if (count > 0) score += count * weigh(characters[index >> 2]!, index & 3);
    }
    return score;
  }
}

const charactersOf = (encoding: Encoding): string[] =>
  Array.from({ length: 128 }, (_, index) => iconv.decode(Buffer.from([128 + index]), encoding));

const LOWER = "éèàçêôûîïëùâüöäñáíóúãõßœæåøìòýþð";
const UPPER = LOWER.toUpperCase();
const CLOSERS = "’…»”\u00a0";
const SYMBOLS = "«»“”–—…€°’‘§²³µ£\u00a0";

function weigh(character: string, place: number): number {
  const code = character.codePointAt(0)!;
  if (character === "\ufffd" || (code >= 0x80 && code < 0xa0)) return -8;
  const isLowerLetter = LOWER.includes(character);
  const isUpperLetter = !isLowerLetter && UPPER.includes(character);
  if (place === AFTER_LOWER)
    return isLowerLetter ? 4 : isUpperLetter ? -4 : CLOSERS.includes(character) ? 2 : -2;
  if (place === AFTER_UPPER)
    return isUpperLetter ? 3 : isLowerLetter ? 1 : CLOSERS.includes(character) ? 2 : -2;
  if (place === AT_START)
    return isUpperLetter || isLowerLetter ? 3 : SYMBOLS.includes(character) ? 1 : -1;
  return character === "à" ? 3 : SYMBOLS.includes(character) ? 2 : isLowerLetter ? 0 : -1;
}

/**
 * Turns bytes of an encoding into UTF-8 as they come. What no character stands for (a lone surrogate, an undefined byte,
 * half a character at the end) becomes the byte 0xFF, which UTF-8 has not: a reader then finds it, instead of a
 * replacement character that might have been in the file.
 */
export class Transcoder {
  readonly #decoder: ReturnType<typeof iconv.getDecoder>;
  readonly #unit: number;
  #bytes = 0;

  constructor(encoding: Encoding) {
    this.#decoder = iconv.getDecoder(encoding === "iso-8859-1" ? "windows-1252" : encoding);
    this.#unit = encoding.startsWith("utf-16") ? 2 : encoding.startsWith("utf-32") ? 4 : 1;
  }

  push(bytes: Buffer): Buffer {
    this.#bytes += bytes.length;
    return this.#encode(this.#decoder.write(bytes));
  }

  end(): Buffer {
    const rest = this.#encode(this.#decoder.end() ?? "");
    return this.#bytes % this.#unit === 0 ? rest : Buffer.concat([rest, BROKEN]);
  }

  #encode(text: string): Buffer {
    const isWhole = text.isWellFormed() && (this.#unit === 2 || !text.includes("\ufffd"));
    if (isWhole) return Buffer.from(text);
    const parts = text.toWellFormed().split("\ufffd");
    return Buffer.concat(
      parts.flatMap((part, index) =>
        index === 0 ? [Buffer.from(part)] : [BROKEN, Buffer.from(part)],
      ),
    );
  }
}

const BROKEN = Buffer.from([0xff]);
