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
      - { path: majors.csv, mapping: majors.yaml }
      - { path: satisfaction.csv, mapping: satisfaction.yaml }
      - { path: calls.csv, mapping: calls.yaml }
      - { path: costs.csv, mapping: costs.yaml }
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
fields: { native_id: id, number: number, site: site, status: status, priority: priority, assignment_group: group, service: service, parent: parent, problem: problem, caused_by: cause, opened_at: opened, resolved_at: resolved }
`,
  "events.yaml": `record: ticket_event
fields: { native_id: id, occurred_at: at, field: field, from_value: from, to_value: to, hold_reason: hold }
`,
  "tickets.csv": [
    "id,number,site,status,priority,group,service,parent,problem,cause,opened,resolved",
    ...TICKETS.map(({ id, site = "lyon", steps }) => {
      const group = steps.findLast(([, field]) => field === "assignment_group")?.[3] ?? "Desk";
      return `${id},N-${id},${site},resolved,P3,${group},mail,${id === "B1" ? "N-A1" : ""},${id === "A1" ? "PRB1,CHG1" : ","},2026-05-05T09:00:00,2026-05-05T${steps.at(-1)![0]}:00`;
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
  "majors.yaml": `record: major_incident
fields: { native_id: id, ticket: ticket, site: site, services: services, started_at: started, detected_at: detected, restored_at: restored, users: users, cause: cause, actions: actions }
`,
  // M1 and M2 overlap on mail from 10:00 to 11:00; M3 goes from May into June; M4 is not over; M5 names no service: its ticket's.
  "majors.csv": `id,ticket,site,services,started,detected,restored,users,cause,actions
M1,N-A1,lyon,E-mail; VPN,2026-05-10T09:00:00,2026-05-10T09:10:00,2026-05-10T11:00:00,100,Fibre cut,Double the line
M2,,lyon,mail,2026-05-10T10:00:00,,2026-05-10T12:00:00,50,Fibre cut,Ask Dupont
M3,,pune,mail,2026-05-31T23:00:00,2026-05-31T23:00:00,2026-06-01T01:00:00,,Rack of Dupont,
M4,,lyon,VPN,2026-06-30T22:00:00,2026-06-30T22:05:00,,10,,
M5,N-D1,lyon,,2026-05-20T09:00:00,2026-05-20T09:05:00,2026-05-20T09:30:00,20,Fibre cut,
`,
  "satisfaction.yaml": `record: satisfaction
fields: { entity: entity, month: month, sent: sent, answers: answers, score: score }
`,
  // The group's own line stands aside where its sites answer; two answers of Pune are too few for the board.
  "satisfaction.csv": `entity,month,sent,answers,score
g,2026-05,999,99,1
lyon,2026-05,100,40,4.5
pune,2026-05,10,2,2
g,2026-06,50,20,4
`,
  "costs.yaml": `record: cost
fields: { entity: entity, month: month, amount: amount }
`,
  // All five tickets were resolved in May, four in Lyon; the group's own cost stands aside.
  "costs.csv": `entity,month,amount
g,2026-05,9999
lyon,2026-05,100.50
pune,2026-05,30
g,2026-06,70
`,
  "calls.yaml": `record: call
fields: { entity: entity, month: month, offered: offered, answered: answered, abandoned: abandoned, mean_wait_seconds: wait }
`,
  "calls.csv": `entity,month,offered,answered,abandoned,wait
lyon,2026-05,100,90,10,30
pune,2026-05,50,30,20,90
`,
};

/** The neutralisation that goes into the state folder. */
export const NEUTRALISATIONS =
  "ticket;commitment;reason;asked_by;approved_by;date\ns/A3;outside;Site closed;Acme;IT manager;2026-06-02\n";
