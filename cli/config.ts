import { createHash } from "node:crypto";
import { dirname, join, resolve, sep } from "node:path";
import { z } from "zod";
import {
  assumptionSchema,
  engineSchema,
  foldersSchema,
  nameSchema,
  organisationSchema,
  servicesSchema,
  sourceSchema,
  storageSchema,
  subtreeOf,
} from "../ingest/config.ts";
import type { ResolvedInput } from "../ingest/found-file.ts";
import type { KafkaSource, ResolvedKafka } from "../ingest/stream-config.ts";
import type { MappingPlace } from "../ingest/mapping.ts";
import { checkYaml, ConfigError, readYaml } from "../ingest/yaml-file.ts";
import { audienceSchema, languagesSchema } from "../reports/config.ts";
import { calendarSchema, commitmentSchema, providerSchema } from "../transform/config.ts";
import { freezeSchema } from "../transform/freeze.ts";
import { crossFaults } from "./cross-check.ts";
import { zonesOfDuckDb } from "./zones.ts";

/** The whole of vigie.yaml; each room owns the schema of its part. */
export const configSchema = z
  .strictObject({
    vigie: z.literal(1, { error: "1" }).describe("Version of this file's format; required"),
    organisation: organisationSchema,
    languages: languagesSchema.describe(
      "Languages of the site, the default one first; default [fr, en]",
    ),
    services: servicesSchema.default([]),
    providers: z
      .array(providerSchema)
      .default([])
      .describe("Companies that do part of the work; default none"),
    sources: z.array(sourceSchema).min(1).describe("Exports and feeds; at least one"),
    calendars: z.array(calendarSchema).default([]).describe("Opening hours; default none"),
    commitments: z.array(commitmentSchema).default([]).describe("Promised delays; default none"),
    freezes: z.array(freezeSchema).default([]).describe("Freezes of changes; default none"),
    audiences: z
      .array(audienceSchema.describe("One audience: what its site may hold"))
      .min(1)
      .optional()
      .describe(
        "Who the sites are built for; default one audience `group` that sees aggregates of everything",
      ),
    assumptions: z
      .array(assumptionSchema)
      .default([])
      .describe("What `vigie init` took for granted, shown on every page until confirmed"),
    storage: storageSchema,
    folders: foldersSchema,
    engine: engineSchema.prefault({}),
  })
  .describe("Configuration of Vigie");

/** Configuration as loaded: defaults filled, durations in seconds, paths absolute, names in both languages. */
export type Config = Awaited<ReturnType<typeof loadConfig>>;

/**
 * Reads vigie.yaml. Throws ConfigError with every fault and its line.
 *
 * `zones` gives the IANA zones that exist; DuckDB's, the only authority, unless told otherwise.
 */
export async function loadConfig(
  path: string,
  zones: () => Promise<readonly string[]> = zonesOfDuckDb,
) {
  const file = await readYaml(path);
  const { value, faults } = checkYaml(file, configSchema);
  const folder = dirname(resolve(path));
  const allFaults = [...faults, ...(await crossFaults(file, folder, await zones()))];
  if (value === undefined || allFaults.length > 0) throw new ConfigError(path, allFaults);

  const { organisation, languages } = value;
  const root = organisation.entities.find(({ kind }) => kind === "group")!;
  const audiences = value.audiences ?? [
    { id: "group", name: root.name, entities: [root.id], ticket_access: false },
  ];
  return {
    /** Absolute path of the file, and of the folder that its paths are relative to. */
    path: resolve(path),
    folder,
    organisation,
    languages,
    services: value.services,
    providers: value.providers,
    sources: value.sources.map((source, index) => ({
      ...source,
      inputs: source.inputs.map((input, position): ResolvedInput => ({
        ...input,
        /** Absolute; may hold a glob. */
        path: resolve(folder, input.path),
        /** As written, relative to the folder. */
        pattern: input.path,
        mapping:
          input.mapping === null
            ? { config: resolve(path), at: ["sources", index, "inputs", position] }
            : resolve(folder, input.mapping),
      })),
      kafka:
        source.kafka &&
        resolveKafka(source.kafka, { config: resolve(path), at: ["sources", index, "kafka"] }),
    })),
    calendars: value.calendars,
    commitments: value.commitments.map((commitment) => ({
      ...commitment,
      scope: {
        ...commitment.scope,
        /** Ids of the entities of the scope and of all below them; null for all. */
        coveredEntities:
          commitment.scope.entities && subtreeOf(organisation.entities, commitment.scope.entities),
      },
    })),
    freezes: value.freezes,
    audiences: audiences.map((audience) => ({
      id: audience.id,
      name: nameSchema.parse(audience.name ?? audience.id),
      entities: audience.entities,
      /** Ids of its entities and of all below them. */
      coveredEntities: subtreeOf(organisation.entities, audience.entities),
      languages: audience.languages ?? languages,
      ticketAccess: audience.ticket_access,
    })),
    /** Those that nobody has confirmed. */
    assumptions: value.assumptions
      .filter(({ confirmed }) => !confirmed)
      .map(({ id, text }) => ({ id, text })),
    storage: storageIn(resolve(folder, value.storage)),
    /** Absolute; files are read and written in these and below them, nowhere else. */
    folders: [folder, ...value.folders.map((allowed) => resolve(folder, allowed))],
    engine: value.engine,
  };
}

/** A stream with the places of its mappings, and the paths of its certificates absolute. */
function resolveKafka(
  kafka: KafkaSource,
  { config, at }: Exclude<MappingPlace, string>,
): ResolvedKafka {
  const path = (given: string | null) => given && resolve(dirname(config), given);
  return {
    ...kafka,
    topics: kafka.topics.map(({ preset, ...topic }, position) => ({
      ...topic,
      mapping: preset ? { config, at: [...at, "topics", position] } : path(topic.mapping),
    })),
    tls: kafka.tls && {
      ca: path(kafka.tls.ca),
      cert: path(kafka.tls.cert),
      key: path(kafka.tls.key),
    },
  };
}

/** Where everything that is written goes, in one folder. */
export function storageIn(folder: string) {
  return {
    folder,
    warehouse: join(folder, "warehouse.duckdb"),
    landing: join(folder, "landing"),
    state: join(folder, "state"),
    marts: join(folder, "marts"),
    site: join(folder, "site"),
  };
}

/**
 * SHA-256 of what a configuration says of the figures, whatever the order of its keys, the folder that it lies in, the
 * folder it writes to and the limits of the engine.
 */
export function configFingerprint(config: Config): string {
  const {
    path: _path,
    folder,
    storage: _storage,
    folders: _folders,
    engine: _engine,
    ...rest
  } = config;
  return createHash("sha256")
    .update(canonicalJson(rest, folder + sep))
    .digest("hex");
}

function canonicalJson(value: unknown, folder: string): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "string" && inner.startsWith(folder)) return inner.slice(folder.length);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
