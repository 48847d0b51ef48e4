import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What a broker is started with, besides one plain listener on loopback. */
export interface BrokerOptions {
  /** Folder of its log; default a temporary one, removed when it stops for good. */
  folder?: string;
  /** Port of the plain listener; default a free one. */
  port?: number;
  /** Further listeners by name, with their security protocol: `{ TLS: "SSL" }`. */
  listeners?: Readonly<Record<string, string>>;
  /** Further lines of server.properties. */
  properties?: Readonly<Record<string, string>>;
  /** SCRAM users, as `kafka-storage format --add-scram` takes them. */
  scram?: readonly string[];
  /** Heap; default 512m. */
  heap?: string;
}

export interface Broker extends AsyncDisposable {
  /** Address of the plain listener. */
  address: string;
  /** Addresses of the further listeners by name. */
  addresses: Readonly<Record<string, string>>;
  folder: string;
  /** Stops it cleanly; `start` brings the same log back on the same ports. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

const FOLDER = import.meta.dirname;
const LIBRARY = join(FOLDER, "lib");

async function answers(command: string, argument: string): Promise<boolean> {
  return execute(command, [argument]).then(
    () => true,
    () => false,
  );
}

/** What is missing to run a broker, in one line; null when all is there. */
export async function missingForBroker(): Promise<string | null> {
  if (!(await answers("java", "-version"))) return "Kafka tests need Java 17 or later";
  if (existsSync(LIBRARY) || (await answers("mvn", "-version"))) return null;
  return "Kafka tests need Maven, once, for the jars of the broker";
}

/** Has Maven bring the broker's jars, once. */
async function provideLibrary(): Promise<void> {
  if (existsSync(LIBRARY)) return;
  const arriving = await mkdtemp(join(FOLDER, "lib-"));
  await execute("mvn", [
    "-B",
    "-q",
    "-f",
    join(FOLDER, "pom.xml"),
    "dependency:copy-dependencies",
    `-DoutputDirectory=${arriving}`,
  ]);
  // Another test may have brought them meanwhile.
  await rename(arriving, LIBRARY).catch(() => rm(arriving, { recursive: true }));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const LOGGING = `rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%p %c{1} %m%n
logger.ready.name=kafka.server.KafkaRaftServer
logger.ready.level=info
`;

function propertiesText(
  options: BrokerOptions,
  ports: { plain: number; controller: number; further: Record<string, number> },
  folder: string,
): string {
  const listeners = options.listeners ?? {};
  const further = Object.keys(listeners).map(
    (name) => `${name}://127.0.0.1:${ports.further[name]}`,
  );
  const advertised = [`PLAINTEXT://127.0.0.1:${ports.plain}`, ...further].join(",");
  const protocols = Object.entries(listeners).map(([name, protocol]) => `${name}:${protocol}`);
  const properties = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    listeners: `${advertised},CONTROLLER://127.0.0.1:${ports.controller}`,
    "advertised.listeners": advertised,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      "PLAINTEXT:PLAINTEXT",
      ...protocols,
    ].join(","),
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(folder, "log"),
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "log.retention.check.interval.ms": "500",
    "log.cleaner.backoff.ms": "200",
    "log.initial.task.delay.ms": "100",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "message.max.bytes": "8388608",
    "auto.create.topics.enable": "false",
    "num.network.threads": "2",
    "num.io.threads": "2",
    ...options.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

async function launch(folder: string, heap: string): Promise<ChildProcess> {
  const child = spawn(
    "java",
    [
      `-Xmx${heap}`,
      "-Xms128m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=4",
      "-Xshare:auto",
      `-Dlog4j2.configurationFile=${join(folder, "log4j2.properties")}`,
      "-cp",
      join(LIBRARY, "*"),
      "kafka.Kafka",
      join(folder, "server.properties"),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  // A process that ends without stopping its broker takes it along.
  const takeAlong = () => child.kill("SIGKILL");
  process.once("exit", takeAlong);
  child.once("exit", () => process.off("exit", takeAlong));
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const hear = (line: string) => {
      said.push(line);
      if (line.includes("Kafka Server started")) resolve();
    };
    createInterface(child.stdout).on("line", hear);
    createInterface(child.stderr).on("line", hear);
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`broker ended with ${code}: ${said.slice(-20).join("\n")}`)),
    );
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/**
 * Starts Apache Kafka as one process that is broker and controller (KRaft), on loopback only.
 *
 * @throws when Java or Maven is missing, or with what the broker said last.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  await provideLibrary();
  const isTemporary = options.folder === undefined;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "vigie-kafka-")));
  await mkdir(folder, { recursive: true });
  const further: Record<string, number> = {};
  for (const name of Object.keys(options.listeners ?? {})) further[name] = await freePort();
  const ports = {
    plain: options.port ?? (await freePort()),
    controller: await freePort(),
    further,
  };
  await writeFile(join(folder, "log4j2.properties"), LOGGING);
  await writeFile(join(folder, "server.properties"), propertiesText(options, ports, folder));
  await execute("java", [
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-cp",
    join(LIBRARY, "*"),
    `-Dlog4j2.configurationFile=${join(folder, "log4j2.properties")}`,
    "kafka.tools.StorageTool",
    "format",
    "--ignore-formatted",
    "-t",
    "dmlnaWUta2Fma2EtdGVzdA",
    "-c",
    join(folder, "server.properties"),
    ...(options.scram ?? []).flatMap((user) => ["--add-scram", user]),
  ]);
  const heap = options.heap ?? "512m";
  let child = await launch(folder, heap);
  return {
    address: `127.0.0.1:${ports.plain}`,
    addresses: Object.fromEntries(
      Object.entries(further).map(([name, port]) => [name, `127.0.0.1:${port}`]),
    ),
    folder,
    stop: () => end(child),
    async start() {
      child = await launch(folder, heap);
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      if (isTemporary) await rm(folder, { recursive: true, force: true });
    },
  };
}
