import { z } from "zod";
import { RECORD_KINDS } from "./contract.ts";
import { durationSchema } from "./duration.ts";
import { type MappingPlace, presetOverrides } from "./mapping.ts";
import { PRESETS } from "./preset.ts";
import { STREAM_FORMATS } from "./stream-format.ts";

const text = (expected: string) => z.string({ error: expected }).trim().min(1, { error: expected });

const ORDERS = ["updated_at", "version", "source_position"] as const;

/** What decides which of two observations of a record is the newer one. */
export type StreamOrder = (typeof ORDERS)[number];

const topicSchema = z
  .strictObject({
    topic: text("the name of a topic").describe("Name of the topic"),
    mapping: text("a path")
      .optional()
      .describe("Mapping file, as for an export; or a preset, or the canonical record itself"),
    preset: z.enum(PRESETS).optional().describe("Preset that reads the records"),
    ...presetOverrides,
    record: z
      .enum(RECORD_KINDS)
      .optional()
      .describe("Kind of the canonical records, where neither mapping nor preset reads them"),
    format: z
      .enum(STREAM_FORMATS)
      .default("json")
      .describe("How a message wraps its record; default json, the record itself"),
    encoding: z
      .enum(["json", "registry"])
      .default("json")
      .describe(
        "How values are written: json (default); or registry: Avro or JSON after the id of a schema in kafka.registry",
      ),
    table: text("the name of a table")
      .optional()
      .describe(
        "Table whose messages are taken, by the envelope; others are quarantined; default all",
      ),
    key: text("the name of a column")
      .optional()
      .describe(
        "Column that the message's key must end with; default only keys in JSON are compared",
      ),
  })
  .refine(
    ({ mapping, preset, record }) =>
      [mapping, preset, record].filter((given) => given !== undefined).length === 1,
    { error: "exactly one of mapping, preset and record" },
  )
  .refine(
    (topic) =>
      topic.preset !== undefined ||
      Object.keys(presetOverrides).every(
        (key) => topic[key as keyof typeof presetOverrides] === undefined,
      ),
    { error: "such keys only beside a preset" },
  )
  .describe("One topic and how its messages become records")
  .transform((topic) => ({
    topic: topic.topic,
    mapping: topic.mapping ?? null,
    preset: topic.preset ?? null,
    record: topic.record ?? null,
    format: topic.format,
    encoding: topic.encoding,
    table: topic.table ?? null,
    key: topic.key ?? null,
  }));

/** A topic of the configuration with the place of its mapping; null for canonical records. */
export interface TopicSettings extends Omit<z.output<typeof topicSchema>, "mapping" | "preset"> {
  mapping: MappingPlace | null;
}

const VARIABLE = "the name of an environment variable such as KAFKA_PASSWORD";
const variable = z.string({ error: VARIABLE }).regex(/^[A-Z_][A-Z0-9_]*$/, { error: VARIABLE });

const tlsSchema = z
  .strictObject({
    ca: text("a path")
      .optional()
      .describe("PEM file of the authorities to trust; default the system's"),
    cert: text("a path").optional().describe("PEM file of our own certificate; default none"),
    key: text("a path").optional().describe("PEM file of its key; default none"),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: "cert and key together",
  })
  .describe("Encrypted connection")
  .transform(({ ca, cert, key }) => ({ ca: ca ?? null, cert: cert ?? null, key: key ?? null }));

const saslSchema = z
  .discriminatedUnion(
    "mechanism",
    [
      z.strictObject({
        mechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]),
        username_env: variable.describe("Variable of the environment that holds the user"),
        password_env: variable.describe("Variable of the environment that holds the password"),
      }),
      z.strictObject({
        mechanism: z.literal("oauthbearer"),
        token_env: variable.describe("Variable of the environment that holds the token"),
      }),
    ],
    { error: "mechanism plain, scram-sha-256, scram-sha-512 or oauthbearer" },
  )
  .describe("How to sign in; secrets come from the environment");

const registrySchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: "an address such as https://registry.example.org:8081" })
      .describe("Address of a registry with Confluent's REST interface"),
    username_env: variable.optional().describe("Variable that holds the user; default none"),
    password_env: variable.optional().describe("Variable that holds the password; default none"),
  })
  .refine(
    ({ username_env: user, password_env: word }) => (user === undefined) === (word === undefined),
    {
      error: "username_env and password_env together",
    },
  )
  .describe("Registry of the schemas of topics with `encoding: registry`")
  .transform((registry) => ({
    url: registry.url,
    usernameEnv: registry.username_env ?? null,
    passwordEnv: registry.password_env ?? null,
  }));

const BROKER = "host:port such as kafka.example.org:9092";

/** The `kafka:` part of a source. */
export const kafkaSchema = z
  .strictObject({
    brokers: z
      .array(z.string({ error: BROKER }).regex(/^.+:\d{1,5}$/, { error: BROKER }))
      .min(1)
      .describe("Brokers to begin with, host:port each"),
    topics: z
      .array(topicSchema)
      .min(1)
      .refine((topics) => new Set(topics.map(({ topic }) => topic)).size === topics.length, {
        error: "each topic once",
      })
      .describe("Topics to take; at least one"),
    group: text("a name").optional().describe("Consumer group; default vigie-<id of the source>"),
    order: z
      .enum(ORDERS)
      .default("updated_at")
      .describe(
        "What decides which observation is newer: updated_at (default), the version that the mapping puts in source_sequence, or the envelope's source_position",
      ),
    tls: tlsSchema.optional(),
    sasl: saslSchema.optional(),
    registry: registrySchema.optional(),
    session_timeout: durationSchema()
      .prefault("30s")
      .describe("Silence after which the broker gives our partitions to others; default 30s"),
    linger: z
      .int({ error: "milliseconds from 10 to 60000" })
      .min(10)
      .max(60_000)
      .default(300)
      .describe("Longest wait of a message before its transaction, milliseconds; default 300"),
    max_rejects: z
      .int({ error: "a whole number" })
      .min(0)
      .default(1000)
      .describe(
        "Messages that may be refused within an hour before the stream stops; default 1000",
      ),
  })
  .refine(
    ({ topics, registry }) =>
      registry !== undefined || topics.every(({ encoding }) => encoding !== "registry"),
    { path: ["registry"], error: "a registry, which a topic's encoding asks for" },
  )
  .describe("Topics of a Kafka cluster")
  .transform((kafka) => ({
    brokers: kafka.brokers,
    topics: kafka.topics,
    group: kafka.group ?? null,
    order: kafka.order,
    tls: kafka.tls ?? null,
    sasl: kafka.sasl ?? null,
    registry: kafka.registry ?? null,
    sessionTimeoutSeconds: kafka.session_timeout,
    lingerMs: kafka.linger,
    maxRejects: kafka.max_rejects,
  }));

export type KafkaSource = z.output<typeof kafkaSchema>;

/** The `kafka:` part of a source with its paths resolved. */
export interface ResolvedKafka extends Omit<KafkaSource, "topics"> {
  topics: TopicSettings[];
}
