/** One open segment of a week, half-open, in seconds of the local day. */
export interface OpenSegment {
  /** 1 Monday to 7 Sunday. */
  weekday: number;
  openSecond: number;
  /** Up to 86400 (24:00). */
  closeSecond: number;
}

interface HoursFault {
  path: (string | number)[];
  expected: string;
}

/** A segment with the text that it was written as, and where. */
interface WrittenSegment extends OpenSegment {
  path: (string | number)[];
  text: string;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SEGMENT = 'a segment such as "08:30-12:30"';

/** Reads `{mon-fri: ["08:30-12:30"]}` into segments sorted by day and hour, with a fault for each text that cannot be. */
export function parseHours(hours: Record<string, readonly string[]>): {
  segments: OpenSegment[];
  faults: HoursFault[];
} {
  const faults: HoursFault[] = [];
  const found: WrittenSegment[] = [];
  for (const [days, texts] of Object.entries(hours)) {
    const weekdays = parseDays(days);
    if (!weekdays) {
      faults.push({
        path: [days],
        expected: "a day or a range of days such as mon, mon-fri or sat-sun as the key",
      });
      continue;
    }
    for (const [index, text] of texts.entries()) {
      const path = [days, index];
      const span = parseSpan(text);
      if ("expected" in span) faults.push({ path, expected: span.expected });
      else for (const weekday of weekdays) found.push({ weekday, ...span, path, text });
    }
  }
  if (faults.length === 0 && found.length === 0) {
    faults.push({
      path: [],
      expected: 'at least one open segment, such as {mon-fri: ["09:00-17:00"]}',
    });
  }
  found.sort((a, b) => a.weekday - b.weekday || a.openSecond - b.openSecond);
  return {
    segments: found.map(({ weekday, openSecond, closeSecond }) => ({
      weekday,
      openSecond,
      closeSecond,
    })),
    faults: [...faults, ...overlapFaults(found)],
  };
}

/** One fault for each pair of texts that overlap on some day; `found` is sorted. */
function overlapFaults(found: readonly WrittenSegment[]): HoursFault[] {
  const faults = new Map<string, HoursFault>();
  let last: WrittenSegment | undefined;
  for (const next of found) {
    if (last?.weekday === next.weekday && next.openSecond < last.closeSecond) {
      const expected = `segments that do not overlap, and ${last.text} of ${last.path[0]} does`;
      faults.set(`${last.path.join()} ${next.path.join()}`, { path: next.path, expected });
      if (next.closeSecond <= last.closeSecond) continue;
    }
    last = next;
  }
  return [...faults.values()];
}

function parseDays(text: string): number[] | undefined {
  const [first = "", last = first, ...rest] = text.split("-");
  const from = DAYS.indexOf(first);
  const to = DAYS.indexOf(last);
  if (from < 0 || to < from || rest.length > 0) return undefined;
  return Array.from({ length: to - from + 1 }, (_, offset) => from + offset + 1);
}

function parseSpan(text: string): Omit<OpenSegment, "weekday"> | { expected: string } {
  const parts = /^(\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text);
  if (!parts) return { expected: SEGMENT };
  const [, open = "", close = ""] = parts;
  const openSecond = parseClock(open);
  const closeSecond = parseClock(close);
  if (openSecond === undefined || closeSecond === undefined || openSecond === 86_400) {
    return { expected: `${SEGMENT}, from 00:00 to 24:00` };
  }
  if (openSecond === closeSecond) return { expected: "a segment that ends after it begins" };
  if (openSecond > closeSecond) {
    const second = closeSecond === 0 ? "" : ` and "00:00-${close}" of the next day`;
    return {
      expected: `a segment within one day; write ${second ? "two segments, " : ""}"${open}-24:00"${second}`,
    };
  }
  return { openSecond, closeSecond };
}

function parseClock(text: string): number | undefined {
  const hours = Number(text.slice(0, 2));
  const minutes = Number(text.slice(3));
  const isValid = minutes < 60 && (hours < 24 || (hours === 24 && minutes === 0));
  return isValid ? hours * 3600 + minutes * 60 : undefined;
}
