import { z } from "zod";
import { amount, count, id } from "./field.ts";

const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .meta({ description: "Month, YYYY-MM" });

/** What the users of a site said of the support in one month (DEFINITIONS 25). Key: entity, month. */
export const satisfaction = z
  .strictObject({
    entity: id("Entity id"),
    month,
    sent: count("Surveys sent").optional(),
    answers: count("Answers received"),
    score: amount("Mean score of the answers, on the survey's own scale").optional(),
  })
  .meta({ title: "satisfaction", key: ["entity", "month"] });

/** Calls to the service desk in one month (DEFINITIONS 25). Key: entity, month. */
export const call = z
  .strictObject({
    entity: id("Entity id"),
    month,
    offered: count("Calls offered"),
    answered: count("Calls answered"),
    abandoned: count("Calls given up before an answer").optional(),
    mean_wait_seconds: count("Mean wait before the answer, seconds").optional(),
  })
  .meta({ title: "call", key: ["entity", "month"] });

/** People of a support group in one month (DEFINITIONS 25). Key: entity, group, month. */
export const staffing = z
  .strictObject({
    entity: id("Entity id"),
    group: id("Group of the support"),
    month,
    support_level: count("Support level of the group: 1, 2, 3").optional(),
    provider: id("Provider that staffs it").optional(),
    agents: amount("Agents, full-time equivalents"),
  })
  .meta({ title: "staffing", key: ["entity", "group", "month"] });

/** What the support of an entity cost in one month, everything included (DEFINITIONS 41). Key: entity, month. */
export const cost = z
  .strictObject({
    entity: id("Entity id"),
    month,
    amount: amount("Loaded cost of the support, in the group's currency"),
  })
  .meta({ title: "cost", key: ["entity", "month"] });
