import { z } from "zod";
import {
  dateSchema,
  holidaysSchema,
  idSchema,
  nameSchema,
  reopenWindowSchema,
  zoneSchema,
} from "../ingest/config.ts";
import {
  HOLD_REASONS,
  PRIORITIES,
  TICKET_STATUSES,
  TICKET_TYPES,
} from "../ingest/contracts/ticket.ts";
import { durationSchema } from "../ingest/duration.ts";
import { parseHours } from "./hours.ts";

const closureSchema = z
  .strictObject({
    date: dateSchema.describe("Local date that is closed"),
    reason: z.string().optional().describe("Why, for people; default none"),
  })
  .transform(({ date, reason }) => ({ date, reason: reason ?? null }));

const hoursSchema = z
  .record(
    z.string(),
    z.array(z.string({ error: 'a segment such as "08:30-12:30"' }), {
      error: 'a list of segments such as ["08:30-12:30", "13:30-18:00"]',
    }),
  )
  .transform((hours, context) => {
    const { segments, faults } = parseHours(hours);
    for (const { path, expected } of faults)
      context.addIssue({ code: "custom", path, message: expected });
    return segments;
  });

const openingSchema = z
  .strictObject({
    date: dateSchema.describe("Local date that is open otherwise than its weekday"),
    hours: z
      .array(z.string({ error: 'a segment such as "08:30-12:30"' }))
      .min(1)
      .describe("Its open segments, in place of all others, whatever holiday or closure it is"),
    reason: z.string().optional().describe("Why, for people; default none"),
  })
  .transform(({ date, hours, reason }, context) => {
    const weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][
      (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
    ]!;
    const { segments, faults } = parseHours({ [weekday]: hours });
    for (const { path, expected } of faults)
      context.addIssue({ code: "custom", path: ["hours", ...path.slice(1)], message: expected });
    return { date, segments, reason: reason ?? null };
  });

export const calendarSchema = z
  .strictObject({
    id: idSchema.describe("Id of the calendar"),
    zone: zoneSchema.describe("IANA zone of its hours, or `site` for that of the ticket's site"),
    holidays: z
      .union([z.enum(["site", "none"]), holidaysSchema], {
        error: "{country: FR}, {country: CA, region: QC}, site or none",
      })
      .describe("Public holidays that close it: {country, region}, `site` or `none`"),
    hours: hoursSchema.describe(
      'Open segments by day or range of days (mon to sun): {mon-fri: ["08:30-12:30", "13:30-18:00"]}; 24:00 may end one',
    ),
    closures: z.array(closureSchema).default([]).describe("Other closed dates; default none"),
    openings: z.array(openingSchema).default([]).describe("Dates of other hours; default none"),
    valid_from: dateSchema.optional().describe("First local day of this version; default always"),
    valid_to: dateSchema.optional().describe("Last local day of this version; default for ever"),
  })
  .describe("Opening hours that business time is counted in; versions share the id")
  .transform(({ valid_from: validFrom, valid_to: validTo, ...calendar }) => ({
    ...calendar,
    validFrom: validFrom ?? null,
    validTo: validTo ?? null,
  }));

export type Calendar = z.output<typeof calendarSchema>;

const targetSchema = z.union(
  [
    durationSchema().transform((seconds) => ({ seconds, calendar: null })),
    z
      .strictObject({
        target: durationSchema().describe("Longest time allowed, in h, m and s"),
        calendar: idSchema.optional().describe("Calendar of this target; default the commitment's"),
      })
      .transform(({ target, calendar }) => ({ seconds: target, calendar: calendar ?? null })),
  ],
  { error: "a duration such as 4h, or {target: 4h, calendar: ...}" },
);

const targetOf = (priority: string) =>
  targetSchema
    .optional()
    .describe(`Target of ${priority}: a duration (h, m, s), or {target, calendar}`);

const targetsSchema = z
  .strictObject({
    P1: targetOf("P1"),
    P2: targetOf("P2"),
    P3: targetOf("P3"),
    P4: targetOf("P4"),
    P5: targetOf("P5"),
  })
  .refine((targets) => Object.keys(targets).length > 0, {
    error: "a target for at least one priority",
  });

const scopeSchema = z
  .strictObject({
    type: z.array(z.enum(TICKET_TYPES)).min(1).optional().describe("Types of ticket; default all"),
    priority: z.array(z.enum(PRIORITIES)).min(1).optional().describe("Priorities; default all"),
    site: z
      .array(idSchema)
      .min(1)
      .optional()
      .describe("Entities, each with all below it; default all"),
    service: z.array(z.string()).min(1).optional().describe("Services; default all"),
    group: z.array(z.string()).min(1).optional().describe("Assignment groups; default all"),
    provider: z.array(idSchema).min(1).optional().describe("Providers; default all"),
    population: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Populations of the requester; default all"),
  })
  .prefault({})
  .describe("Tickets it applies to: all the given keys must match; default every ticket")
  .transform((scope) => ({
    types: scope.type ?? null,
    priorities: scope.priority ?? null,
    entities: scope.site ?? null,
    services: scope.service ?? null,
    groups: scope.group ?? null,
    providers: scope.provider ?? null,
    populations: scope.population ?? null,
  }));

