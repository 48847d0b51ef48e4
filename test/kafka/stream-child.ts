import { kafkaFeed } from "../../connectors/kafka.ts";
import { transaction } from "../../ingest/query.ts";
import { streamSource, type StreamOptions } from "../../ingest/stream.ts";
import { storeMessages } from "../../ingest/stream-store.ts";
import { writePositions } from "../../ingest/stream-batch.ts";
import { loadTopic } from "../../ingest/stream-topic.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";

/** What the kill tests tell a child. */
export interface ChildOrder {
  address: string;
  topic: string;
  warehouse: string;
  /** Kills itself at the n-th transaction of its life, so close to COMMIT; null to run on. */
  kill: { transaction: number; when: "before" | "after" } | null;
  /** True for the negative control: positions in a transaction of their own, after the rows. */
  isTorn: boolean;
  /** Messages of one transaction, more or less. */
  mostMessages: number;
}

const order = JSON.parse(process.argv[2]!) as ChildOrder;
let transactions = 0;

const dieAt = (when: "before" | "after"): void => {
  if (order.kill?.when === when && order.kill.transaction === transactions) {
    process.kill(process.pid, "SIGKILL");
  }
};

const store: NonNullable<StreamOptions["store"]> = async (connection, target, part, receivedAt) => {
  transactions += 1;
  process.stdout.write(`begin ${transactions}\n`);
  const { messages, positions } = part;
  const counts = await transaction(connection, async () => {
    const kept = order.isTorn ? [] : positions;
    const written = await storeMessages(connection, target, messages, kept, receivedAt);
    dieAt("before");
    return written;
  });
  dieAt("after");
  if (order.isTorn) {
    await transaction(connection, () => writePositions(connection, target.source.id, positions));
  }
  return counts;
};

using warehouse = await openWarehouse(order.warehouse);
const topic = await loadTopic(
  {
    topic: order.topic,
    mapping: null,
    record: "ticket",
    format: "json",
    encoding: "json",
    table: null,
    key: "native_id",
  },
  "updated_at",
);
await streamSource(warehouse.connection, {
  source: { id: "live", instance: "live", zone: "Europe/Paris" },
  topics: [topic],
  feed: kafkaFeed({
    brokers: [order.address],
    topics: [order.topic],
    group: `vigie-${order.topic}`,
    tls: null,
    sasl: null,
    sessionTimeoutMs: 1000,
  }),
  keepsPeople: false,
  lingerMs: 100,
  mostMessages: order.mostMessages,
  maxRejects: 1_000_000,
  untilCaughtUp: true,
  signal: new AbortController().signal,
  now: Date.now,
  onEvent: () => {},
  store,
});
