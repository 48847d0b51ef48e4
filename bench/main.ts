import { benchAgreement } from "./agreement.ts";
import { benchCsv } from "./csv.ts";
import { benchKafka } from "./kafka.ts";
import { benchPath } from "./path.ts";
import { benchRecurrence } from "./recurrence.ts";
import { benchSla } from "./sla.ts";

/** Benchmarks by name; each prints what it measures and, as its last line, one JSON object. */
const BENCHES: Record<string, () => Promise<Record<string, unknown>>> = {
  agreement: benchAgreement,
  csv: benchCsv,
  kafka: benchKafka,
  path: benchPath,
  recurrence: benchRecurrence,
  sla: benchSla,
};

const name = process.argv[2] ?? "";
const bench = BENCHES[name];
if (!bench) {
  console.error(`unknown benchmark ${name}; expected one of ${Object.keys(BENCHES).join(", ")}`);
  process.exitCode = 2;
} else {
  console.log(JSON.stringify({ bench: name, ...(await bench()) }));
}
