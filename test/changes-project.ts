const CONFIG = `
vigie: 1
organisation:
  name: Changes
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: lyon, kind: site, parent: g, name: Lyon, zone: Europe/Paris }
    - { id: pune, kind: site, parent: g, name: Pune, zone: Asia/Kolkata }
sources:
  - id: s
    tool: T
    zone: Europe/Paris
    data_through: 2026-06-30T21:59:59Z
    inputs:
      - { path: tickets.csv, mapping: tickets.yaml }
      - { path: changes.csv, mapping: changes.yaml }
      - { path: assets.csv, mapping: assets.yaml }
      - { path: rights.csv, mapping: rights.yaml }
      - { path: uses.csv, mapping: uses.yaml }
      - { path: majors.csv, mapping: majors.yaml }
freezes:
  - id: closing
    name: Closing
    from: 2026-04-01
    to: 2026-04-02
    site: [lyon]
    type: [normal, emergency]
    exemptions: [{ change: F2, reason: a certificate, approved_by: the board }]
audiences:
  - { id: all, name: All, entities: [g], languages: [en] }
  - { id: pune, name: Pune, entities: [pune], languages: [en] }
`;

/** A change by the columns that differ from a normal one of Lyon, asked for on 1 March and well done. */
type Change = Record<string, string>;
const changeOf = (id: string, from: string, to: string, more: Change = {}): Change => ({
  id,
  type: "normal",
  status: "closed",
  site: "lyon",
  opened: "2026-03-01T09:00:00",
  approved: "2026-03-01T10:00:00",
  planned_from: from,
  planned_to: to,
  from,
  to,
  code: "successful",
  ...more,
});

export const CHANGES: Change[] = [
  // Two on one server, one on its parent, one that begins when another ends.
  changeOf("C1", "2026-03-10T20:00:00", "2026-03-10T22:00:00", { asset: "SRV" }),
  changeOf("C2", "2026-03-10T21:00:00", "2026-03-10T23:00:00", { asset: "SRV" }),
  changeOf("C3", "2026-03-10T21:30:00", "2026-03-10T21:40:00", { asset: "RACK" }),
  changeOf("C4", "2026-03-10T23:00:00", "2026-03-11T01:00:00", { asset: "SRV" }),
  // A sibling under the same parent is two hops away.
  changeOf("C5", "2026-03-10T20:00:00", "2026-03-10T22:00:00", { asset: "SRV2" }),
  // One bundle; then two that were called off and rejected.
  changeOf("B1", "2026-03-12T20:00:00", "2026-03-12T22:00:00", { asset: "SRV", bundle: "R1" }),
  changeOf("B2", "2026-03-12T20:00:00", "2026-03-12T22:00:00", { asset: "SRV", bundle: "R1" }),
  changeOf("B3", "2026-03-12T20:00:00", "2026-03-12T22:00:00", {
    asset: "SRV",
    status: "cancelled",
    from: "",
    to: "",
    code: "",
  }),
  changeOf("B4", "2026-03-12T20:00:00", "2026-03-12T22:00:00", {
    asset: "SRV",
    rejected: "2026-03-02T09:00:00",
    approved: "",
    from: "",
    to: "",
    code: "",
  }),
  // The freeze of Lyon, 1 and 2 April local: one in it, one let through, one standard, one that ends as it begins, one in Pune.
  changeOf("F1", "2026-04-02T23:00:00", "2026-04-03T01:00:00"),
  changeOf("F2", "2026-04-01T09:00:00", "2026-04-01T10:00:00"),
  changeOf("F3", "2026-04-01T09:00:00", "2026-04-01T10:00:00", { type: "standard" }),
  changeOf("F4", "2026-03-31T22:00:00", "2026-04-01T00:00:00"),
  changeOf("F5", "2026-04-01T09:00:00", "2026-04-01T10:00:00", { site: "pune" }),
  // Outcomes: with issues, rolled back, failed; a P1 incident linked to the first of May.
  changeOf("O1", "2026-05-05T09:00:00", "2026-05-05T10:00:00"),
  changeOf("O2", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "successful_with_issues" }),
  changeOf("O3", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "rolled_back" }),
  changeOf("O4", "2026-05-05T09:00:00", "2026-05-05T10:00:00", { code: "unsuccessful" }),
  // Late by a second at the start, on time at the end; approved after it began; no approval but standard.
  changeOf("L1", "2026-05-06T09:00:01", "2026-05-06T10:00:00", {
    planned_from: "2026-05-06T09:00:00",
    approved: "2026-05-06T09:00:02",
  }),
  changeOf("L2", "2026-05-06T09:00:00", "2026-05-06T10:00:01", {
    type: "standard",
    planned_to: "2026-05-06T10:00:00",
    approved: "",
  }),
  changeOf("U1", "2026-05-07T09:00:00", "2026-05-07T10:00:00", { unauthorised: "true" }),
  // The wave: a switch that fails five times in the three days after.
  changeOf("W1", "2026-04-14T20:00:00", "2026-04-14T22:00:00", { asset: "SW" }),
];

