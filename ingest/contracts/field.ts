import { z } from "zod";

/** Earliest instant taken for plausible: before it a year was misread (`03/02/24` as the year 24). */
export const EARLIEST_INSTANT = "1990-01-01T00:00:00Z";

/** Free text, trimmed, never empty; up to one million characters. */
export const text = (description: string) => z.string().min(1).max(1_000_000).meta({ description });

/** A short text that identifies something; up to 256 characters. */
export const id = (description: string) => z.string().min(1).max(256).meta({ description });

/** A person's name or login: stored as a keyed pseudonym only (DEFINITIONS 44). */
export const person = (description: string) =>
  z.string().min(1).max(256).meta({ description, person: true });

/** An instant in UTC, to the second, that has already happened: not after the receipt of its record. */
export const pastInstant = (description: string) =>
  z.iso.datetime().meta({ description, past: true });

/** An instant in UTC, to the second, that may lie in the future (a due date, a planned start). */
export const instant = (description: string) => z.iso.datetime().meta({ description });

/** A calendar date without a zone. */
export const date = (description: string) => z.iso.date().meta({ description });

/** A whole number, not negative. */
export const count = (description: string) => z.int().min(0).meta({ description });

/** A whole number of any sign. */
export const whole = (description: string) => z.int().meta({ description });

/** A decimal number with up to four decimals. */
export const amount = (description: string) => z.number().meta({ description });

/** True or false. */
export const flag = (description: string) => z.boolean().meta({ description });

/** One of a closed list of words. The source's own word is kept beside it. */
export const choice = <const T extends readonly [string, ...string[]]>(
  values: T,
  description: string,
) => z.enum(values).meta({ description });
