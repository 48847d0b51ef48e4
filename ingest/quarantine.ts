import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { linesAt } from "../connectors/csv.ts";
import type { BatchPlan } from "./batch.ts";
import { columnPosition, namedColumns } from "./column-name.ts";
import { rawSql } from "./field-sql.ts";
import { identifier, literal, row, rows } from "./query.ts";

/** Rows that share one list of the refused records among them. */
const SHIFT_BLOCK = 64;

/**
 * Gives the refused records (table `refused`) and the rows of `batch` (view `numbered`) their record numbers; returns how
 * many are refused.
 */
export async function numberRecords(
  connection: DuckDBConnection,
  file: TableFile,
): Promise<number> {
  await connection.run(
    `create or replace temp table refused (record_number bigint, line bigint, value varchar, reason varchar, expected varchar, text varchar)`,
  );
  if (file.rejects) await takeRejects(connection, file.rejects.path);
  else await takeReaderRejects(connection, file);
  const { refused } = await row<{ refused: number }>(
    connection,
    "select count(*) as refused from temp.refused",
  );
  // The k-th row read is preceded by as many refused records as have (number - ordinal) <= k. They are looked up by blocks
  // of rows: a join would sort whole rows.
  if (refused > 0)
    await connection.run(
      `create or replace temp table shift_blocks as
       select block, list(after_row) as after_rows, count(*) as refused
       from (select greatest(record_number - row_number() over (order by record_number), 0) as after_row, after_row // ${SHIFT_BLOCK} as block from temp.refused)
       group by all;
       set variable shift_rows = (select list(coalesce(after_rows, []::bigint[]) order by range)
         from range((select count(*) // ${SHIFT_BLOCK} + 1 from temp.batch)) left join temp.shift_blocks on block = range);
       set variable shift_bases = (select list(before order by range)
         from (select range, coalesce(sum(refused) over (order by range rows between unbounded preceding and 1 preceding), 0)::bigint as before
           from range((select count(*) // ${SHIFT_BLOCK} + 1 from temp.batch)) left join temp.shift_blocks on block = range))`,
    );
  // Rows that are not committed yet are numbered from a high number on.
  await connection.run("set variable first_row = (select min(rowid) from temp.batch)");
  const place = "(rowid - getvariable('first_row'))";
  const block = `(${place} // ${SHIFT_BLOCK} + 1)`;
  const shift =
    refused === 0
      ? "0"
      : `getvariable('shift_bases')[${block}] + len(list_filter(getvariable('shift_rows')[${block}], lambda after_row: after_row <= ${place}))`;
  await connection.run(
    `create or replace temp view numbered as select *, ${place} + 1 + ${shift} as record_number from temp.batch`,
  );
  return refused;
}

/** What the tolerant way set aside. */
async function takeRejects(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run(
    `insert into temp.refused select record_number, line, nullif(value, ''), reason, expected, text
     from read_json(${literal(path)}, format = 'newline_delimited', auto_detect = false, maximum_object_size = 16777216,
       columns = {record_number: 'bigint', line: 'bigint', value: 'varchar', reason: 'varchar', expected: 'varchar', text: 'varchar'})`,
  );
}

