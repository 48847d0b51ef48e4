import type { Admin, ITopicConfig, Message, Producer } from "kafkajs";
import { afterAll, beforeAll, describe } from "vitest";
import { kafkaClient } from "../../connectors/kafka-client.ts";
import { type Broker, type BrokerOptions, missingForBroker, startBroker } from "./broker.ts";

const missing = await missingForBroker();
if (missing) {
  if (process.env["CI"]) throw new Error(`${missing}; CI runs them`);
  process.stderr.write(`skipped: ${missing}\n`);
}

/** A group of tests that need a broker; skipped, saying so, where none can be had. */
export const describeKafka = missing === null ? describe : describe.skip;

/** A broker of the tests with what feeds it. */
export interface Cluster {
  broker: Broker;
  address: string;
  admin: Admin;
  producer: Producer;
  create: (
    topic: string,
    partitions?: number,
    configuration?: Record<string, string>,
  ) => Promise<void>;
  send: (topic: string, messages: Message[]) => Promise<void>;
}

/** A client of the tests at an address. */
export const clientAt = (address: string) =>
  new kafkaClient.Kafka({ brokers: [address], logLevel: kafkaClient.logLevel.NOTHING });

/** Starts a broker before the tests of a group and stops it after them. */
export function useCluster(options: BrokerOptions = {}): Cluster {
  const cluster = {} as Cluster;
  beforeAll(async () => {
    const broker = await startBroker(options);
    // At once: what fails below must not leave it running.
    cluster.broker = broker;
    const kafka = clientAt(broker.address);
    const admin = kafka.admin();
    const producer = kafka.producer();
    await admin.connect();
    await producer.connect();
    // The first question about a group makes the topic of offsets; consumers would wait for it by ever longer retries.
    const isReady = () =>
      admin.fetchOffsets({ groupId: "first" }).then(
        () => true,
        () => false,
      );
    while (!(await isReady())) {
      // Each answer takes its time.
    }
    Object.assign(cluster, {
      broker,
      address: broker.address,
      admin,
      producer,
      create: async (topic, partitions = 1, configuration = {}) => {
        const definition: ITopicConfig = {
          topic,
          numPartitions: partitions,
          configEntries: Object.entries(configuration).map(([name, value]) => ({ name, value })),
        };
        await admin.createTopics({ topics: [definition], waitForLeaders: true });
      },
      send: async (topic, messages) => {
        for (let from = 0; from < messages.length; from += 5000) {
          await producer.send({ topic, messages: messages.slice(from, from + 5000) });
        }
      },
    } satisfies Cluster);
  });
  afterAll(async () => {
    await cluster.producer?.disconnect().catch(() => undefined);
    await cluster.admin?.disconnect().catch(() => undefined);
    await cluster.broker?.[Symbol.asyncDispose]();
  });
  return cluster;
}