const TICKETS: Record<string, string>[] = [
  { id: "T0", opened: "2025-12-01T09:00:00" },
  { id: "T1", opened: "2025-12-15T09:00:00", site: "pune" },
  { id: "P1", opened: "2026-05-06T09:00:00", priority: "P1", cause: "O1" },
  { id: "P3", opened: "2026-05-06T09:00:00", priority: "P3", cause: "O2" },
  // From the end of W1 to just under 72 hours after; the fourth is a child, the fifth cancelled, the sixth too late.
  { id: "W1a", opened: "2026-04-14T22:00:00", asset: "SW", cause: "W1" },
  { id: "W1b", opened: "2026-04-15T09:00:00", asset: "SW" },
  { id: "W1c", opened: "2026-04-17T21:59:59", asset: "SW" },
  { id: "W1d", opened: "2026-04-15T09:05:00", asset: "SW", parent: "W1b" },
  { id: "W1e", opened: "2026-04-15T11:00:00", asset: "SW", status: "cancelled" },
  { id: "W1f", opened: "2026-04-17T22:00:00", asset: "SW" },
  { id: "W1g", opened: "2026-04-16T11:00:00", asset: "SW" },
  { id: "W1h", opened: "2026-04-16T15:00:00", asset: "SW" },
  // Two weeks before, the same evening an hour after the clock change: like; the day before: not like.
  { id: "N1", opened: "2026-03-24T22:00:00", asset: "SW" },
  { id: "N2", opened: "2026-03-23T22:00:00", asset: "SW" },
  { id: "N3", opened: "2026-03-23T22:00:00", asset: "unheard-of" },
];

const csv = (lines: Record<string, string>[], columns: string[]): string =>
  `${[columns, ...lines.map((line) => columns.map((column) => line[column] ?? ""))].map((cells) => cells.join(",")).join("\n")}\n`;

