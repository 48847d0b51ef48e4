import { z } from "zod";
import { asset, consumption, entitlement } from "./contracts/asset.ts";
import { change } from "./contracts/change.ts";
import { knownError, majorIncident } from "./contracts/major-incident.ts";
import { call, cost, satisfaction, staffing } from "./contracts/monthly.ts";
import { entity, headcount, service } from "./contracts/organisation.ts";
import { link, ticket, ticketEvent, ticketSla } from "./contracts/ticket.ts";

const SCHEMAS = {
  ticket,
  ticket_event: ticketEvent,
  ticket_sla: ticketSla,
  link,
  change,
  asset,
  entitlement,
  consumption,
  entity,
  service,
  headcount,
  satisfaction,
  call,
  staffing,
  cost,
  major_incident: majorIncident,
  known_error: knownError,
} as const;

export type RecordKind = keyof typeof SCHEMAS;

/** Type of one record of a kind, as the zod contract infers it. */
export type RecordOf<K extends RecordKind> = z.infer<(typeof SCHEMAS)[K]>;

export const RECORD_KINDS = Object.keys(SCHEMAS) as RecordKind[];

export type FieldType = "text" | "instant" | "date" | "integer" | "decimal" | "boolean" | "choice";

/** One field of a contract, read out of its zod schema: the SQL of bulk imports is made from this alone. */
export interface Field {
  name: string;
  type: FieldType;
  description: string;
  isRequired: boolean;
  /** Stored as a keyed pseudonym. */
  isPerson: boolean;
  /** Stored as a keyed pseudonym in the records whose other field has this value. */
  personWhen?: { field: string; value: string };
  /** An instant that cannot lie after the receipt of its record. */
  isPast: boolean;
  /** Allowed words of a choice. */
  values: readonly string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
}

export interface Contract {
  kind: RecordKind;
  /** Table of the `ingest` schema that holds the versions of these records. */
  table: string;
  key: readonly string[];
  fields: readonly Field[];
  schema: z.ZodObject;
}

const TABLES: Record<RecordKind, string> = {
  ticket: "tickets",
  ticket_event: "ticket_events",
  ticket_sla: "ticket_slas",
  link: "links",
  change: "changes",
  asset: "assets",
  entitlement: "entitlements",
  consumption: "consumptions",
  entity: "entities",
  service: "services",
  headcount: "headcounts",
  satisfaction: "satisfactions",
  call: "calls",
  staffing: "staffings",
  cost: "costs",
  major_incident: "major_incidents",
  known_error: "known_errors",
};

function readField(name: string, schema: z.core.JSONSchema.BaseSchema, isRequired: boolean): Field {
  const optional: Partial<Field> = {};
  if (schema.minimum !== undefined) optional.minimum = schema.minimum;
  if (schema.maximum !== undefined) optional.maximum = schema.maximum;
  if (schema.maxLength !== undefined) optional.maxLength = schema.maxLength;
  if (schema["personWhen"])
    optional.personWhen = schema["personWhen"] as { field: string; value: string };
  const type = fieldType(name, schema);
  if (schema.pattern !== undefined && type === "text") optional.pattern = schema.pattern;
  return {
    name,
    type,
    description: schema.description ?? "",
    isRequired,
    isPerson: schema["person"] === true,
    isPast: schema["past"] === true,
    values: (schema.enum as string[] | undefined) ?? [],
    ...optional,
  };
}

function fieldType(name: string, schema: z.core.JSONSchema.BaseSchema): FieldType {
  if (schema.enum) return "choice";
  if (schema.format === "date-time") return "instant";
  if (schema.format === "date") return "date";
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
      return "integer";
    case "number":
      return "decimal";
    case "boolean":
      return "boolean";
    default:
      throw new Error(`contract field ${name}: ${String(schema.type)}; expected a scalar type`);
  }
}

function readContract(kind: RecordKind): Contract {
  const schema = SCHEMAS[kind] as z.ZodObject;
  const json = z.toJSONSchema(schema);
  const required = new Set(json.required);
  const fields = Object.entries(json.properties ?? {}).map(([name, property]) =>
    readField(name, property as z.core.JSONSchema.BaseSchema, required.has(name)),
  );
  return { kind, table: TABLES[kind], key: json["key"] as string[], fields, schema };
}

const CONTRACTS = new Map(RECORD_KINDS.map((kind) => [kind, readContract(kind)]));

/** The contract of a record kind. */
export function contractOf(kind: RecordKind): Contract {
  return CONTRACTS.get(kind)!;
}
