import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { configIn, ingestAll, temporaryFolder, transformAll } from "../project.ts";
import { isoText } from "../warehouse.ts";

const config = (zone: string) => `
vigie: 1
organisation:
  name: Readings
  reporting_zone: UTC
  entities: [{ id: g, kind: group, name: G }, { id: p, kind: site, parent: g, name: P, zone: UTC }]
sources:
  - { id: s, tool: Tool, zone: ${zone}, site: p, inputs: [{ path: log.csv, mapping: log.yaml }] }
`;

const MAPPING = `record: ticket
rows: history
fields: { native_id: id, opened_at: opened, observed_at: seen, status: { column: state, lookup: states } }
lookups:
  states: { Open: in_progress, Done: resolved }
`;

const LOG = `id,opened,seen,state
1,2026-06-01 09:00:00,2026-06-01 09:00:00,Open
1,2026-06-01 09:00:00,2026-06-01 11:00:00,Done
`;

test("A better reading of the same file takes the place of the earlier one, and may be taken back", async () => {
  await using folder = await temporaryFolder();
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
  await write("log.yaml", MAPPING);
  await write("log.csv", LOG);
  const readAs = async (zone: string) => {
    await write("vigie.yaml", config(zone));
    const read = await configIn(join(folder.path, "vigie.yaml"), folder.path);
    using warehouse = await openWarehouse(read.storage.warehouse);
    const { imports, known } = await ingestAll(warehouse, read);
    await transformAll(warehouse, read);
    const [ticket] = await rows(
      warehouse.connection,
      "select opened_at, resolved_at, reopenings from marts.fct_tickets",
    );
    const states = await rows(warehouse.connection, "from intermediate.int_ticket_states");
    const shown = await rows(warehouse.connection, "from marts.mart_imports");
    const plain = Object.fromEntries(
      Object.entries(ticket!).map(([key, value]) => [key, isoText(value)]),
    );
    return { ...plain, imports: imports.length, known, states: states.length, shown: shown.length };
  };
  const inUtc = {
    opened_at: "2026-06-01T09:00:00Z",
    resolved_at: "2026-06-01T11:00:00Z",
    reopenings: 0,
  };
  const inParis = {
    opened_at: "2026-06-01T07:00:00Z",
    resolved_at: "2026-06-01T09:00:00Z",
    reopenings: 0,
  };
  const once = { states: 3, shown: 1 };
  expect(await readAs("UTC")).toEqual({ ...inUtc, ...once, imports: 1, known: 0 });
  expect(await readAs("Europe/Paris")).toEqual({ ...inParis, ...once, imports: 1, known: 0 });
  expect(await readAs("Europe/Paris")).toEqual({ ...inParis, ...once, imports: 0, known: 1 });
  expect(await readAs("UTC")).toEqual({ ...inUtc, ...once, imports: 1, known: 0 });
});
