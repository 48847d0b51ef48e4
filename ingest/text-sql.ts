import { literal } from "./query.ts";

const BREAK = "<(br|/p|/div|/li|/tr|/h[1-6])[^<>]*>";
/** Only the tags that editors of tickets write: `a < b` is no tag. */
const TAG =
  "</?(p|br|div|span|b|i|u|s|em|strong|a|ul|ol|li|table|thead|tbody|tr|td|th|font|h[1-6]|hr|img|pre|code|blockquote|html|body|head|style|meta|o:p)(\\s[^<>]*)?/?>";

/** Entities by their characters; those of numbers are left as they are but for the apostrophes. */
const ENTITIES: readonly (readonly [string, string])[] = [
  ["&nbsp;", " "],
  ["&#160;", " "],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#39;", "'"],
  ["&#039;", "'"],
  ["&apos;", "'"],
  ["&rsquo;", "’"],
  ["&eacute;", "é"],
  ["&egrave;", "è"],
  ["&ecirc;", "ê"],
  ["&agrave;", "à"],
  ["&ccedil;", "ç"],
  ["&ocirc;", "ô"],
  ["&ugrave;", "ù"],
  ["&#60;", "<"],
  ["&#62;", ">"],
  ["&amp;", "&"],
];

/** A text without the HTML that its tool put in: breaks become line ends, other tags go, entities become characters. */
export function withoutHtmlSql(raw: string): string {
  const broken = `regexp_replace(${raw}, ${literal(BREAK)}, chr(10), 'gi')`;
  const untagged = `regexp_replace(${broken}, ${literal(TAG)}, '', 'gi')`;
  const plain = ENTITIES.reduce(
    (text, [entity, character]) => `replace(${text}, ${literal(entity)}, ${literal(character)})`,
    untagged,
  );
  const trimmed = `nullif(trim(regexp_replace(${plain}, '\\s*\\n\\s*', chr(10), 'g'), chr(10) || ' '), '')`;
  return `case when contains(${raw}, '<') or contains(${raw}, '&') then ${trimmed} else ${raw} end`;
}

/** The first of several persons in a cell: parted by breaks, line ends, semicolons or bars, not by the comma of a name. */
export function firstPersonSql(raw: string): string {
  const first = `nullif(trim(regexp_extract(${withoutHtmlSql(raw)}, '^[\\s;|]*([^\\n\\r;|]*)', 1)), '')`;
  const isSeveral = ["<", "&", ";", "|"].map((mark) => `contains(${raw}, ${literal(mark)})`);
  return `case when ${isSeveral.join(" or ")} or contains(${raw}, chr(10)) then ${first} else ${raw} end`;
}

/** A key whose digits are parted by threes (`12 345`), as some tools show theirs, without the blanks. */
export const withoutBlanksSql = (raw: string): string =>
  `case when regexp_full_match(${raw}, '\\d{1,3}([ \u00a0\u202f]\\d{3})+') then regexp_replace(${raw}, '[ \u00a0\u202f]', '', 'g') else ${raw} end`;
