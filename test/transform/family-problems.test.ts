import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { DECISION_COLUMNS } from "../../transform/family-decision.ts";
import { DECISIONS_FILE } from "../../transform/family-state.ts";
import { stateCsv } from "../../transform/state-csv.ts";
import { configIn, temporaryFolder, transformAll, transformFiles } from "../project.ts";

const FILES = {
  "vigie.yaml": `
vigie: 1
organisation:
  name: Problems
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
    - { id: paris, kind: site, parent: g, name: Paris, zone: UTC }
sources:
  - id: s
    tool: T
    zone: UTC
    site: paris
    data_through: 2026-04-01T00:00:00Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: links.csv, mapping: links.yaml }, { path: errors.csv, mapping: errors.yaml }]
audiences:
  - { id: desk, name: Desk, entities: [g], ticket_access: true }
  - { id: board, name: Board, entities: [g], ticket_access: false }
`,
  "tickets.yaml":
    "record: ticket\nfields: { native_id: id, number: number, type: type, title: title, problem: problem, status: status, opened_at: opened, closed_at: closed }\n",
  "tickets.csv": `id,number,type,title,problem,status,opened,closed
a1,INC1,incident,Imprimante muette,PRB1,closed,2026-03-01,2026-03-02
a2,INC2,incident,Imprimante muette,,closed,2026-03-02,2026-03-03
b1,INC3,incident,Badge refusé au portique,,closed,2026-03-03,2026-03-04
b2,INC4,incident,Badge refusé au portique,,closed,2026-03-04,2026-03-05
c1,INC5,incident,Réseau coupé,,closed,2026-03-05,2026-03-06
c2,INC6,incident,Réseau coupé,,closed,2026-03-06,2026-03-07
a3,INC7,incident,Imprimante muette,,closed,2026-03-09,2026-03-10
b3,INC8,incident,Badge refusé au portique,,closed,2026-03-10,2026-03-11
c3,INC9,incident,Réseau coupé,,closed,2026-03-11,2026-03-12
p1,PRB1,problem,Pilote,,closed,2026-03-07,2026-03-08
p2,PRB2,problem,Portique,,in_progress,2026-03-08,
`,
  "errors.yaml":
    "record: known_error\nfields: { native_id: id, problem: problem, title: title, workaround: workaround, published_on: published, times_used: used }\n",
  "errors.csv": `id,problem,title,workaround,published,used
KE1,PRB2,Portique,Badge de secours,2026-03-09,4
KE2,PRB1,Pilote,,2026-03-20,
KE3,,Orphan,Wait,,1
`,
  "links.yaml": "record: link\nfields: { from_id: from, to_id: to, kind: kind }\n",
  "links.csv": "from,to,kind\nb1,p2,problem\n",
};

test("A family has the problems that its tickets name, that links lead to, and that a person attached", async () => {
  await using folder = await temporaryFolder();
  using warehouse = await transformFiles(FILES, folder.path);
  const config = await configIn(join(folder.path, "vigie.yaml"), folder.path);
  const read = (audience: string) =>
    rows<{ family_id: string; key_words: string }>(
      warehouse.connection,
      `select family_id, key_words, problems, problems_open, problem_list, decided_by, comment
       from marts.mart_families where audience_id = '${audience}' `,
    );
  const none = { decided_by: "", comment: "" };
  const of = async (audience: string, word: string) =>
    (await read(audience)).find(({ key_words }) => key_words.includes(word));
  const badge = await of("desk", "badge");
  const printer = await of("desk", "imprimante");
  const network = await of("desk", "reseau");
  expect(badge).toMatchObject({ problems: 1, problems_open: 1, problem_list: "PRB2 in_progress" });
  expect(printer).toMatchObject({ problems: 1, problems_open: 0, problem_list: "PRB1 closed" });
  expect(network).toMatchObject({ problems: 0, problems_open: 0, problem_list: "", ...none });

  const decision = {
    family_id: network!.family_id,
    decision: "attach_problem",
    reference: "PRB2",
    decided_by: "A. Manager",
    decided_on: "2026-03-20",
    comment: "same switch",
  };
  await mkdir(config.storage.state, { recursive: true });
  await writeFile(
    join(config.storage.state, DECISIONS_FILE),
    stateCsv(DECISION_COLUMNS, [decision]),
  );
  await transformAll(warehouse, config);
  const attached = { problems: 1, problems_open: 1 };
  expect(await of("desk", "reseau")).toMatchObject({
    ...attached,
    problem_list: "PRB2 in_progress",
    decided_by: "A. Manager",
    comment: "same switch",
  });
  const board = (await read("board")).find(({ family_id }) => family_id === network!.family_id);
  expect(board).toMatchObject({ ...attached, problem_list: "", ...none });

  // Told in one run with the above: ages to 1 April, the cause known at the publication or, before it, at the end.
  const problems = (audience: string) =>
    rows(
      warehouse.connection,
      `select number, title, status, opened_date, ended_date, age_days, root_cause_date, root_cause_days, incidents, known_errors, has_workaround
       from marts.mart_problems where audience_id = '${audience}' order by problem_order`,
    );
  const pilot = {
    status: "closed",
    opened_date: "2026-03-07",
    ended_date: "2026-03-08",
    age_days: 1,
    root_cause_date: "2026-03-08",
    root_cause_days: 1,
    incidents: 1,
    known_errors: 1,
    has_workaround: false,
  };
  const gate = {
    status: "in_progress",
    opened_date: "2026-03-08",
    ended_date: "",
    age_days: 24,
    root_cause_date: "2026-03-09",
    root_cause_days: 1,
    incidents: 1,
    known_errors: 1,
    has_workaround: true,
  };
  expect(await problems("desk")).toEqual([
    { number: "PRB1", title: "Pilote", ...pilot },
    { number: "PRB2", title: "Portique", ...gate },
  ]);
  expect(await problems("board")).toEqual([
    { number: "", title: "", ...pilot },
    { number: "", title: "", ...gate },
  ]);
  const errors = await rows(
    warehouse.connection,
    `select audience_id, number, problem, problem_status, published_date, has_workaround, times_used, incidents_since
     from marts.mart_known_errors order by audience_id desc, known_error_order`,
  );
  const told = [
    ["KE1", "PRB2", "in_progress", "2026-03-09", true, 4, 0],
    ["KE2", "PRB1", "closed", "2026-03-20", false, null, 0],
    ["KE3", "", "", "", true, 1, 0],
  ];
  expect(errors.map((error) => Object.values(error))).toEqual([
    ...told.map((each) => ["desk", ...each]),
    ...told.map(([, , ...each]) => ["board", "", "", ...each]),
  ]);
  const fixes = await rows(
    warehouse.connection,
    "select audience_id, problem, closed_date, since, last_date from marts.mart_family_fixes order by audience_id desc, family_id",
  );
  const fix = { closed_date: "2026-03-08", since: 1, last_date: "2026-03-09" };
  expect(fixes).toEqual([
    { audience_id: "desk", problem: "PRB1", ...fix },
    { audience_id: "board", problem: "", ...fix },
  ]);
});
