import { gunzipSync, zstdDecompressSync } from "node:zlib";
import lz4 from "lz4js";
import snappy from "snappyjs";

/** Begins what Java producers write with snappy: blocks, each after its length. Others write one bare block. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** A batch of records may not unpack to more: a broken length must not take the memory of the machine. */
const MOST_BYTES = 256 * 1024 * 1024;

function unpackSnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return Buffer.from(snappy.uncompress(packed, MOST_BYTES));
  }
  const blocks: Buffer[] = [];
  for (let from = XERIAL_HEADER_BYTES; from < packed.length;) {
    const length = packed.readInt32BE(from);
    if (length < 0 || from + 4 + length > packed.length) throw new Error("snappy block cut short");
    const block = packed.subarray(from + 4, from + 4 + length);
    blocks.push(Buffer.from(snappy.uncompress(block, MOST_BYTES)));
    from += 4 + length;
  }
  return Buffer.concat(blocks);
}

/** Codec of a batch by the lowest three bits of its attributes (Kafka protocol, record batch). */
const CODECS: readonly { name: string; unpack: (packed: Buffer) => Buffer }[] = [
  { name: "none", unpack: (packed) => packed },
  { name: "gzip", unpack: (packed) => gunzipSync(packed, { maxOutputLength: MOST_BYTES }) },
  { name: "snappy", unpack: unpackSnappy },
  { name: "lz4", unpack: (packed) => Buffer.from(lz4.decompress(packed)) },
  { name: "zstd", unpack: (packed) => zstdDecompressSync(packed, { maxOutputLength: MOST_BYTES }) },
];

/** Unpacks the records of a batch. Throws with the codec's name. */
export function unpack(codec: number, packed: Buffer): Buffer {
  const found = CODECS[codec];
  if (!found) throw new Error(`codec ${codec}; expected none, gzip, snappy, lz4 or zstd`);
  try {
    return found.unpack(packed);
  } catch (error) {
    throw new Error(`${found.name}: ${(error as Error).message}`, { cause: error });
  }
}