/** A project worked out by hand: changes that collide, fall in a freeze, fail or are followed by incidents; assets; licences. */
export const CHANGE_FILES = {
  "vigie.yaml": CONFIG,
  "tickets.yaml": `record: ticket
fields: { native_id: id, opened_at: opened, site: site, status: status, priority: priority, asset: asset, caused_by: cause, parent: parent, title: title }
`,
  "tickets.csv": csv(
    TICKETS.map((ticket) => ({
      site: "lyon",
      status: "new",
      priority: "P4",
      title: "down",
      ...ticket,
    })),
    ["id", "opened", "site", "status", "priority", "asset", "cause", "parent", "title"],
  ),
  "changes.yaml": `record: change
fields: { native_id: id, type: type, status: status, site: site, asset: asset, opened_at: opened, approved_at: approved,
  rejected_at: rejected, planned_start_at: planned_from, planned_end_at: planned_to, actual_start_at: from,
  actual_end_at: to, close_code: code, is_unauthorised: unauthorised, bundle: bundle }
`,
  "changes.csv": csv(
    // Half of them must name an asset for collisions to be told: the others name one of their own.
    CHANGES.map((change) => ({ asset: `own-${change["id"]}`, ...change })),
    "id type status site asset opened approved rejected planned_from planned_to from to code unauthorised bundle".split(
      " ",
    ),
  ),
  "assets.yaml": `record: asset
fields: { native_id: id, kind: kind, model: model, status: status, site: site, parent: parent, in_service_on: in_service,
  retired_on: retired, warranty_ends_on: warranty }
`,
  "assets.csv": csv(
    [
      { id: "RACK", kind: "rack", model: "R", in_service: "2020-01-01" },
      {
        id: "SRV",
        kind: "server",
        model: "S",
        parent: "RACK",
        in_service: "2020-01-01",
        warranty: "2026-06-29",
      },
      {
        id: "SRV2",
        kind: "server",
        model: "S",
        parent: "RACK",
        in_service: "2020-01-01",
        warranty: "2026-09-30",
      },
      { id: "SW", kind: "switch", model: "A", in_service: "2025-05-01", warranty: "2026-10-01" },
      { id: "SW2", kind: "switch", model: "B", in_service: "2020-01-01", warranty: "2027-07-01" },
      {
        id: "SW3",
        kind: "switch",
        model: "B",
        in_service: "2020-01-01",
        retired: "2026-01-29",
        status: "retired",
      },
      { id: "SW4", kind: "switch", model: "B", in_service: "" },
      { id: "SW5", kind: "switch", model: "B", in_service: "2020-01-01", status: "in_stock" },
    ].map((asset) => ({ site: "lyon", status: "in_use", ...asset })),
    ["id", "kind", "model", "status", "site", "parent", "in_service", "retired", "warranty"],
  ),
  "rights.yaml":
    "record: entitlement\nfields: { native_id: id, product: product, entity: entity, metric: metric, quantity: rights, starts_on: from, ends_on: to }\n",
  "rights.csv": `id,product,entity,metric,rights,from,to
R1,Draw,g,user,10,2026-01-01,2026-06-30
R2,Draw,g,user,5,2026-07-01,2026-12-31
R3,Draw,g,user,7,2025-01-01,2026-06-29
R4,Count,g,,4,,
R5,Both,g,device,4,,
R6,Alone,g,user,4,,
`,
  "majors.yaml":
    "record: major_incident\nfields: { native_id: id, ticket: ticket, site: site, services: services, started_at: from, detected_at: seen, restored_at: to, users: users, cause: cause }\n",
  // One over the clock change, of two services; one of nobody knows how many users, not over when the data ends.
  "majors.csv": `id,ticket,site,services,from,seen,to,users,cause
M1,P1,lyon,"mail, net",2026-03-29T01:30:00,2026-03-29T03:15:00,2026-03-29T03:30:00,40,a switch
M2,,pune,net,2026-06-30T20:59:59,,,,
`,
  "uses.yaml":
    "record: consumption\nfields: { native_id: id, product: product, entity: entity, metric: metric, quantity: units, last_used_at: last }\n",
  // 90 days before 30 June 2026 23:59:59 in Paris is 1 April 23:59:59.
  "uses.csv": `id,product,entity,metric,units,last
U1,Draw,g,user,9,2026-06-01T09:00:00
U2,Draw,g,user,2,2026-04-01T23:59:58
U3,Draw,g,user,1,2026-04-01T23:59:59
U4,Draw,g,user,1,
U5,Count,g,user,1,2026-06-01T09:00:00
U6,Both,g,user,1,2026-06-01T09:00:00
U7,Free,g,user,3,2026-06-01T09:00:00
`,
};
