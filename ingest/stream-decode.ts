import { setTimeout as delay } from "node:timers/promises";
import {
  RegistryUnavailable,
  type SchemaRegistry,
  UnreadableValue,
} from "../connectors/schema-registry.ts";
import type { StreamMessage } from "./stream-batch.ts";
import type { StreamTopic } from "./stream-topic.ts";

/** How soon a registry that gave no answer is asked again. */
const RETRY_MS = 1000;

interface DecodeOptions {
  topics: readonly StreamTopic[];
  registry: SchemaRegistry | null;
  signal: AbortSignal;
  onEvent: (line: string) => void;
}

/**
 * Reads the values and keys of topics whose schemas are in a registry. What cannot be read gets a fault; a registry
 * that gives no answer is asked until it does, or until the stream is told to end.
 *
 * @returns false when the stream was told to end meanwhile.
 */
export async function decodeMessages(
  messages: readonly StreamMessage[],
  { topics, registry, signal, onEvent }: DecodeOptions,
): Promise<boolean> {
  if (!registry) return true;
  for (const message of messages) {
    if (!topics[message.entry]!.isFramed) continue;
    for (let isTold = false; ;) {
      try {
        await decodeMessage(message, registry);
        break;
      } catch (error) {
        if (!(error instanceof RegistryUnavailable)) throw error;
        if (!isTold) onEvent(`${error.message}; trying again`);
        isTold = true;
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return false;
      }
    }
  }
  return true;
}

async function decodeMessage(message: StreamMessage, registry: SchemaRegistry): Promise<void> {
  const { bytes, keyBytes } = message;
  if (keyBytes?.[0] === 0) {
    try {
      message.key = await registry.read(keyBytes);
    } catch (error) {
      // A key of another make stays as it is.
      if (!(error instanceof UnreadableValue)) throw error;
    }
  }
  if (bytes === null) return;
  message.text = null;
  message.fault = null;
  try {
    message.text = await registry.read(bytes);
  } catch (error) {
    if (!(error instanceof UnreadableValue)) throw error;
    message.fault = bytes.length === 0 ? "empty" : error.reason;
  }
}
