import fc from "fast-check";
import { expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

const THROUGH = Date.UTC(2026, 4, 20, 10) / 1000;
const FROM = Date.UTC(2026, 0, 1) / 1000;
const SITES = ["a", "b"];
const TYPES = ["incident", "request"];
const PRIORITIES = ["P2", "P3"];
const SERVICES = ["mail", "wifi"];
const STATUSES = [
  "new",
  "assigned",
  "in_progress",
  "on_hold",
  "resolved",
  "closed",
  "cancelled",
] as const;
type Status = (typeof STATUSES)[number];

const CONFIG = `
vigie: 1
organisation:
  name: Flow
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: a, kind: site, parent: g, name: A, zone: Europe/Paris }
    - { id: b, kind: site, parent: g, name: B, zone: America/Toronto }
sources:
  - id: s
    tool: T
    zone: UTC
    data_through: 2026-05-20T10:00:00Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: events.csv, mapping: events.yaml }]
`;

interface Ticket {
  site: string;
  type: string;
  priority: string;
  service: string;
  opened: number;
  steps: { at: number; status: Status }[];
}

/** Months of Europe/Paris, each with the second it begins and the one at which its stock is counted. */
const MONTHS = [
  ["2026-01", "2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z"],
  ["2026-02", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"],
  ["2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"],
  ["2026-04", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"],
  ["2026-05", "2026-04-30T22:00:00Z", "2026-05-20T10:00:01Z"],
].map(([month, from, to]) => ({
  month: month!,
  from: Date.parse(from!) / 1000,
  to: Date.parse(to!) / 1000,
}));

// Steps often fall together, within one second or on the bounds of a month.
const step = fc.record({
  gap: fc.oneof(
    fc.constantFrom(0, 1, 60, 86_400),
    fc.integer({ min: 1, max: 30 * 86_400 }),
    fc.constant(-1),
  ),
  status: fc.constantFrom(...STATUSES),
});
const ticket: fc.Arbitrary<Ticket> = fc
  .record({
    site: fc.constantFrom(...SITES),
    type: fc.constantFrom(...TYPES),
    priority: fc.constantFrom(...PRIORITIES),
    service: fc.constantFrom(...SERVICES),
    opened: fc.oneof(
      fc.integer({ min: FROM, max: THROUGH }),
      fc.constantFrom(
        ...MONTHS.map(({ to }) => to - 1),
        ...MONTHS.slice(1).map(({ from }) => from),
      ),
    ),
    steps: fc.array(step, { maxLength: 9 }),
  })
  .map(({ steps, ...rest }) => {
    let at = rest.opened;
    let before: Status = "new";
    const walked: Ticket["steps"] = [];
    for (const { gap, status } of steps) {
      // A gap of -1 goes to the next bound of a month.
      at = gap < 0 ? (MONTHS.find(({ to }) => to > at)?.to ?? at) : at + gap;
      if (status !== before) walked.push({ at, status });
      before = status;
    }
    return { ...rest, opened: Math.min(rest.opened, THROUGH), steps: walked };
  });

const isEnded = (status: Status): boolean => ["resolved", "closed", "cancelled"].includes(status);

const COUNTS = [
  "opened",
  "reopened",
  "resolved",
  "cancelled",
  "backlog_start",
  "backlog_end",
  "on_hold_end",
  "age_0_1",
  "age_2_5",
  "age_6_30",
  "age_31_90",
  "age_over_90",
] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

/** What a month of a cut holds, from nothing but the order of what happened to each ticket. */
function replay(tickets: Ticket[], month: (typeof MONTHS)[number]): Counts {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Counts;
  for (const { opened, steps } of tickets) {
    const inside = (at: number): boolean => at >= month.from && at < month.to && at <= THROUGH;
    if (inside(opened)) counts.opened += 1;
    let status: Status = "new";
    let atStart: Status | null = opened < month.from ? "new" : null;
    let atEnd: Status | null = opened < month.to ? "new" : null;
    for (const { at, status: next } of steps) {
      if (at > THROUGH) break;
      if (inside(at)) {
        if (!isEnded(status) && isEnded(next))
          counts[next === "cancelled" ? "cancelled" : "resolved"] += 1;
        if (isEnded(status) && !isEnded(next)) counts.reopened += 1;
      }
      status = next;
      if (at < month.from) atStart = status;
      if (at < month.to) atEnd = status;
    }
    if (atStart !== null && !isEnded(atStart)) counts.backlog_start += 1;
    if (atEnd === null || isEnded(atEnd)) continue;
    counts.backlog_end += 1;
    if (atEnd === "on_hold") counts.on_hold_end += 1;
    const days = Math.floor((month.to - opened) / 86_400);
    const age =
      days <= 1
        ? "age_0_1"
        : days <= 5
          ? "age_2_5"
          : days <= 30
            ? "age_6_30"
            : days <= 90
              ? "age_31_90"
              : "age_over_90";
    counts[age] += 1;
  }
  return counts;
}

const text = (second: number): string => new Date(second * 1000).toISOString().slice(0, 19);

function filesOf(tickets: Ticket[]): Record<string, string> {
  const records = tickets.map(({ site, type, priority, service, opened, steps }, index) =>
    [
      `T${index}`,
      site,
      type,
      priority,
      service,
      text(opened),
      steps.findLast(({ at }) => at <= THROUGH)?.status ?? "new",
    ].join(","),
  );
  const events = tickets.flatMap(({ steps }, index) =>
    steps.map(
      ({ at, status }, order) =>
        `T${index},${text(at)},${steps[order - 1]?.status ?? "new"},${status},${order}`,
    ),
  );
  return {
    "vigie.yaml": CONFIG,
    "tickets.yaml":
      "record: ticket\nfields: { native_id: id, site: site, type: type, priority: priority, service: service, opened_at: opened, status: status }\n",
    "tickets.csv": ["id,site,type,priority,service,opened,status", ...records, ""].join("\n"),
    "events.yaml":
      "record: ticket_event\nfields: { native_id: id, occurred_at: at, field: { constant: status }, from_value: from, to_value: to, source_sequence: sequence }\n",
    "events.csv": ["id,at,from,to,sequence", ...events, ""].join("\n"),
  };
}

test("the flow of every cut and month is what replaying each ticket by hand gives", async () => {
  const runs = process.env["VIGIE_LONG"] ? 12 : 2;
  for (let run = 0; run < runs; run += 1) {
    const tickets = fc.sample(ticket, { numRuns: 400, seed: 20_261_123 + run });
    await using folder = await temporaryFolder();
    using warehouse = await transformFiles(filesOf(tickets), folder.path);
    const found = await rows<Counts & { month: string; cut: string }>(
      warehouse.connection,
      `select month, concat_ws(' ', site_id, type, priority, service) as cut, ${COUNTS.join(", ")} from marts.mart_flow_monthly`,
    );
    const cuts = Map.groupBy(tickets, ({ site, type, priority, service }) =>
      [site, type, priority, service].join(" "),
    );
    const expected = MONTHS.flatMap((month) =>
      [...cuts].map(([cut, own]) => ({ month: month.month, cut, ...replay(own, month) })),
    );
    const key = ({ month, cut }: { month: string; cut: string }) => `${month} ${cut}`;
    const byKey = <T extends { month: string; cut: string }>(list: T[]) =>
      list.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
    expect(byKey(found)).toEqual(byKey(expected));
    expect(expected.reduce((total, { reopened }) => total + reopened, 0)).toBeGreaterThan(50);
  }
});
