/** Numbers, months and durations in one language. */
export interface Formats {
  number: (value: number, digits?: number) => string;
  /** A ratio (0.912) as a percentage with one decimal; what is not quite none or all is never said to be. */
  percent: (ratio: number, digits?: number) => string;
  /** "October 2026" of "2026-10". */
  month: (month: string) => string;
  /** "October" of "2026-10". */
  monthName: (month: string) => string;
  /** "Oct" of "2026-10", with the year under January. */
  monthShort: (month: string) => string;
  /** "Monday" of 1, as ISO 8601 numbers weekdays. */
  weekday: (number: number) => string;
  /** "Mon" of 1. */
  weekdayShort: (number: number) => string;
  /** A difference with its sign. */
  signed: (value: number) => string;
  /** A local instant, "2026-10-31 23:59", which is already in the reporting zone. */
  instant: (local: string) => string;
  /** Seconds as minutes or hours; past three days of calendar time, as days. */
  duration: (seconds: number, time?: string) => string;
}

function utc(local: string): Date {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = local.split(/\D+/).map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute));
}

/**
 * The formats of a locale.
 *
 * @param dayUnit the language's sign for days
 */
export function formats(locale: string, dayUnit: string): Formats {
  // The instants are local text already: reading them as UTC keeps the browser's zone out.
  const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const long = dates({ month: "long", year: "numeric" });
  const name = dates({ month: "long" });
  const short = dates({ month: "short" });
  const weekday = dates({ weekday: "long" });
  const weekdayShort = dates({ weekday: "short" });
  const instant = dates({ dateStyle: "medium", timeStyle: "short" });
  const number = (value: number, digits = 0): string =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percent = (ratio: number, digits: number): string =>
    ratio
      .toLocaleString(locale, {
        style: "percent",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      })
      // French takes a thin space before the sign; some versions of Intl give a wide one.
      .replace("\u00a0%", "\u202f%");
  const quantity = (value: number, unit: string): string =>
    `${value.toLocaleString(locale, {
      maximumFractionDigits: unit === "min" || value >= 100 ? 0 : 1,
    })}\u202f${unit}`;
  return {
    number,
    percent: (ratio, digits = 1) => {
      const least = 10 ** -(digits + 2);
      if (ratio > 0 && ratio < least / 2) return `<\u202f${percent(least, digits)}`;
      if (ratio < 1 && ratio >= 1 - least / 2) return `>\u202f${percent(1 - least, digits)}`;
      return percent(ratio, digits);
    },
    month: (month) => long.format(utc(month)),
    monthName: (month) => name.format(utc(month)),
    monthShort: (month) => short.format(utc(month)),
    // 1 January 2024 was a Monday.
    weekday: (day) => weekday.format(Date.UTC(2024, 0, day)),
    weekdayShort: (day) => weekdayShort.format(Date.UTC(2024, 0, day)),
    signed: (value) => `${value > 0 ? "+" : value < 0 ? "\u2212" : ""}${number(Math.abs(value))}`,
    instant: (local) => instant.format(utc(local)),
    duration: (seconds, time = "calendar") =>
      seconds < 3600
        ? quantity(seconds / 60, "min")
        : time === "calendar" && seconds >= 3 * 86_400
          ? quantity(seconds / 86_400, dayUnit)
          : quantity(seconds / 3600, "h"),
  };
}
