import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StreamBuffer } from "../ingest/stream-buffer.ts";

const WRITE_MS = 1000;
const SAY_MS = 10_000;

interface SourceHealth {
  committedAt: string;
  /** Messages stored since the stream began, and of those a second since the last line that was said. */
  messages: number;
  messagesPerSecond: number;
  partitions: ReturnType<StreamBuffer["lags"]>;
}

/**
 * Keeps `stream.json` in the storage folder: process, last commit and publication, rate, offset and lag of each
 * partition; says the same of each source now and then.
 */
export class StreamHealth {
  readonly #path: string;
  readonly #say: (line: string) => void;
  #written = 0;
  #publishedAt: string | null = null;
  #sources: Record<string, SourceHealth> = {};
  #said = new Map<string, { at: number; messages: number }>();
  #writing = Promise.resolve();

  constructor(folder: string, say: (line: string) => void) {
    this.#path = join(folder, "stream.json");
    this.#say = say;
  }

  /** Notes a transaction of a source with so many messages. */
  note(source: string, messages: number, buffer: StreamBuffer): void {
    const now = Date.now();
    const before = this.#sources[source];
    const health: SourceHealth = {
      committedAt: new Date(now).toISOString(),
      messages: (before?.messages ?? 0) + messages,
      messagesPerSecond: before?.messagesPerSecond ?? 0,
      partitions: buffer.lags(),
    };
    this.#sources[source] = health;
    const said = this.#said.get(source) ?? { at: now, messages: health.messages - messages };
    this.#said.set(source, said);
    if (now - said.at >= SAY_MS) {
      health.messagesPerSecond = Math.round(
        ((health.messages - said.messages) / (now - said.at)) * 1000,
      );
      this.#said.set(source, { at: now, messages: health.messages });
      const lag = health.partitions.reduce((sum, partition) => sum + partition.lag, 0);
      this.#say(
        `stream     ${source}: ${health.messagesPerSecond.toLocaleString("en-GB")} messages/s, ${lag.toLocaleString("en-GB")} behind`,
      );
    }
    if (now - this.#written < WRITE_MS) return;
    this.#written = now;
    void this.write("running");
  }

  published(): void {
    this.#publishedAt = new Date().toISOString();
  }

  async #replace(before: Promise<void>, text: string): Promise<void> {
    await before;
    await writeFile(`${this.#path}.new`, text);
    await rename(`${this.#path}.new`, this.#path);
  }

  write(state: "running" | "stopped"): Promise<void> {
    const { pid } = process;
    const text = `${JSON.stringify({ state, pid, publishedAt: this.#publishedAt, sources: this.#sources })}\n`;
    this.#writing = this.#replace(this.#writing, text);
    return this.#writing;
  }
}
