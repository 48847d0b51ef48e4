const POLYNOMIAL = 0x82f63b78;
const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256));

for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  TABLES[0]![byte] = remainder;
}
for (let table = 1; table < 8; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = TABLES[table - 1]![byte]!;
    TABLES[table]![byte] = (before >>> 8) ^ TABLES[0]![before & 0xff]!;
  }
}

/** Castagnoli checksum (CRC-32C) of bytes, eight at a time: what Kafka puts on its batches and its client does not check. */
export function crc32c(bytes: Buffer): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = 0xffffffff;
  let position = 0;
  for (const whole = bytes.length - 7; position < whole; position += 8) {
    const low = crc ^ bytes.readUInt32LE(position);
    const high = bytes.readUInt32LE(position + 4);
    crc =
      t7[low & 0xff]! ^
      t6[(low >>> 8) & 0xff]! ^
      t5[(low >>> 16) & 0xff]! ^
      t4[low >>> 24]! ^
      t3[high & 0xff]! ^
      t2[(high >>> 8) & 0xff]! ^
      t1[(high >>> 16) & 0xff]! ^
      t0[high >>> 24]!;
  }
  for (; position < bytes.length; position++)
    crc = (crc >>> 8) ^ t0[(crc ^ bytes[position]!) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