const pauseSchema = z
  .strictObject({
    statuses: z
      .array(z.enum(TICKET_STATUSES).exclude(["resolved", "closed", "cancelled"]))
      .min(1)
      .describe("Statuses in which the clock stands still"),
    reasons: z
      .array(z.enum(HOLD_REASONS))
      .min(1)
      .optional()
      .describe("Hold reasons for which it does; default every reason, a missing one too"),
  })
  .transform(({ statuses, reasons }) => ({ statuses, reasons: reasons ?? null }));

export const CLOCKS = ["resolution", "response", "restoration", "ola", "provider"] as const;

export const PRIORITY_POLICIES = [
  "in_force",
  "final",
  "original",
  "proportional",
  "restart",
] as const;

export const REOPENING_READINGS = ["cumulative", "first", "continuous"] as const;

const RESPONSE_ACTS = ["reply", "ownership", "status"] as const;

export const providerSchema = z
  .strictObject({
    id: idSchema.describe("Id of the provider; tickets may carry it, or its name"),
    name: nameSchema,
    groups: z
      .array(z.string())
      .default([])
      .describe("Assignment groups that it staffs: what they hold is in its hands; default none"),
  })
  .describe("A company that does part of the work");

export type Provider = z.output<typeof providerSchema>;

const GOAL = "a percentage above 0 and at most 100";

export const commitmentSchema = z
  .strictObject({
    id: idSchema.describe("Id of the commitment; its versions share it with disjoint validity"),
    name: nameSchema,
    clock: z
      .enum(CLOCKS, { error: "resolution, response, restoration, ola or provider" })
      .describe(
        "What is timed: resolution, response, restoration, ola (a group's stint) or provider (a provider's stint)",
      ),
    scope: scopeSchema,
    calendar: idSchema.describe("Id of the calendar in which its time is counted"),
    targets: targetsSchema.describe("Longest time by priority; a priority left out has no target"),
    pause: pauseSchema.optional().describe("When the clock stands still; default never"),
    goal: z
      .number({ error: GOAL })
      .gt(0, { error: GOAL })
      .max(100, { error: GOAL })
      .describe("Share of tickets to be met, in percent, above 0 and at most 100"),
    month_rule: z
      .enum(["resolved_in_month", "closed_in_month", "opened_in_month", "latched"])
      .default("resolved_in_month")
      .describe("Month a verdict counts in (DEFINITIONS 20); default resolved_in_month"),
    triage_delay: durationSchema({ isZeroAllowed: true })
      .prefault("0h")
      .describe(
        "A priority changed this long after the opening still applies from the start; default 0h",
      ),
    priority_policy: z
      .enum(PRIORITY_POLICIES)
      .default("in_force")
      .describe("How a changed priority is judged (DEFINITIONS 15); default in_force"),
    reopening: z
      .enum(REOPENING_READINGS)
      .default("cumulative")
      .describe("How a reopening within its window counts (DEFINITIONS 16); default cumulative"),
    reopen_window: reopenWindowSchema
      .optional()
      .describe(
        'How long a reopening belongs to the same cycle: "<n> open days" of the site or "<n>h"; default that of the source',
      ),
    tolerance: durationSchema({ isZeroAllowed: true })
      .prefault("0h")
      .describe("Time past the target that is forgiven; default 0h"),
    start: z
      .enum(["opened", "reported"])
      .default("opened")
      .describe("What starts the first cycle: the opening or an earlier report; default opened"),
    response_acts: z
      .array(z.enum(RESPONSE_ACTS))
      .min(1)
      .default([...RESPONSE_ACTS])
      .describe("Acts that are a response: reply, ownership, status; default all"),
    valid_from: dateSchema.optional().describe("First day of this version; default always"),
    valid_to: dateSchema.optional().describe("Last day of this version; default for ever"),
  })
  .describe("A delay that was promised, and how it is judged")
  .transform((commitment) => ({
    id: commitment.id,
    name: commitment.name,
    clock: commitment.clock,
    scope: commitment.scope,
    calendar: commitment.calendar,
    targets: PRIORITIES.flatMap((priority) => {
      const target = commitment.targets[priority];
      if (!target) return [];
      return [
        { priority, seconds: target.seconds, calendar: target.calendar ?? commitment.calendar },
      ];
    }),
    pause: commitment.pause ?? null,
    goal: commitment.goal,
    monthRule: commitment.month_rule,
    triageDelaySeconds: commitment.triage_delay,
    policy: commitment.priority_policy,
    reading: commitment.reopening,
    reopenWindow: commitment.reopen_window ?? null,
    toleranceSeconds: commitment.tolerance,
    start: commitment.start,
    responseActs: commitment.response_acts,
    validFrom: commitment.valid_from ?? null,
    validTo: commitment.valid_to ?? null,
  }));

export type Commitment = z.output<typeof commitmentSchema>;
