import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareCsv } from "../../connectors/csv.ts";
import { importFile } from "../../ingest/settle.ts";
import { loadMapping, readMapping } from "../../ingest/mapping.ts";
import { extendMapping, presetAbout, presetPath, PRESETS } from "../../ingest/preset.ts";
import { rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { ConfigError, parseYaml } from "../../ingest/yaml-file.ts";
import { RECEIVED_AT, temporaryFolder } from "../project.ts";
import { isoText } from "../warehouse.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/presets");

const mappingOf = async (text: string) =>
  readMapping(await extendMapping(parseYaml("own.mapping.yaml", text)));

/** Imports a fixture by a mapping; gives what was taken and what had no home. */
async function take(fixture: string, mapping: string, columns: string) {
  await using folder = await temporaryFolder();
  using warehouse = await openWarehouse(":memory:");
  const { connection } = warehouse;
  const read = await mappingOf(mapping);
  const file = await prepareCsv(join(FIXTURES, fixture), {
    dialect: read.dialect,
    landingFolder: join(folder.path, "landing"),
  });
  const source = { id: "source", instance: "tool", zone: "UTC" };
  const result = await importFile(connection, file, source, read, {
    receivedAt: RECEIVED_AT,
    keepsPeople: false,
  });
  const values = async (sql: string) =>
    (await rows(connection, sql)).map((row) => Object.values(row).map(isoText).join(" | "));
  return {
    result,
    homeless: await values("select field, value, records from ingest.unmapped_values order by all"),
    records: await values(
      `select ${columns} from ingest.${read.record === "change" ? "changes" : `${read.record}s`} order by record_number`,
    ),
  };
}

const TICKET = "native_id, type, status, priority, opened_at, resolved_at";

