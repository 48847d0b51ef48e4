import { literal } from "./query.ts";

/** Words for units of time, in several languages, and their seconds. */
const UNITS: readonly (readonly [string, number])[] = [
  ["w|wk|weeks?|sem|semaines?|semanas?|wochen?", 604_800],
  ["d|days?|j|jrs?|jours?|d[ií]as?|dias?|tage?", 86_400],
  ["h|hrs?|hours?|heures?|horas?|std|stunden?|ore", 3600],
  ["m|mn|mins?|minutes?|minutos?|minuten|minuti", 60],
  ["s|sec|secs|seconds?|secondes?|segundos?|sekunden?|secondi", 1],
];

/**
 * SQL of a duration's text in whole seconds: seconds, `h:mm` and `h:mm:ss` of any sign, an instant counted from 1970
 * (`1970-01-02 09:46:18`), words (`1 jours 3 heures`, `2d 4h`) and ISO 8601 (`PT1H30M`); null for anything else.
 */
export function durationSql(raw: string): string {
  const text = `lower(${raw})`;
  const clock = "([+-]?)(\\d{1,6}):([0-5]\\d)(:([0-5]\\d))?";
  const part = (group: number) => `regexp_extract(${raw}, ${literal(clock)}, ${group})`;
  const number = (group: number) => `coalesce(try_cast(nullif(${part(group)}, '') as bigint), 0)`;
  const units = UNITS.map(([words]) => words).join("|");
  const worded = `([+-] ?)?(\\d+ *(${units})[ ,.]*(et |and |y |und )?)+`;
  const words = UNITS.map(
    ([names, seconds]) =>
      `coalesce(try_cast(nullif(regexp_extract(${text}, ${literal(`(\\d+) *(${names})([^[:alpha:]]|$)`)}, 1), '') as bigint), 0) * ${seconds}`,
  );
  const iso = "p(\\d+d)?(t(\\d+h)?(\\d+m)?(\\d+(\\.\\d+)?s)?)?";
  const isoPart = (unit: string) =>
    `coalesce(try_cast(nullif(regexp_extract(${text}, ${literal(`(\\d+)(\\.\\d+)?${unit}`)}, 1), '') as bigint), 0)`;
  return `case when regexp_full_match(${raw}, '[+-]?\\d{1,18}') then try_cast(${raw} as bigint)
    when regexp_full_match(${raw}, ${literal(clock)}) then (case when ${part(1)} = '-' then -1 else 1 end) * (${number(2)} * 3600 + ${number(3)} * 60 + ${number(5)})
    when regexp_full_match(${raw}, '19[67]\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d(:\\d\\d)?') then epoch(try_cast(${raw} as timestamp))::bigint
    when regexp_full_match(${text}, ${literal(worded)}) then (case when starts_with(${raw}, '-') then -1 else 1 end) * (${words.join(" + ")})
    when regexp_full_match(${text}, ${literal(iso)}) and length(${raw}) > 1 then ${isoPart("d")} * 86400 + ${isoPart("h")} * 3600 + ${isoPart("m")} * 60 + ${isoPart("s")}
    end`;
}
