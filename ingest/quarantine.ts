import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFile } from "../connectors/connector.ts";
import { linesAt } from "../connectors/csv.ts";
import type { BatchPlan, StructuralReject } from "./batch.ts";
import { rawSql } from "./field-sql.ts";
import type { Mapping } from "./mapping.ts";
import { identifier, literal, rows } from "./query.ts";

/** Gives the refused records their numbers (table `refused`), and every row of `batch` its own (view `numbered`). */
export async function numberRecords(
  connection: DuckDBConnection,
  file: TableFile,
  rejects: readonly StructuralReject[],
): Promise<void> {
  const lines = await linesAt(
    file,
    rejects.map(({ position }) => position),
  );
  const numbers = lines.map((line) => file.recordOf(line));
  await connection.run(
    "create or replace temp table refused (record_number bigint, ordinal bigint, line bigint)",
  );
  const values = numbers.map((number, ordinal) => `(${number}, ${ordinal}, ${lines[ordinal]})`);
  if (values.length > 0)
    await connection.run(`insert into temp.refused values ${values.join(", ")}`);
  // The k-th row read is preceded by as many refused records as have (number - ordinal) <= k.
  const shift =
    values.length === 0
      ? "0"
      : "(select count(*) from temp.refused where refused.record_number - refused.ordinal <= batch.rowid + 1)";
  await connection.run(
    `create or replace temp view numbered as select *, rowid + 1 + ${shift} as record_number from temp.batch`,
  );
}

/**
 * Writes every fault of every record that cannot be taken, with its physical line; returns how many records.
 */
export async function writeQuarantine(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  file: TableFile,
  rejects: readonly StructuralReject[],
  mapping: Mapping,
): Promise<number> {
  const faulty = await rows<{ record: number }>(
    connection,
    "select record_number as record from numbered where faults <> 0 order by 1",
  );
  await connection.run(
    "create or replace temp table faulty_lines (record_number bigint, line bigint)",
  );
  for (let from = 0; from < faulty.length; from += 5000) {
    const values = faulty
      .slice(from, from + 5000)
      .map(({ record }) => `(${record}, ${file.lineOf(record)})`);
    await connection.run(`insert into temp.faulty_lines values ${values.join(", ")}`);
  }
  if (faulty.length > 0) await connection.run(faultRowsSql(importId, plan, file.header, mapping));
  for (const [ordinal, reject] of rejects.entries()) {
    await connection.run(
      `insert into ingest.quarantine select ${importId}, record_number, line, null, null, ?, ?, ?, ?
       from temp.refused where ordinal = ${ordinal}`,
      [...describeReject(reject, file.header.length), reject.text],
    );
  }
  return faulty.length + rejects.length;
}

/** Value, reason and expectation of a record that could not be cut into columns. */
function describeReject(
  { message }: StructuralReject,
  columns: number,
): [string | null, string, string] {
  const found = /Expected Number of Columns: \d+ Found: (\d+)/.exec(message)?.[1];
  if (found)
    return [`${found} columns`, "wrong_column_count", `${columns} columns, as the header has`];
  if (/quote/i.test(message)) return [null, "bad_quotes", "a quoted value to end at the separator"];
  return [message.split("\n")[0] ?? null, "malformed", `a record of ${columns} columns`];
}

/** SQL that writes every fault of the rows of `numbered`, whose lines are in `faulty_lines`. */
export function faultRowsSql(
  importId: number,
  plan: BatchPlan,
  header: readonly string[],
  mapping: Mapping,
): string {
  const branches = plan.fields.flatMap((sql, position) => {
    if (sql.fault === "false" || plan.lenient.has(sql.field.name)) return [];
    const column = mapping.fields[sql.field.name]!.columns.join(" / ") || "(constant)";
    return [
      `case when faults & (1::bigint << ${position}) <> 0 then {column_name: ${literal(column)}, field: ${literal(sql.field.name)},
         value: r_${sql.field.name}, reason: ${sql.reason}, expected: ${sql.expected}} end`,
    ];
  });
  // A pointer, unlike a path, takes any name of a column.
  const pointer = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const columns = new Map(
    header.map((name) => [name, `json_extract_string(raw, ${literal(pointer(name))})`]),
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