const FIXED: [fixture: string, columns: string, records: string[]][] = [
  [
    "servicenow-incident.en.csv",
    `${TICKET}, hold_reason, channel, made_sla`,
    [
      "INC0012001 | incident | closed | P3 | 2026-03-02T09:12:00Z | 2026-03-03T08:00:00Z |  | phone | true",
      "INC0012002 | incident | on_hold | P1 | 2026-03-02T10:00:00Z |  | awaiting_provider | self_service | false",
      "INC0012003 | incident | cancelled | P5 | 2026-03-05T14:31:00Z |  |  | email | true",
    ],
  ],
  [
    "servicenow-incident.fr.csv",
    `${TICKET}, hold_reason, channel, assignment_group`,
    [
      "INC0021001 | incident | resolved | P2 | 2026-03-02T09:12:00Z | 2026-03-03T08:00:00Z |  | phone | Centre de services",
      "INC0021002 | incident | on_hold | P4 | 2026-03-02T10:00:00Z |  | awaiting_requester | self_service | Support de proximité",
      "INC0021003 | incident | in_progress | P3 | 2026-03-05T14:31:00Z |  |  | email | Habilitations",
    ],
  ],
  [
    "servicenow-request-item.csv",
    `${TICKET}, catalogue_item`,
    [
      "RITM0010001 | request | closed | P4 | 2026-02-02T08:00:00Z |  | Standard Laptop",
      "RITM0010002 | request | in_progress | P3 | 2026-02-03T08:30:00Z |  | Mailbox",
      "RITM0010003 | request | cancelled | P4 | 2026-02-03T09:00:00Z |  | Mailbox",
    ],
  ],
  [
    "servicenow-problem.csv",
    "native_id, type, status, category, opened_at, resolved_at",
    ["9ae30b6d730123002728660c4cf6a736 | problem | new | network | 2018-10-09T17:46:04Z | "],
  ],
  [
    "servicenow-audit.csv",
    "field, from_value, to_value, occurred_at",
    [
      "status | new | in_progress | 2026-02-12T15:30:00Z",
      "priority | P3 | P2 | 2026-02-12T15:31:00Z",
      "hold_reason |  | awaiting_provider | 2026-02-12T16:00:00Z",
      "assignee |  | * | 2026-02-12T16:00:00Z",
      "other | Mail | Unable to connect to email | 2026-02-12T16:01:00Z",
    ],
  ],
  [
    "servicenow-change.csv",
    "native_id, type, risk, is_unauthorised, opened_at, planned_start_at",
    [
      "06cdb552db252200a6a2b31be0b8f53e | normal | high | false | 2023-06-21T08:21:36Z | 2023-09-03T02:30:00Z",
    ],
  ],
  [
    "servicenow-task-sla.csv",
    "ticket, has_breached, stage, due_at",
    ["9d41c061c611228700edc88b231ec47c | false | cancelled | 2016-12-15T08:30:00Z"],
  ],
  ["servicenow-ci.csv", "name, kind", ["Windows 2000 Hotfix - KB867282 | cmdb_ci_spkg"]],
  [
    "zendesk-ticket.csv",
    "native_id, type, status, priority, opened_at, channel",
    [
      "1595 | incident | cancelled |  | 2020-02-19T01:54:52Z | self_service",
      "16988 |  | resolved |  | 2020-12-22T00:19:23Z | email",
      "14173 |  | closed |  | 2020-10-28T12:03:02Z | email",
      "11071 |  | closed | P1 | 2020-08-28T18:06:36Z | email",
      "1966 |  | closed |  | 2020-02-27T06:05:08Z | email",
      "11013 |  | cancelled |  | 2020-08-27T23:09:52Z | email",
      "1404 |  | closed |  | 2020-02-13T21:43:58Z | email",
      "4721 |  | closed |  | 2020-04-20T14:31:46Z | email",
      "6171 |  | closed |  | 2020-05-17T17:50:31Z | email",
      "6605 |  | closed |  | 2020-05-26T22:29:50Z | email",
    ],
  ],
  [
    "servicenow-licence.csv",
    "native_id, product, metric, quantity, ends_on::varchar",
    [
      "LIC0001 | Visio Professional 2024 | user | 120 | 2026-12-31",
      "LIC0002 | Oracle Database Enterprise | core | 16 | 2027-06-30",
    ],
  ],
  [
    "glpi-ticket.fr.csv",
    `${TICKET}, due_at`,
    [
      "1042 |  | assigned | P2 | 2026-03-03T08:30:00Z |  | 2026-03-04T18:00:00Z",
      "1043 |  | closed | P3 | 2026-03-03T09:10:00Z |  | ",
      "1044 |  | on_hold | P1 | 2026-03-05T10:05:00Z |  | 2026-03-05T14:00:00Z",
    ],
  ],
  [
    "glpi-ticket.en.csv",
    `${TICKET}, made_sla`,
    [
      "2001 | incident | resolved | P2 | 2026-03-03T08:30:00Z | 2026-03-04T10:12:00Z | true",
      "2002 | request | closed | P5 | 2026-03-03T09:10:00Z | 2026-03-06T07:00:00Z | false",
      "2003 | incident | in_progress | P1 | 2026-03-05T10:05:00Z |  | true",
    ],
  ],
  [
    "glpi-ticket.es.csv",
    TICKET,
    [
      "3001 | incident | assigned | P2 | 2026-03-03T08:30:00Z | ",
      "3002 | request | closed | P3 | 2026-03-03T09:10:00Z | 2026-03-06T07:00:00Z",
      "3003 | incident | on_hold | P1 | 2026-03-05T10:05:00Z | ",
    ],
  ],
  [
    "glpi-ticket.pt.csv",
    TICKET,
    [
      "4001 | incident | assigned | P2 | 2026-03-03T08:30:00Z | ",
      "4002 | request | closed | P3 | 2026-03-03T09:10:00Z | 2026-03-06T07:00:00Z",
      "4003 | incident | on_hold | P5 | 2026-03-05T10:05:00Z | ",
    ],
  ],
  [
    "glpi-change.csv",
    "native_id, status, opened_at, closed_at",
    [
      "12 | closed | 2026-03-01T09:00:00Z | 2026-03-20T08:00:00Z",
      "13 | assessing | 2026-03-09T09:00:00Z | ",
    ],
  ],
  [
    "glpi-computer.csv",
    "native_id, status, kind, warranty_ends_on::varchar",
    ["INV-0107 | in_use | Portable | 2028-02-10", "INV-0031 | retired | Fixe | 2021-05-03"],
  ],
  [
    "glpi-licence.csv",
    "native_id, product, quantity, ends_on::varchar",
    ["7 | Adobe Acrobat Pro | 45 | 2026-12-31", "8 | AutoCAD | 6 | 2026-06-30"],
  ],
  [
    "jira-issue.csv",
    `${TICKET}, made_sla, catalogue_item`,
    [
      "IT-101 | incident | resolved | P2 | 2026-02-25T22:17:00Z | 2026-02-27T09:00:00Z | true | Report a system problem (IT)",
      "IT-102 | request | on_hold | P3 | 2026-02-26T08:00:00Z |  | false | Request new hardware (IT)",
      "IT-103 | incident | cancelled | P5 | 2026-02-26T09:00:00Z |  |  | Report a system problem (IT)",
    ],
  ],
  [
    "vigie-ticket.csv",
    `${TICKET}, paused_seconds`,
    [
      "a1 | incident | closed | P1 | 2026-01-05T08:00:00Z | 2026-01-05T09:30:00Z | 0",
      "a2 | request | on_hold | P4 | 2026-01-05T09:00:00Z |  | 7200",
    ],
  ],
  [
    "freshservice-ticket.csv",
    `${TICKET}, made_sla`,
    [
      "INC-31 | incident | closed | P2 | 2026-02-02T08:00:00Z | 2026-02-02T12:00:00Z | true",
      "SR-32 | request | on_hold | P4 | 2026-02-03T08:00:00Z |  | false",
    ],
  ],
  [
    "bmc-helix-incident.csv",
    `${TICKET}, hold_reason, made_sla`,
    [
      "INC000000001001 | incident | closed | P1 | 2026-02-02T08:00:00Z | 2026-02-02T12:00:00Z |  | true",
      "INC000000001002 | incident | on_hold | P3 | 2026-02-03T08:00:00Z |  | awaiting_provider | false",
    ],
  ],
  [
    "itop-ticket.csv",
    `${TICKET}, channel`,
    [
      "R-000101 | incident | closed | P2 | 2026-02-02T08:00:00Z | 2026-02-02T12:00:00Z | phone",
      "R-000102 | request | on_hold | P4 | 2026-02-03T08:00:00Z |  | self_service",
    ],
  ],
  [
    "manageengine-request.csv",
    `${TICKET}, made_sla`,
    [
      "5001 | incident | closed | P2 | 2026-02-02T08:00:00Z | 2026-02-02T12:00:00Z | true",
      "5002 | request | on_hold | P4 | 2026-02-03T08:00:00Z |  | false",
    ],
  ],
  [
    "snipe-it-asset.csv",
    "native_id, status, model, serial_number",
    ["000107 | in_use | Latitude 5450 | 8KXW1T3", "000108 | in_stock | Latitude 5450 | 8KXW1T4"],
  ],
];

