import { createRequire } from "node:module";
import type kafkajs from "kafkajs";
import { decodeBatches } from "./record-batch.ts";

const CORRECTED_VERSION = "2.2.4";
const FETCH = "kafkajs/src/protocol/requests/fetch";

/** What kafkajs's protocol reader offers to the correction. */
interface ProtocolReader {
  readInt32: () => number;
  canReadBytes: (length: number) => boolean;
  readBytes: (length: number) => Buffer;
}

/** What of kafkajs's queue of requests the correction touches. */
interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/** A stored offset that the broker no longer or not yet has. */
export class OutOfRangeError extends Error {
  override name = "OutOfRangeError";
  /** Read by kafkajs: false ends the consumer instead of trying again. */
  retriable = false;
}

/** A refused sign-in, under the name of kafkajs's own. */
export class SignInError extends Error {
  override name = "KafkaJSSASLAuthenticationError";
  /** Read by kafkajs: the same token would be refused again. */
  retriable = false;
}

/**
 * kafkajs with corrections to exactly 2.2.4, made before its fetch code is loaded:
 * - its reader of record batches is replaced. It knew no codec but gzip, checked no checksum, let one unreadable batch
 *   stop every partition, and refetched for ever an answer of batches that compaction had emptied (its issue 1072);
 * - its queue of requests no longer wakes itself every millisecond when there is nothing to send, with a negative delay
 *   that Node 24 warns of;
 * - an offset out of range ends the consumer. It went on at the earliest offset, without a word, and committed that.
 *
 * @throws when another version is installed.
 */
function correct(): typeof kafkajs {
  const require = createRequire(import.meta.url);
  const { version } = require("kafkajs/package.json") as { version: string };
  if (version !== CORRECTED_VERSION) {
    throw new Error(
      `kafkajs ${version}; expected ${CORRECTED_VERSION}, which the corrections are made for`,
    );
  }
  if (require.cache[require.resolve(`${FETCH}/v11/response.js`)]) {
    throw new Error(
      "kafkajs has read messages before its corrections were made; import kafka-client.ts first",
    );
  }
  const reader = require.resolve(`${FETCH}/v4/decodeMessages.js`);
  require(reader);
  require.cache[reader]!.exports = async (protocol: ProtocolReader) => {
    const size = protocol.readInt32();
    if (size <= 0 || !protocol.canReadBytes(size)) return [];
    return decodeBatches(protocol.readBytes(size));
  };
  const RequestQueue = require("kafkajs/src/network/requestQueue/index.js") as {
    prototype: RequestQueue;
  };
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
  const ConsumerGroup = require("kafkajs/src/consumer/consumerGroup.js") as {
    prototype: { recoverFromOffsetOutOfRange: unknown };
  };
  ConsumerGroup.prototype.recoverFromOffsetOutOfRange = async (error: {
    topic: string;
    partition: number;
  }) => {
    throw new OutOfRangeError(`${error.topic}/${error.partition}: offset out of range`);
  };
  return require("kafkajs") as typeof kafkajs;
}

/** kafkajs, corrected. */
export const kafkaClient = correct();
