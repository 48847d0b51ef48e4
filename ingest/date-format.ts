import { monthNumber, plainWord } from "./month-name.ts";

/** Forms of an instant beside those of strptime: seconds or milliseconds since 1970 UTC, days of a spreadsheet (local). */
export const NUMERIC_FORMATS = ["epoch_seconds", "epoch_milliseconds", "excel_days"] as const;

/** Which of the two numbers before the year is the day. */
export type DayOrder = "day_first" | "month_first";

/** How the dates of a column are written. */
export interface DateForms {
  /** ISO 8601 for the most part, which needs no format. */
  isIso: boolean;
  /**
   * Forms by what is written (strptime formats and `NUMERIC_FORMATS`), the most frequent first; where day and month
   * are both numbers the day comes first here: `swapDayMonth` gives the other reading.
   */
  formats: string[];
  /** Values whose first number can only be a day, and those whose second can only be one. */
  dayFirst: number;
  monthFirst: number;
  /** True where some form leaves day and month to be told apart. */
  hasNumericMonth: boolean;
  /** Values that were not empty, and those that are no date in any form known here. */
  values: number;
  unknown: number;
}

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?)?$/;
const TIME =
  /^(?<lead>[ T,\u00a0\u202f]*(?:(?:à|a|at|um|las|às|-)[ \u00a0]+)?)(?<hour>\d{1,2})(?<first>[:hH.])(?<minute>\d{2})(?:(?<second>[:.mM])(?<seconds>\d{2})(?<fraction>[.,]\d+)?s?)?(?:(?<gap>[ \u00a0\u202f]*)(?<half>[AaPp][Mm]))?(?:(?<zonegap> ?)(?<zone>Z|[+-]\d{2}:?\d{2}))?$/;
const NUMBERS = /^(?<a>\d{1,4})(?<sep>[/.\- ])(?<b>\d{1,2})\k<sep>(?<c>\d{1,4})(?<rest>.*)$/s;
const DAY_MONTH =
  /^(?<weekday>\p{L}+\.?,?[ ]+)?(?<day>\d{1,2})(?<ordinal>er|st|nd|rd|th|º)?(?<gap1>[ \-/.]+(?:de )?)(?<month>\p{L}{3,})(?<dot>\.?)(?<gap2>[ \-/.,]+(?:de )?)(?<year>\d{4}|\d{2})(?<rest>.*)$/su;
const MONTH_DAY =
  /^(?<weekday>\p{L}+\.?,[ ]+)?(?<month>\p{L}{3,})(?<dot>\.?)(?<gap1>[ \-/.]+)(?<day>\d{1,2})(?<ordinal>st|nd|rd|th)?(?<gap2>,?[ \-/.]+)(?<year>\d{4}|\d{2})(?<rest>.*)$/su;

interface DateForm {
  format: string;
  order?: DayOrder | "either";
}

/** The forms of a column's values (texts as they stand); pass as many as there are, or a spread sample. */
export function detectDates(values: Iterable<string>): DateForms {
  const forms = new Map<string, number>();
  const found: DateForms = {
    isIso: false,
    formats: [],
    dayFirst: 0,
    monthFirst: 0,
    hasNumericMonth: false,
    values: 0,
    unknown: 0,
  };
  let iso = 0;
  for (const text of values) {
    const value = text.trim();
    if (value === "") continue;
    found.values += 1;
    if (ISO.test(value)) {
      iso += 1;
      continue;
    }
    const form = formOf(value);
    if (!form) {
      found.unknown += 1;
      continue;
    }
    if (form.order === "day_first") found.dayFirst += 1;
    if (form.order === "month_first") found.monthFirst += 1;
    if (form.order) found.hasNumericMonth = true;
    forms.set(form.format, (forms.get(form.format) ?? 0) + 1);
  }
  // Among dates in ISO 8601 a few others are slips, for the quarantine to show.
  const known = found.values - found.unknown;
  found.isIso = iso > 0 && iso * 2 >= known;
  if (found.isIso) return { ...found, hasNumericMonth: false };
  found.formats = [...forms].toSorted((a, b) => b[1] - a[1]).map(([format]) => format);
  if (iso > 0) found.formats.push(...ISO_FORMATS);
  return found;
}

/** ISO 8601 for columns that mix it with other forms. */
const ISO_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"];