const presetOf = (fixture: string): string => fixture.split(".")[0]!;

describe("a preset", () => {
  test("has a fixture each, and a recipe in both languages", async () => {
    const fixtures = new Set((await readdir(FIXTURES)).map(presetOf));
    expect([...fixtures].toSorted()).toEqual([...PRESETS].toSorted());
    for (const id of PRESETS) {
      const { recipe } = await presetAbout(id);
      expect(recipe.fr).toHaveLength(recipe.en.length);
      await expect(
        loadMapping(presetPath(id)).catch((error: Error) => error.message),
      ).resolves.not.toContain("unknown field");
    }
  });

  test.each(FIXED)("reads %s", async (fixture, columns, records) => {
    const taken = await take(fixture, `preset: ${presetOf(fixture)}`, columns);
    expect(taken.result.quarantined).toBe(0);
    expect(taken.homeless).toEqual([]);
    expect(taken.records).toEqual(records);
  });

  test("reads the incidents of a real instance by their codes", async () => {
    const truth = JSON.parse(
      await readFile(join(FIXTURES, "../servicenow-incident.truth.json"), "utf8"),
    ) as Record<"per_priority" | "per_incident_state", { key: string; n: number }[]>;
    const counted = async (column: string) => {
      const { records } = await take(
        "servicenow-incident.csv",
        "preset: servicenow-incident",
        `${column}, count(*) over (partition by ${column})`,
      );
      return Object.fromEntries(records.map((record) => record.split(" | ")));
    };
    const states: Record<string, string> = {
      1: "new",
      2: "in_progress",
      3: "on_hold",
      7: "closed",
    };
    expect(await counted("priority")).toEqual(
      Object.fromEntries(truth.per_priority.map(({ key, n }) => [`P${key}`, String(n)])),
    );
    expect(await counted("status")).toEqual(
      Object.fromEntries(truth.per_incident_state.map(({ key, n }) => [states[key], String(n)])),
    );
  });

  test("reports the words without a home with their counts; three lines give them one", async () => {
    const fixture = "servicenow-incident.custom.csv";
    const columns = "native_id, status, status_raw, channel";
    const before = await take(fixture, "preset: servicenow-incident", columns);
    expect(before.result.quarantined).toBe(0);
    expect(before.homeless).toEqual([
      "channel | Kiosk | 1",
      "status | Pending Validation | 1",
      "status | pending validation | 1",
    ]);
    const after = await take(
      fixture,
      `preset: servicenow-incident
lookups:
  incident_state: { Pending Validation: on_hold }
  channel: { Kiosk: walk_in }`,
      columns,
    );
    expect(after.homeless).toEqual([]);
    expect(after.records).toEqual([
      "INC0031001 | on_hold | Pending Validation | phone",
      "INC0031002 | on_hold | pending validation | walk_in",
      "INC0031003 | in_progress | In Progress | email",
    ]);
  });
});

