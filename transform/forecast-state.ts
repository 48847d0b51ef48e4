import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "../ingest/query.ts";
import { METHODS } from "./forecast.ts";
import { addToState, readStateCsv, type StateAddition, StateFileError } from "./state-csv.ts";
import { fillTable } from "./table-model.ts";

/** Forecasts as they were made: what came later never changes them. */
export const FORECASTS_FILE = "forecasts.csv";

const TEXTS = ["issued", "audience_id", "entity_id", "type", "month", "method"] as const;
const COUNTS = ["expected", "low_80", "high_80", "low_95", "high_95"] as const;
const COLUMNS = [...TEXTS, ...COUNTS];
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Writes the forecasts of earlier runs into `reference.issued_forecasts`. @throws StateFileError */
export async function buildForecastState(
  connection: DuckDBConnection,
  stateFolder: string,
): Promise<void> {
  const path = join(stateFolder, FORECASTS_FILE);
  const records = await readStateCsv(path, COLUMNS);
  const faults = records.flatMap(({ line, values }) => [
    ...["issued", "month"]
      .filter((name) => !MONTH.test(values[name]!))
      .map((name) => ({ line, text: `${name} "${values[name]}"; expected a month YYYY-MM` })),
    ...COUNTS.filter((name) => !/^\d{1,9}$/.test(values[name]!)).map((name) => ({
      line,
      text: `${name} "${values[name]}"; expected a whole number of tickets`,
    })),
    ...(METHODS.some((method) => method === values["method"])
      ? []
      : [{ line, text: `method "${values["method"]}"; expected one of ${METHODS.join(", ")}` }]),
  ]);
  if (faults.length > 0) throw new StateFileError(path, faults);
  const columnOf = (name: string) => records.map(({ values }) => values[name]!);
  await fillTable(
    connection,
    "reference.issued_forecasts",
    {
      ...Object.fromEntries(TEXTS.map((name) => [name, "varchar" as const])),
      ...Object.fromEntries(COUNTS.map((name) => [name, "integer" as const])),
    },
    {
      ...Object.fromEntries(TEXTS.map((name) => [name, columnOf(name)])),
      ...Object.fromEntries(COUNTS.map((name) => [name, columnOf(name).map(Number)])),
    },
  );
}

/** The file as it is to be after this run: with the forecasts of months that had none yet. */
export async function nextForecasts(
  connection: DuckDBConnection,
  stateFolder: string,
): Promise<StateAddition> {
  const list = COLUMNS.map((name) => `"${name}"::varchar as "${name}"`).join(", ");
  const made = await rows<Record<string, string>>(
    connection,
    `select ${list} from intermediate.int_demand_forecasts
     anti join reference.issued_forecasts using (issued, audience_id, entity_id, type)
     order by ${TEXTS.join(", ")}`,
  );
  return addToState(join(stateFolder, FORECASTS_FILE), COLUMNS, made);
}
