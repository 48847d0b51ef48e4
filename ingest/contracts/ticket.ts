import { z } from "zod";
import { choice, count, flag, id, instant, pastInstant, person, text, whole } from "./field.ts";
import { observation } from "./observation.ts";

export const TICKET_TYPES = ["incident", "request", "problem"] as const;

/** In the order a ticket goes through them; `resolved`, `closed` and `cancelled` are the ended ones. */
export const TICKET_STATUSES = [
  "new",
  "assigned",
  "in_progress",
  "on_hold",
  "resolved",
  "closed",
  "cancelled",
] as const;

export const HOLD_REASONS = [
  "awaiting_requester",
  "awaiting_provider",
  "awaiting_change",
  "awaiting_problem",
  "awaiting_approval",
  "scheduled",
  "other",
] as const;

/** P1 is the most urgent. */
export const PRIORITIES = ["P1", "P2", "P3", "P4", "P5"] as const;

export const CHANNELS = [
  "phone",
  "email",
  "self_service",
  "chat",
  "walk_in",
  "monitoring",
  "other",
] as const;

/** A ticket (incident, request, problem) as its source showed it at one instant. Key: native_id within the instance. */
export const ticket = z
  .strictObject({
    native_id: id("The source's own key: sys_id, id or, where there is no other, the number"),
    number: id("The number people quote; an alias of the native id").optional(),
    ...observation,
    type: choice(
      TICKET_TYPES,
      "Incident, request or problem; incident when the source names none",
    ).optional(),
    title: text("Short description, as written").optional(),
    description: text("Long description").optional(),
    status: choice(TICKET_STATUSES, "Canonical status").optional(),
    hold_reason: choice(HOLD_REASONS, "Why the ticket waits while on hold").optional(),
    priority: choice(PRIORITIES, "Canonical priority, P1 the most urgent").optional(),
    impact: id("Impact, in the source's words").optional(),
    urgency: id("Urgency, in the source's words").optional(),
    category: id("Category").optional(),
    subcategory: id("Subcategory").optional(),
    symptom: id("Coded symptom").optional(),
    service: id("Service: an id or a name of the configuration").optional(),
    catalogue_item: id("Catalogue item of a request").optional(),
    channel: choice(CHANNELS, "How the ticket came in").optional(),
    site: id("Site: an entity id or a name of the configuration").optional(),
    department: id("Department of the requester").optional(),
    asset: id("Native id of the asset concerned").optional(),
    requester: person("Who asked").optional(),
    requester_population: id("Population of the requester (VIP, ward, shop)").optional(),
    opened_by: person("Who typed the ticket").optional(),
    assignee: person("Who owns it").optional(),
    assignment_group: id("Group that owns it").optional(),
    support_level: count("Support level of the group: 1, 2, 3").optional(),
    provider: id("Provider in charge").optional(),
    opened_at: pastInstant("When the ticket was opened: the start of its clocks"),
    reported_at: pastInstant("When the fault was reported, if before the opening").optional(),
    responded_at: pastInstant("First response, as the tool says").optional(),
    restored_at: pastInstant("Service restored, by workaround or not").optional(),
    resolved_at: pastInstant("Last resolution, as the tool says").optional(),
    closed_at: pastInstant("Closure, as the tool says").optional(),
    cancelled_at: pastInstant("Cancellation, as the tool says").optional(),
    updated_at: pastInstant("Last update").optional(),
    due_at: instant("Due instant, as the tool says").optional(),
    reopen_count: count("Times reopened, as the tool says").optional(),
    reassignment_count: count("Times reassigned between groups, as the tool says").optional(),
    made_sla: flag("The tool's own verdict: true when it says the commitment was met").optional(),
    paused_seconds: count("Total time on hold, seconds, as the tool says").optional(),
    resolution_code: id("How it was resolved").optional(),
    parent: id("Native id or number of the parent ticket").optional(),
    problem: id("Native id or number of the problem").optional(),
    caused_by: id("Native id or number of the change that caused it").optional(),
    duplicate_of: id("Native id or number of the ticket it repeats").optional(),
    opened_by_agent: flag("True when an agent typed the ticket for a caller").optional(),
    first_contact: flag("True when the tool says resolved at first contact").optional(),
  })
  .meta({ title: "ticket", key: ["native_id"] });

/** The attributes whose changes the source may tell as native events. */
export const EVENT_FIELDS = [
  "status",
  "hold_reason",
  "priority",
  "assignment_group",
  "assignee",
  "provider",
  "support_level",
  "comment",
  "other",
] as const;

/** Who acted: the person who asked, somebody of the support, a provider, or no person at all. */
export const ACTOR_KINDS = ["requester", "agent", "provider", "automatic"] as const;

/** A value of whatever changed; that of an assignee is a person's. */
const changed = (description: string) =>
  text(description).meta({ description, personWhen: { field: "field", value: "assignee" } });

/** What the tool itself says of one commitment of a ticket (DEFINITIONS 22). Key: native_id. */
export const ticketSla = z
  .strictObject({
    native_id: id("The source's own key"),
    ticket: id("Native id or number of the ticket"),
    name: id("Name of the commitment").optional(),
    stage: id("Where it stands, in the source's words").optional(),
    has_breached: flag("True when the tool says that it is broken"),
    started_at: pastInstant("When its clock started").optional(),
    ended_at: pastInstant("When its clock stopped").optional(),
    due_at: instant("When it is or was due").optional(),
  })
  .meta({ title: "ticket_sla", key: ["native_id"] });

/** One change of one attribute of a ticket, or a reply, from a native event log (audit, journal, changelog). */
export const ticketEvent = z
  .strictObject({
    native_id: id("Native id or number of the ticket"),
    occurred_at: pastInstant("When it happened"),
    source_sequence: whole("Order among events of one instant").optional(),
    field: choice(
      EVENT_FIELDS,
      "What changed; `comment` for a reply, `other` for what no figure needs",
    ),
    from_value: changed("Canonical value before").optional(),
    to_value: changed("Canonical value after").optional(),
    actor_kind: choice(ACTOR_KINDS, "Kind of actor").optional(),
    is_public: flag("True when the requester can see it").optional(),
    hold_reason: choice(HOLD_REASONS, "Why the ticket waits after this event").optional(),
    assignment_group: id("Group that owns the ticket after this event").optional(),
    support_level: count("Support level after this event").optional(),
    provider: id("Provider in charge after this event").optional(),
  })
  .meta({ title: "ticket_event", key: ["native_id", "occurred_at", "source_sequence", "field"] });

export const LINK_KINDS = ["mirror", "duplicate", "parent", "problem", "caused_by"] as const;

/** A link between two records, also across tools. Declared mirrors count once (DEFINITIONS 1). */
export const link = z
  .strictObject({
    from_id: id("Native id or number of the record that carries the link"),
    to_id: id("Native id or number of the record it points to"),
    to_instance: id("Instance of the record it points to; the same when absent").optional(),
    kind: choice(LINK_KINDS, "Kind of link"),
    ...observation,
  })
  .meta({ title: "link", key: ["from_id", "to_id", "kind"] });
