import type { IngestProgress } from "../ingest/ingest-progress.ts";
import { counted } from "./project.ts";

/** Where progress goes: plain lines, and on a terminal one line that is rewritten. */
export interface ProgressOutput {
  line: (text: string) => void;
  /** Writes text as it stands; null where there is no terminal. */
  rewrite: ((text: string) => void) | null;
  /** Width of the terminal, in characters. */
  columns: number;
}

const PLAIN_EVERY_MS = 10_000;

/** A size in the largest unit that leaves at least one. */
export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** A time left, rounded as one would say it. */
export function showSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** How far an ingest is, in one line: files, bytes, records, records a second, time left. */
export function progressLine(progress: IngestProgress, seconds: number): string {
  const { files, filesDone, bytes, bytesDone, records } = progress;
  const parts = [
    `${filesDone}/${counted(files, "file")}`,
    `${showBytes(bytesDone)} of ${showBytes(bytes)}`,
    counted(records, "record"),
  ];
  if (seconds > 0 && records > 0)
    parts.push(`${Math.round(records / seconds).toLocaleString("en-GB")}/s`);
  if (bytesDone > 0 && bytesDone < bytes)
    parts.push(`${showSeconds((seconds / bytesDone) * (bytes - bytesDone))} left`);
  return `ingest     ${parts.join(", ")}`;
}

/**
 * Shows the progress of an ingest; `line` prints a plain line without tearing the one that is rewritten.
 *
 * @param now milliseconds of a clock that only goes on.
 */
export function ingestProgress(output: ProgressOutput, now: () => number) {
  const started = now();
  let printed = started;
  let isShown = false;
  const clear = () => {
    if (isShown) output.rewrite?.("\r\u{1b}[K");
    isShown = false;
  };
  return {
    line(text: string): void {
      clear();
      output.line(text);
    },
    update(progress: IngestProgress): void {
      const text = progressLine(progress, (now() - started) / 1000);
      if (output.rewrite) {
        output.rewrite(`\r\u{1b}[K${text.slice(0, output.columns - 1)}`);
        isShown = true;
      } else if (now() - printed >= PLAIN_EVERY_MS) {
        printed = now();
        output.line(text);
      }
    },
    end: clear,
  };
}
