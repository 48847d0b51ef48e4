import { z } from "zod";

/** `4h`, `90m`, `45s`, `1h30m`: whole seconds, or what was expected instead as text. */
export function parseDuration(text: string): number | { expected: string } {
  if (/\d\s*d/i.test(text)) {
    return { expected: "hours, such as 16h: a day is ambiguous in business time: write hours" };
  }
  const parts = /^(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?$/.exec(text);
  if (!parts || text === "") return { expected: "a duration such as 4h, 90m, 45s or 1h30m" };
  const [, hours = "0", minutes = "0", seconds = "0"] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A duration text, parsed to whole seconds; zero is refused unless allowed. */
export const durationSchema = (options: { isZeroAllowed?: boolean } = {}) =>
  z.string({ error: "a duration such as 4h, 90m, 45s or 1h30m" }).transform((text, context) => {
    const seconds = parseDuration(text);
    if (typeof seconds === "number" && (seconds > 0 || options.isZeroAllowed)) return seconds;
    const message = typeof seconds === "number" ? "a duration above zero" : seconds.expected;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
