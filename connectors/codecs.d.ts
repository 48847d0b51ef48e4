declare module "lz4js" {
  const lz4: {
    /** Unpacks a frame. */
    decompress: (packed: Uint8Array) => Uint8Array;
  };
  export default lz4;
}
declare module "snappyjs" {
  const snappy: {
    /** Unpacks one block; throws when its length is above `maxLength`. */
    uncompress: (packed: Uint8Array, maxLength?: number) => Uint8Array;
  };
  export default snappy;
}