/** The order that the values themselves tell; undefined where they tell none, or both in some number. */
export function decideDayOrder({ dayFirst, monthFirst }: DateForms): DayOrder | undefined {
  // One slip in a hundred is quarantined; more of them are a column that says two things.
  if (dayFirst > 0 && monthFirst * 100 <= dayFirst) return "day_first";
  if (monthFirst > 0 && dayFirst * 100 <= monthFirst) return "month_first";
  return undefined;
}

/** The formats of a column with the day and the month in the order given. */
export const orderFormats = (formats: readonly string[], order: DayOrder): string[] =>
  formats.map((format) => (order === "day_first" ? format : swapDayMonth(format)));

/** The same format with day and month the other way round, where both are numbers before the year. */
export const swapDayMonth = (format: string): string =>
  format.replace(/^%d(.)%m\1%([yY])/, "%m$1%d$1%$2");

function formOf(value: string): DateForm | undefined {
  return numericForm(value) ?? separatedForm(value) ?? namedForm(value);
}

function numericForm(value: string): DateForm | undefined {
  if (/^\d{8}$/.test(value) && /^(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d$/.test(value))
    return { format: "%Y%m%d" };
  if (/^(19|20)\d{12}$/.test(value)) return { format: "%Y%m%d%H%M%S" };
  if (/^\d{8}T\d{6}Z?$/.test(value))
    return { format: value.endsWith("Z") ? "%Y%m%dT%H%M%S%z" : "%Y%m%dT%H%M%S" };
  if (!/^\d+([.,]\d+)?$/.test(value)) return undefined;
  const number = Number(value.replace(",", "."));
  if (number >= 631_152_000 && number < 7_258_118_400) return { format: "epoch_seconds" };
  if (number >= 631_152_000_000 && number < 7_258_118_400_000)
    return { format: "epoch_milliseconds" };
  if (number >= 32_874 && number < 109_575) return { format: "excel_days" };
  return undefined;
}

function separatedForm(value: string): DateForm | undefined {
  const { a, sep, b, c, rest } = NUMBERS.exec(value)?.groups ?? {};
  if (a === undefined || b === undefined || c === undefined) return undefined;
  const time = timeForm(rest!);
  if (time === undefined) return undefined;
  if (a.length === 4) {
    if (Number(b) > 12 || Number(c) > 31) return undefined;
    return { format: `%Y${sep}%m${sep}%d${time}` };
  }
  if (a.length > 2 || (c.length !== 2 && c.length !== 4)) return undefined;
  const [first, second] = [Number(a), Number(b)];
  if (first > 31 || second > 31 || (first > 12 && second > 12) || first === 0 || second === 0)
    return undefined;
  const order = first > 12 ? "day_first" : second > 12 ? "month_first" : "either";
  return { format: `%d${sep}%m${sep}${c.length === 4 ? "%Y" : "%y"}${time}`, order };
}

function namedForm(value: string): DateForm | undefined {
  const isMonthFirst = !DAY_MONTH.test(value);
  const parts = (isMonthFirst ? MONTH_DAY : DAY_MONTH).exec(value)?.groups;
  if (!parts || monthNumber(parts["month"]!) === undefined) return undefined;
  const time = timeForm(parts["rest"]!);
  if (time === undefined) return undefined;
  const year = parts["year"]!.length === 4 ? "%Y" : "%y";
  const weekday = parts["weekday"] === undefined ? "" : parts["weekday"].replace(/\p{L}+/u, "%A");
  const day = `%d${plainWord(parts["ordinal"] ?? "") === "" ? "" : parts["ordinal"]}`;
  const [one, two] = isMonthFirst ? [`%b`, day] : [day, "%b"];
  return { format: `${weekday}${one}${parts["gap1"]}${two}${parts["gap2"]}${year}${time}` };
}

/** The format of a time of day behind a date; empty without one, undefined for what is none. */
function timeForm(rest: string): string | undefined {
  if (rest === "") return "";
  const parts = TIME.exec(rest)?.groups;
  if (!parts || Number(parts["hour"]) > 23 || Number(parts["minute"]) > 59) return undefined;
  if ((parts["lead"] ?? "") === "") return undefined;
  const hour = parts["half"] === undefined ? "%H" : "%I";
  const seconds = parts["second"] === undefined ? "" : `${parts["second"]}%S`;
  const fraction = parts["fraction"] === undefined ? "" : `${parts["fraction"][0]}%f`;
  const half = parts["half"] === undefined ? "" : `${parts["gap"] ?? ""}%p`;
  const zone = parts["zone"] === undefined ? "" : `${parts["zonegap"] ?? ""}%z`;
  return `${parts["lead"]}${hour}${parts["first"]}%M${seconds}${fraction}${half}${zone}`;
}
