import { missingForBroker, startBroker } from "./broker.ts";

/** `npm run kafka`: one broker on loopback until it is interrupted; `npm run kafka -- 9092` chooses the port. */
const missing = await missingForBroker();
if (missing) throw new Error(missing);
await using broker = await startBroker({ port: Number(process.argv[2] ?? 9092) });
console.log(`Kafka on ${broker.address}; Ctrl+C ends it and removes its log`);
await new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve());
  process.once("SIGTERM", () => resolve());
});
