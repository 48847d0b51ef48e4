import { crc32c } from "./crc32c.ts";
import { unpack } from "./kafka-codec.ts";

/** One record as kafkajs passes it on; `undecodable` stands for a batch that could not be read. */
export interface DecodedRecord {
  offset: string;
  /** Epoch milliseconds. */
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
  undecodable?: { from: number; to: number; reason: string };
}

/** Bytes before what the length of a batch counts: base offset and length. */
const PREFIX_BYTES = 12;
/** Bytes of the header that the length counts. */
const HEADER_BYTES = 49;
const MAGIC_OFFSET = 16;
const CRC_OFFSET = 17;
const CODEC_MASK = 0x07;
const APPEND_TIME_FLAG = 0x08;
const TRANSACTION_FLAG = 0x10;
const CONTROL_FLAG = 0x20;

/** Reads records' variable-length numbers; every read past the end throws. */
class RecordReader {
  position = 0;
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  /** A zigzag number of up to 53 bits. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (let byte = 0x80; byte & 0x80; scale *= 128) {
      if (this.position >= this.bytes.length || scale > 2 ** 63)
        throw new Error("record cut short");
      byte = this.bytes[this.position++]!;
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  /** Bytes after their length, null for a length of -1. */
  field(): Buffer | null {
    const length = this.number();
    if (length < 0) return null;
    if (this.position + length > this.bytes.length) throw new Error("record cut short");
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}

const NO_HEADERS: Record<string, Buffer> = {};

function readHeaders(reader: RecordReader): Record<string, Buffer> {
  const count = reader.number();
  if (count <= 0) return NO_HEADERS;
  const headers: Record<string, Buffer> = {};
  for (let left = count; left > 0; left--) {
    const name = reader.field()?.toString("utf8") ?? "";
    headers[name] = reader.field() ?? Buffer.alloc(0);
  }
  return headers;
}

/** The records of one whole batch; where the batch goes on after its last record (compaction), a control record at its end. */
function decodeBatch(batch: Buffer): DecodedRecord[] {
  if (crc32c(batch.subarray(CRC_OFFSET + 4)) !== batch.readUInt32BE(CRC_OFFSET)) {
    throw new Error("checksum does not match");
  }
  const base = Number(batch.readBigInt64BE(0));
  const attributes = batch.readInt16BE(21);
  const last = base + batch.readInt32BE(23);
  const firstTimestamp = Number(batch.readBigInt64BE(27));
  const maxTimestamp = batch.readBigInt64BE(35).toString();
  const batchContext = {
    producerId: batch.readBigInt64BE(43).toString(),
    inTransaction: (attributes & TRANSACTION_FLAG) !== 0,
  };
  const isControlRecord = (attributes & CONTROL_FLAG) !== 0;
  const isAppendTime = (attributes & APPEND_TIME_FLAG) !== 0;
  const count = batch.readInt32BE(57);
  const packed = batch.subarray(PREFIX_BYTES + HEADER_BYTES);
  const reader = new RecordReader(count === 0 ? packed : unpack(attributes & CODEC_MASK, packed));
  const records: DecodedRecord[] = [];
  for (let index = 0; index < count; index++) {
    const length = reader.number();
    const end = reader.position + length;
    // One byte of attributes, of which none is in use.
    reader.position += 1;
    const timestamp = firstTimestamp + reader.number();
    const offset = String(base + reader.number());
    const key = reader.field();
    const value = reader.field();
    const headers = readHeaders(reader);
    if (reader.position !== end) throw new Error(`record at offset ${offset} has another length`);
    records.push({
      offset,
      timestamp: isAppendTime ? maxTimestamp : String(timestamp),
      key,
      value,
      headers,
      isControlRecord,
      batchContext,
    });
  }
  if (records.at(-1)?.offset !== String(last)) records.push(marker(last, batchContext));
  return records;
}

const NO_TRANSACTION = { producerId: "-1", inTransaction: false };

/** A record that only moves the position. Its key is no abort marker's, so open transactions stay open. */
function marker(offset: number, batchContext: DecodedRecord["batchContext"]): DecodedRecord {
  return {
    offset: String(offset),
    timestamp: "-1",
    key: null,
    value: null,
    headers: NO_HEADERS,
    isControlRecord: true,
    batchContext,
  };
}

/**
 * The records of the batches of one fetch, whole batches only. It ends at the first that cannot be decoded, with a
 * record that names its offsets.
 */
export function decodeBatches(bytes: Buffer): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  for (let from = 0; from + PREFIX_BYTES + HEADER_BYTES <= bytes.length;) {
    const length = bytes.readInt32BE(from + 8);
    const end = from + PREFIX_BYTES + length;
    // The broker cuts the last batch at the size asked for.
    if (length >= HEADER_BYTES && end > bytes.length) break;
    const batch = bytes.subarray(from, end);
    const first = Number(bytes.readBigInt64BE(from));
    const to = first + Math.max(bytes.readInt32BE(from + 23), 0);
    try {
      const magic = bytes[from + MAGIC_OFFSET];
      if (length < HEADER_BYTES || magic !== 2) {
        throw new Error(
          `format ${magic} and length ${length}; expected record batches of format 2`,
        );
      }
      for (const record of decodeBatch(batch)) records.push(record);
    } catch (error) {
      const undecodable = { from: first, to, reason: (error as Error).message };
      records.push({ ...marker(to, NO_TRANSACTION), isControlRecord: false, undecodable });
      break;
    }
    from = end;
  }
  return records;
}
