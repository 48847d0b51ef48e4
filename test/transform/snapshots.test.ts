import { expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

const FILES = {
  "vigie.yaml": `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: UTC
  entities: [{ id: lumen, kind: group, name: Lumen }, { id: paris, kind: site, parent: lumen, name: Paris, zone: UTC }]
storage: .
sources:
  - id: desk
    tool: Tool
    zone: UTC
    site: paris
    data_through: 2026-05-01T00:00:00Z
    inputs: [{ path: "full_*.csv", mapping: tickets.yaml, exported_at: full_%Y%m%d.csv, full_snapshot: true }]
`,
  "tickets.yaml":
    "{record: ticket, fields: {native_id: id, opened_at: opened, status: status, title: title}}",
  // A month lies between the exports: what happened in it has no instant.
  "full_20260201.csv":
    "id,opened,status,title\nA,2026-01-05,in_progress,a\nB,2026-01-05,in_progress,b\nC,2026-01-05,in_progress,c\n",
  "full_20260301.csv":
    "id,opened,status,title\nA,2026-01-05,resolved,a\nC,2026-01-05,in_progress,c\n",
  "full_20260401.csv":
    "id,opened,status,title\nA,2026-01-05,resolved,a again\nC,2026-01-05,in_progress,c\n",
};

const FLOW = `select month, opened, resolved, cancelled, unseen, backlog_end from marts.mart_flow_monthly
  where month between '2026-01' and '2026-04' order by month`;

async function figures(files: Readonly<Record<string, string>>) {
  await using folder = await temporaryFolder();
  using warehouse = await transformFiles(files, folder.path);
  const read = async (sql: string) =>
    (await rows(warehouse.connection, sql)).map((found) => Object.values(found));
  return {
    flow: await read(FLOW),
    ends: await read(
      "select native_id, is_open, resolved_at, resolved_basis from marts.fct_tickets order by native_id",
    ),
    notes: await read(
      "select kind, records from marts.mart_data_notes where kind = 'not_seen_again'",
    ),
  };
}

test("Exports a month apart invent no instant, and a ticket that is not seen again leaves the backlog, counted", async () => {
  expect(await figures(FILES)).toEqual({
    flow: [
      ["2026-01", 3, 0, 0, 0, 3],
      // Ended and gone between February's export and March's, which is the first to tell.
      ["2026-02", 0, 0, 0, 0, 3],
      ["2026-03", 0, 1, 0, 1, 1],
      ["2026-04", 0, 0, 0, 0, 1],
    ],
    ends: [
      ["A", false, null, "unknown"],
      ["B", false, null, "unseen"],
      ["C", true, null, ""],
    ],
    notes: [["not_seen_again", 1]],
  });
});

test("A ticket that a later full export shows again was in the backlog all along", async () => {
  const back =
    "id,opened,status,title\nA,2026-01-05,resolved,a again\nB,2026-01-05,in_progress,b\nC,2026-01-05,in_progress,c\n";
  const { flow, notes } = await figures({ ...FILES, "full_20260402.csv": back });
  expect(flow.map((month) => month.at(-1))).toEqual([3, 3, 2, 2]);
  expect(notes).toEqual([]);
});
