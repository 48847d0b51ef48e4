const CONFIG = `
vigie: 1
organisation:
  name: Operations
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: lyon, kind: site, parent: g, name: Lyon, zone: Europe/Paris }
    - { id: pune, kind: site, parent: g, name: Pune, zone: Asia/Kolkata }
services:
  - { id: mail, name: E-mail }
providers:
  - { id: acme, name: Acme, groups: [Acme N2] }
  - { id: bolt, name: Bolt, groups: [Bolt N2] }
sources:
  - id: s
    tool: T
    zone: Europe/Paris
    data_through: 2026-07-01T00:00:00+02:00
    inputs:
      - { path: tickets.csv, mapping: tickets.yaml }
      - { path: events.csv, mapping: events.yaml }
calendars:
  - { id: always, zone: Europe/Paris, holidays: none, hours: { mon-sun: ["00:00-24:00"] } }
commitments:
  - { id: fix, name: Fix, clock: resolution, calendar: always, targets: { P3: 8h }, pause: { statuses: [on_hold], reasons: [awaiting_requester] }, goal: 90 }
  - { id: outside, name: Outside, clock: provider, calendar: always, targets: { P3: 2h }, pause: { statuses: [on_hold], reasons: [awaiting_requester] }, goal: 50 }
audiences:
  - { id: all, name: All, entities: [g], languages: [en], ticket_access: true }
  - { id: board, name: Board, entities: [g], languages: [en], ticket_access: false }
  - { id: pune, name: Pune, entities: [pune], languages: [en], ticket_access: true }
`;

type Step = [at: string, field: string, from: string, to: string, hold?: string];

const TICKETS: { id: string; site?: string; steps: Step[] }[] = [
  // Desk 09:00-10:00, Acme 10:00-13:00 of which an hour for the requester: two hours, met to the second.
  {
    id: "A1",
    steps: [
      ["10:00", "assignment_group", "Desk", "Acme N2"],
      ["11:00", "status", "in_progress", "on_hold", "awaiting_requester"],
      ["12:00", "status", "on_hold", "in_progress"],
      ["13:00", "status", "in_progress", "resolved"],
    ],
  },
  // Acme 09:30-12:00, late at 11:30, handed back; Bolt 12:30-13:00; Acme again 13:00-14:00.
  {
    id: "A2",
    steps: [
      ["09:30", "assignment_group", "Desk", "Acme N2"],
      ["12:00", "assignment_group", "Acme N2", "Desk"],
      ["12:30", "assignment_group", "Desk", "Bolt N2"],
      ["13:00", "assignment_group", "Bolt N2", "Acme N2"],
      ["14:00", "status", "in_progress", "resolved"],
    ],
  },
  // Acme 09:00-12:00, late at 11:00, neutralised.
  {
    id: "A3",
    steps: [
      ["09:00", "assignment_group", "Desk", "Acme N2"],
      ["12:00", "status", "in_progress", "resolved"],
    ],
  },
  // Bolt in Pune, late.
  {
    id: "B1",
    site: "pune",
    steps: [
      ["09:00", "assignment_group", "Desk", "Bolt N2"],
      ["15:00", "status", "in_progress", "resolved"],
    ],
  },
  { id: "D1", steps: [["10:00", "status", "in_progress", "resolved"]] },
];

/** Providers, worked out by hand: all on Tuesday 5 May 2026, opened at 09:00, on a calendar that never closes. */
export const OPERATION_FILES = {
  "vigie.yaml": CONFIG,
  "tickets.yaml": `record: ticket
fields: { native_id: id, number: number, site: site, status: status, priority: priority, assignment_group: group, service: service, opened_at: opened, resolved_at: resolved }
`,
  "events.yaml": `record: ticket_event
fields: { native_id: id, occurred_at: at, field: field, from_value: from, to_value: to, hold_reason: hold }
`,
  "tickets.csv": [
    "id,number,site,status,priority,group,service,opened,resolved",
    ...TICKETS.map(({ id, site = "lyon", steps }) => {
      const group = steps.findLast(([, field]) => field === "assignment_group")?.[3] ?? "Desk";
      return `${id},N-${id},${site},resolved,P3,${group},mail,2026-05-05T09:00:00,2026-05-05T${steps.at(-1)![0]}:00`;
    }),
    "",
  ].join("\n"),
  "events.csv": [
    "id,at,field,from,to,hold",
    ...TICKETS.flatMap(({ id, steps }) =>
      steps.map(
        ([at, ...rest]) =>
          `${id},2026-05-05T${at}:00,${rest.join(",")}${rest.length < 4 ? "," : ""}`,
      ),
    ),
    "",
  ].join("\n"),
};

/** The neutralisation that goes into the state folder. */
export const NEUTRALISATIONS =
  "ticket;commitment;reason;asked_by;approved_by;date\ns/A3;outside;Site closed;Acme;IT manager;2026-06-02\n";
