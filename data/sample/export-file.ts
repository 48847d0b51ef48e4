import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";

const CHUNK_CHARACTERS = 262_144;
/** It takes a few megabytes ahead, so that drawing goes on while another thread compresses. */
const GZIP = { level: 6, chunkSize: 65_536, highWaterMark: 4_194_304 };

/** Writes the tenth byte of the gzip header, the operating system, as unknown, so that no machine shows in the file. */
function withoutSystem(): Transform {
  let isFirst = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isFirst && chunk.length > 9) {
        chunk[9] = 255;
        isFirst = false;
      }
      done(null, chunk);
    },
  });
}

/** A gzipped CSV export that is written as it is made, and its records counted. */
export class ExportFile {
  readonly name: string;
  records = 0;
  /** Characters before compression. */
  characters = 0;
  readonly #end: string;
  readonly #gzip = createGzip(GZIP);
  readonly #done: Promise<void>;
  #pending: string[] = [];
  #pendingCharacters = 0;
  #line: number;

  /** @param name path below the folder, also the name in the truth file. */
  constructor(folder: string, name: string, header: string, lineEnd = "\n") {
    this.name = name;
    this.#end = lineEnd;
    this.#line = 1;
    const path = `${folder}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    this.#done = finished(this.#gzip.pipe(withoutSystem()).pipe(createWriteStream(path)));
    this.#push(header);
  }

  /** Line of the record written last; the header is line 1. */
  get line(): number {
    return this.#line;
  }

  write(record: string): void {
    this.#push(record);
    this.records += 1;
    this.#line += 1;
  }

  /** Hands over what has gathered; waits while the disk is behind, so that memory stays bounded. */
  async flush(): Promise<void> {
    if (this.#pendingCharacters < CHUNK_CHARACTERS) return;
    await this.#drain();
  }

  async close(): Promise<void> {
    await this.#drain();
    this.#gzip.end();
    await this.#done;
  }

  #push(line: string): void {
    this.#pending.push(line, this.#end);
    this.#pendingCharacters += line.length + 1;
  }

  async #drain(): Promise<void> {
    const text = this.#pending.join("");
    this.characters += text.length;
    this.#pending = [];
    this.#pendingCharacters = 0;
    if (!this.#gzip.write(text)) await new Promise((resolve) => this.#gzip.once("drain", resolve));
  }
}

/** A value of a comma-separated file, quoted where it must be. */
export const commaCell = (value: string): string =>
  /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** A value that is always quoted. */
export const quotedCell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