describe("a mapping over a preset", () => {
  test("keeps what it does not say: columns, lookups, words", async () => {
    const mapping = await mappingOf(`preset: servicenow-incident
name: Ours
dates: "%d/%m/%Y"
fields:
  status: Statut maison
  due_at: { format: "%d.%m.%Y" }
  priority: { constant: P3 }
  parent: null
lookups:
  incident_state: { ON HOLD: in_progress }
`);
    expect(mapping).toMatchObject({
      record: "ticket",
      name: "Ours",
      fields: {
        status: { columns: ["Statut maison"], lookup: "incident_state", formats: [] },
        due_at: { columns: ["sla_due", "SLA due", "Échéance SLA"], formats: ["%d.%m.%Y"] },
        closed_at: { formats: ["%d/%m/%Y"] },
        priority: { columns: [], constant: "P3", formats: [] },
      },
      lookups: { incident_state: { "ON HOLD": "in_progress", Resolved: "resolved" } },
    });
    expect(mapping.fields["parent"]).toBeUndefined();
    expect(mapping.lookups["incident_state"]).not.toHaveProperty("On Hold");
  });

  test("tells faults by its own lines, and a preset that is none", async () => {
    const faults = (text: string) =>
      mappingOf(text).then(
        () => "",
        (error: unknown) => {
          if (error instanceof ConfigError) return error.message;
          throw error;
        },
      );
    expect(await faults("preset: servicenow-incdent")).toMatch(
      /^own\.mapping\.yaml:1: preset: servicenow-incdent; expected a preset: .*\(did you mean servicenow-incident\?\)$/,
    );
    expect(
      await faults("preset: servicenow-incident\nlookups:\n  incident_state:\n    Odd: closd\n"),
    ).toBe(
      "own.mapping.yaml:4: lookups.incident_state.Odd: closd; expected a value of status: new, assigned, in_progress, on_hold, resolved, closed, cancelled (did you mean closed?)",
    );
  });

  test("is taken from an input of the configuration, with what the input says over it", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "vigie.yaml");
    await writeFile(
      path,
      "sources:\n  - inputs:\n      - path: a.csv\n        preset: glpi-ticket\n        lookups:\n          ticket_status: { Gelé: on_hold }\n",
    );
    const mapping = await loadMapping({ config: path, at: ["sources", 0, "inputs", 0] });
    expect(mapping.path).toBe(presetPath("glpi-ticket"));
    expect(mapping.lookups["ticket_status"]).toMatchObject({ Gelé: "on_hold", Nouveau: "new" });
  });
});
