import avro from "avsc";

/** How to reach a registry that speaks Confluent's REST interface. */
export interface RegistrySettings {
  /** Address without the path `/schemas/ids/…`. */
  url: string;
  username: string | null;
  password: string | null;
}

/** A value that nobody can read: it is set aside, and the stream goes on. */
export class UnreadableValue extends Error {
  readonly reason: "unknown_schema" | "undecodable";

  constructor(reason: UnreadableValue["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A registry that gives no answer: it is asked again later, and nothing is set aside. */
export class RegistryUnavailable extends Error {}

/** Turns the bytes after the schema's id into JSON text. */
type Decoder = (bytes: Buffer) => string;

const MAGIC = 0;
const PREFIX_BYTES = 5;
const ANSWER_MS = 10_000;

/** Whole numbers of 64 bits: as numbers where those are exact, else as text. */
const longType = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => {
    const value = bytes.readBigInt64LE();
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  },
  toBuffer: () => {
    throw new Error("values are only read");
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "number" || typeof value === "string",
  compare: (a: number, b: number) => a - b,
});

/** A logical type that is only read. */
function readAs(read: (value: never) => unknown): typeof avro.types.LogicalType {
  return class extends avro.types.LogicalType {
    override _fromValue(value: unknown): unknown {
      return read(value as never);
    }
    override _toValue(): never {
      throw new Error("values are only read");
    }
    override _resolve(): undefined {
      return undefined;
    }
  };
}

const DAY_MS = 86_400_000;
const isoInstant = (ms: number): string => new Date(ms).toISOString();

/** Text of a decimal (Avro 1.12, logical type `decimal`): a two's complement number of bytes, with its scale. */
class DecimalType extends avro.types.LogicalType {
  readonly #scale: number;

  constructor(schema: unknown, options?: never) {
    super(schema as never, options);
    this.#scale = (schema as { scale?: number }).scale ?? 0;
  }
  override _fromValue(value: Buffer): string {
    const digits = BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString("hex") || "0"}`));
    const sign = digits < 0n ? "-" : "";
    const text = String(digits < 0n ? -digits : digits).padStart(this.#scale + 1, "0");
    const whole = text.slice(0, text.length - this.#scale);
    return this.#scale === 0 ? sign + whole : `${sign}${whole}.${text.slice(-this.#scale)}`;
  }
  override _toValue(): never {
    throw new Error("values are only read");
  }
}

/** Instants and dates become the ISO 8601 texts that exports hold. */
const LOGICAL_TYPES = {
  "timestamp-millis": readAs((ms: number) => isoInstant(ms)),
  "timestamp-micros": readAs((us: number) => isoInstant(Math.floor(us / 1000))),
  "local-timestamp-millis": readAs((ms: number) => isoInstant(ms).slice(0, -1)),
  "local-timestamp-micros": readAs((us: number) => isoInstant(Math.floor(us / 1000)).slice(0, -1)),
  date: readAs((days: number) => isoInstant(days * DAY_MS).slice(0, 10)),
  decimal: DecimalType,
};

/** Bytes without a logical type, as Avro's own JSON writes them. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    const bytes = inner as { type?: unknown; data?: unknown } | null;
    return bytes !== null && typeof bytes === "object" && bytes.type === "Buffer"
      ? Buffer.from(bytes.data as number[]).toString("latin1")
      : inner;
  });

function decoderOf(kind: string, schema: string): Decoder {
  if (kind === "JSON") return (bytes) => bytes.toString("utf8");
  if (kind !== "AVRO") {
    return () => {
      throw new UnreadableValue("undecodable", `a schema of type ${kind}; expected AVRO or JSON`);
    };
  }
  const type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema, {
    wrapUnions: false,
    registry: { long: longType },
    logicalTypes: LOGICAL_TYPES,
  });
  return (bytes) => {
    try {
      return jsonText(type.fromBuffer(bytes));
    } catch (error) {
      throw new UnreadableValue("undecodable", (error as Error).message);
    }
  };
}

/** Schemas by their id, each asked for once. */
export class SchemaRegistry {
  readonly #settings: RegistrySettings;
  readonly #known = new Map<number, Decoder | UnreadableValue>();

  constructor(settings: RegistrySettings) {
    this.#settings = settings;
  }

  /**
   * The JSON text of a value that begins with a zero and the id of its schema (Confluent's wire format).
   *
   * @throws UnreadableValue for a value that cannot be read; RegistryUnavailable while the registry gives no answer; a
   * plain error when it refuses us.
   */
  async read(value: Buffer): Promise<string> {
    if (value.length < PREFIX_BYTES || value[0] !== MAGIC) {
      throw new UnreadableValue("undecodable", "no schema id before the value");
    }
    const id = value.readInt32BE(1);
    const known = this.#known.get(id) ?? (await this.#ask(id));
    this.#known.set(id, known);
    if (known instanceof UnreadableValue) throw known;
    return known(value.subarray(PREFIX_BYTES));
  }

  async #ask(id: number): Promise<Decoder | UnreadableValue> {
    const { url, username, password } = this.#settings;
    const basic = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
    const answer = await fetch(`${url.replace(/\/$/, "")}/schemas/ids/${id}`, {
      headers: {
        accept: "application/vnd.schemaregistry.v1+json",
        ...(username === null ? {} : { authorization: `Basic ${basic}` }),
      },
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new RegistryUnavailable(`schema registry ${url}: ${cause}`, { cause: error });
    });
    if (answer.status === 404) {
      return new UnreadableValue("unknown_schema", `schema ${id} is not in the registry`);
    }
    if (answer.status === 401 || answer.status === 403) {
      throw new Error(
        `schema registry ${url}: refused with ${answer.status}; expected credentials that may read schemas`,
      );
    }
    if (!answer.ok) throw new RegistryUnavailable(`schema registry ${url}: ${answer.status}`);
    const { schema, schemaType = "AVRO" } = (await answer.json()) as {
      schema: string;
      schemaType?: string;
    };
    return decoderOf(schemaType, schema);
  }
}
