const LF = 10;
const CR = 13;
const MAX_LINE_BYTES = 67_108_864;

/** A line of a file, whatever ends it. */
export interface PhysicalLine {
  bytes: Uint8Array;
  end: "\n" | "\r\n" | "\r" | "";
  /** The line was longer than 64 MB; only its beginning is here. */
  isCut: boolean;
}

/** The lines of a stream of bytes, to be looked at ahead and dropped; LF, CRLF and CR end a line. */
export class PhysicalLines {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #queue: PhysicalLine[] = [];
  #dropped = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #isCut = false;
  #endsInCr = false;
  #isAtEnd = false;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#chunks = content[Symbol.asyncIterator]();
  }

  /** Whether there is a line at this place ahead; reads on until there is or the stream has ended. */
  async has(index: number): Promise<boolean> {
    while (this.#queue.length - this.#dropped <= index) if (!(await this.#read())) return false;
    return true;
  }

  at(index: number): PhysicalLine {
    return this.#queue[this.#dropped + index]!;
  }

  drop(count: number): void {
    this.#dropped += count;
    if (this.#dropped < 4096 || this.#dropped * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#dropped);
    this.#dropped = 0;
  }

  async #read(): Promise<boolean> {
    if (this.#isAtEnd) return false;
    const { value, done } = await this.#chunks.next();
    if (!done) {
      this.#split(value);
      return true;
    }
    this.#isAtEnd = true;
    if (this.#endsInCr) this.#end(new Uint8Array(0), "\r");
    if (this.#restBytes > 0) this.#end(new Uint8Array(0), "");
    return true;
  }

  #split(chunk: Uint8Array): void {
    let start = 0;
    if (this.#endsInCr && chunk.length > 0) {
      this.#endsInCr = false;
      const isCrlf = chunk[0] === LF;
      this.#end(new Uint8Array(0), isCrlf ? "\r\n" : "\r");
      if (isCrlf) start = 1;
    }
    let lineFeed = chunk.indexOf(LF, start);
    let carriageReturn = chunk.indexOf(CR, start);
    while (lineFeed >= 0 || carriageReturn >= 0) {
      const isCr = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed);
      const at = isCr ? carriageReturn : lineFeed;
      if (isCr && at === chunk.length - 1) {
        this.#keep(chunk.subarray(start, at));
        this.#endsInCr = true;
        return;
      }
      const isCrlf = isCr && lineFeed === at + 1;
      this.#end(chunk.subarray(start, at), isCrlf ? "\r\n" : isCr ? "\r" : "\n");
      start = at + (isCrlf ? 2 : 1);
      if (!isCr || isCrlf) lineFeed = chunk.indexOf(LF, start);
      if (isCr) carriageReturn = chunk.indexOf(CR, start);
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#restBytes + bytes.length > MAX_LINE_BYTES) {
      this.#isCut = true;
      return;
    }
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }

  #end(last: Uint8Array, end: PhysicalLine["end"]): void {
    this.#keep(last);
    const bytes = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    this.#queue.push({ bytes, end, isCut: this.#isCut });
    this.#rest = [];
    this.#restBytes = 0;
    this.#isCut = false;
  }
}