/** What DuckDB's reader refused; only the byte positions that it gives are always right. */
async function takeReaderRejects(connection: DuckDBConnection, file: TableFile): Promise<void> {
  const found = await rows<{ position: number }>(
    connection,
    "select distinct line_byte_position::bigint as position from reject_errors order by 1",
  );
  const lines = await linesAt(
    file,
    found.map(({ position }) => position),
  );
  await connection.run(
    "create or replace temp table places (position bigint, record_number bigint, line bigint)",
  );
  await insertValues(
    connection,
    "places",
    found.map(({ position }, index) => [position, file.recordOf(lines[index]!), lines[index]!]),
  );
  const width = file.header.length;
  await connection.run(
    `insert into temp.refused
     select record_number, any_value(place.line),
       case when columns <> '' then columns || ' columns' when not is_quote then message end,
       case when columns <> '' then 'wrong_column_count' when is_quote then 'bad_quotes' else 'malformed' end,
       case when columns <> '' then '${width} columns, as the header has' when is_quote then 'a quoted value to end at the separator'
         else 'a record of ${width} columns' end,
       any_value(csv_line)
     from (
       select line_byte_position::bigint as position, any_value(csv_line) as csv_line, min(string_split(error_message, chr(10))[1]) as message,
         max(regexp_extract(error_message, 'Expected Number of Columns: \\d+ Found: (\\d+)', 1)) as columns,
         bool_or(error_message ilike '%quote%') as is_quote
       from reject_errors group by all
     ) as reject join temp.places as place using (position)
     group by all order by record_number`,
  );
}

/** Fills a temporary table with rows of whole numbers. */
async function insertValues(
  connection: DuckDBConnection,
  table: string,
  values: readonly (readonly number[])[],
): Promise<void> {
  for (let from = 0; from < values.length; from += 5000) {
    const some = values.slice(from, from + 5000).map((numbers) => `(${numbers.join(", ")})`);
    await connection.run(`insert into temp.${table} values ${some.join(", ")}`);
  }
}

/**
 * Writes every fault of every record that cannot be taken, with its physical line; returns how many records.
 */
export async function writeQuarantine(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  file: TableFile,
): Promise<number> {
  const faulty = await rows<{ record: number }>(
    connection,
    "select record_number as record from numbered where faults <> 0 order by 1",
  );
  await connection.run(
    "create or replace temp table faulty_lines (record_number bigint, line bigint)",
  );
  await insertValues(
    connection,
    "faulty_lines",
    faulty.map(({ record }) => [record, file.lineOf(record)]),
  );
  if (faulty.length > 0) await connection.run(faultRowsSql(importId, plan, file.header));
  const refused = await connection.run(
    `insert into ingest.quarantine
     select ${importId}, record_number, line, null, null, value, reason, expected, text from temp.refused order by record_number`,
  );
  return faulty.length + refused.rowsChanged;
}

/** SQL that writes every fault of the rows of `numbered`, whose lines are in `faulty_lines`. */
export function faultRowsSql(importId: number, plan: BatchPlan, header: readonly string[]): string {
  const { mapping } = plan;
  const branches = plan.fields.flatMap((sql, position) => {
    if (sql.fault === "false" || plan.lenient.has(sql.field.name)) return [];
    const there = mapping.fields[sql.field.name]!.columns.flatMap((name) => {
      const at = columnPosition(name, header);
      return at < 0 ? [] : [header[at]!];
    });
    const column = [...new Set(there)].join(" / ") || "(constant)";
    return [
      `case when faults & (1::bigint << ${position}) <> 0 then {column_name: ${literal(column)}, field: ${literal(sql.field.name)},
         value: r_${sql.field.name}, reason: ${sql.reason}, expected: ${sql.expected}} end`,
    ];
  });
  // A pointer, unlike a path, takes any name of a column.
  const pointer = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const columns = namedColumns(
    mapping,
    header,
    (position) => `json_extract_string(raw, ${literal(pointer(header[position]!))})`,
  );
  const raws = plan.fields.map(({ field: { name } }) => {
    const text = rawSql(mapping.fields[name]!, { columns, missing: mapping.missing });
    return `${text} as r_${name}, ${identifier(name)} as v_${name}`;
  });
  return `insert into ingest.quarantine
    select ${importId}, record_number, line, fault.column_name, fault.field, fault.value, fault.reason, fault.expected, raw
    from (
      select record_number, line, raw, unnest(list_filter([${branches.join(", ")}], lambda fault: fault is not null)) as fault
      from (select numbered.*, ${raws.join(", ")} from numbered where faults <> 0) join temp.faulty_lines using (record_number)
    ) order by record_number, fault.field`;
}
