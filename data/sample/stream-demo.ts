/**
 * Shows the sample group live: starts a broker, sends the rows of one export as messages in the order of their changes, and
 * runs `vigie stream --publish --serve` on them, the other exports being read as files.
 *
 *     npm run demo:stream [-- --rate 500 --publish 60s --port 3000]
 */
import { execFileSync, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { kafkaClient } from "../../connectors/kafka-client.ts";
import { missingForBroker, startBroker } from "../../test/kafka/broker.ts";

const SOURCE = "servicenow-france";
const FILE = "data/sample/servicenow/incident.csv.gz";
const TOPIC = "lumen.incident";
const KEY = "number";
const CHANGED = "sys_updated_on";
/** Messages are sent so many times a second. */
const STEPS_PER_SECOND = 4;

type Row = Record<string, string>;

/** `05/01/2026 16:24:00` as text in the order of time. */
const orderOf = (row: Row): string =>
  (row[CHANGED] ?? "").replace(/^(\d\d)\/(\d\d)\/(\d{4})/, "$3-$2-$1");

async function readRows(): Promise<Row[]> {
  const rows: Row[] = [];
  const parser = createReadStream(FILE)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, relax_column_count: true, relax_quotes: true, bom: true }));
  for await (const row of parser) rows.push(row as Row);
  return rows.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** The sample's configuration with the export as a topic, its paths absolute. */
async function configText(broker: string): Promise<string> {
  const document = parseDocument(await readFile("vigie.yaml", "utf8"));
  for (const source of (document.get("sources") as YAMLSeq<YAMLMap>).items) {
    const inputs = source.get("inputs") as YAMLSeq<YAMLMap>;
    if (source.get("id") === SOURCE) {
      const input = inputs.items.find((one) => one.get("path") === FILE)!;
      inputs.items = inputs.items.filter((one) => one !== input);
      const mapping = resolve(String(input.get("mapping")));
      source.set("kafka", {
        brokers: [broker],
        max_rejects: 100_000,
        topics: [{ topic: TOPIC, mapping, key: KEY }],
      });
    }
    for (const input of inputs.items) {
      for (const name of ["path", "mapping"])
        if (input.has(name)) input.set(name, resolve(String(input.get(name))));
    }
  }
  document.set("folders", [process.cwd()]);
  return String(document);
}

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "500" },
    publish: { type: "string", default: "60s" },
    port: { type: "string", default: "3000" },
  },
});
const rate = Number(values.rate);
if (!(rate > 0)) throw new Error(`--rate ${values.rate}; expected messages a second`);
const missing = await missingForBroker();
if (missing) throw new Error(missing);

execFileSync(process.execPath, ["data/sample/generate.ts", "--if-missing"], { stdio: "inherit" });
const rows = await readRows();
const folder = await mkdtemp(join(tmpdir(), "vigie-demo-"));
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
try {
  await using broker = await startBroker();
  const kafka = new kafkaClient.Kafka({
    brokers: [broker.address],
    logLevel: kafkaClient.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }] });
  await admin.disconnect();
  const config = join(folder, "vigie.yaml");
  await writeFile(config, await configText(broker.address));
  execFileSync(process.execPath, ["cli/main.ts", "ingest", "--quiet", "--config", config]);
  const stream = spawn(
    process.execPath,
    `cli/main.ts stream --serve --publish ${values.publish} --port ${values.port} --config`
      .split(" ")
      .concat(config),
    { stdio: "inherit" },
  );
  const ended = new Promise<void>((done) => stream.once("close", () => done()));
  void ended.then(() => stop.abort());
  stop.signal.addEventListener("abort", () => stream.kill("SIGTERM"));
  const producer = kafka.producer();
  await producer.connect();
  console.error(`${rows.length} messages, ${rate} a second; Ctrl+C ends`);
  const step = Math.max(Math.round(rate / STEPS_PER_SECOND), 1);
  for (let from = 0; from < rows.length && !stop.signal.aborted; from += step) {
    const messages = rows
      .slice(from, from + step)
      .map((row) => ({ key: row[KEY] ?? null, value: JSON.stringify(row) }));
    await producer.send({ topic: TOPIC, messages });
    await delay((step / rate) * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  if (!stop.signal.aborted) console.error("all messages are sent; the stream goes on");
  await producer.disconnect();
  await ended;
} finally {
  await rm(folder, { recursive: true, force: true });
}
