import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { temporaryFolder } from "../project.ts";
import { describeKafka, useCluster } from "./cluster.ts";

interface Ended {
  code: number | null;
  out: string;
  said: string;
}

describeKafka("vigie stream", () => {
  const cluster = useCluster();

  /** Starts a command; `onLine` hears what it says on standard error. */
  function vigie(args: string[], onLine: (line: string) => void = () => {}) {
    const child = spawn(process.execPath, [resolve("cli/main.ts"), ...args]);
    let out = "";
    let said = "";
    child.stdout.on("data", (data: Buffer) => (out += String(data)));
    createInterface(child.stderr).on("line", (line) => {
      said += `${line}\n`;
      onLine(line);
    });
    const ended = new Promise<Ended>((done) => {
      child.once("close", (code) => done({ code, out, said }));
    });
    return { child, ended };
  }

  const ticket = (id: string) => ({
    key: id,
    value: JSON.stringify({ native_id: id, opened_at: "2026-01-05T15:24:00Z" }),
  });

  test("runs until stopped, refuses a second one, finishes in order, and goes on where it was", async () => {
    await using folder = await temporaryFolder();
    await cluster.create("live", 2);
    await cluster.send("live", [ticket("a"), ticket("b"), ticket("c")]);
    const config = join(folder.path, "vigie.yaml");
    await writeFile(
      config,
      `vigie: 1
organisation:
  name: Group
  reporting_zone: Europe/Paris
  entities: [{ id: group, kind: group, name: Group }]
sources:
  - id: live
    tool: Test
    zone: Europe/Paris
    kafka:
      brokers: ["${cluster.address}"]
      session_timeout: 6s
      topics: [{ topic: live, record: ticket }]
`,
    );
    const caught = vigie(["stream", "--until-caught-up", "--config", config]);
    expect(await caught.ended).toMatchObject({
      code: 0,
      out: "3 records in 1 transaction: 3 new observations, 0 deletions, 0 quarantined\n",
    });
    const joined = Promise.withResolvers<void>();
    const running = vigie(["stream", "--config", config], (line) => {
      if (line.includes("2 partitions of live")) joined.resolve();
    });
    await joined.promise;
    const second = await vigie(["stream", "--config", config]).ended;
    expect(second.code).toBe(1);
    expect(second.said).toMatch(/cannot open the warehouse .*: in use by process \d+/);
    await cluster.send("live", [ticket("d")]);
    const isCommitted = async () =>
      /"offset":[12]/.test(await readFile(join(folder.path, "data", "stream.json"), "utf8"));
    while (!(await isCommitted())) {
      // The state is written with the transaction.
    }
    running.child.kill("SIGTERM");
    const stopped = await running.ended;
    expect(stopped.code).toBe(0);
    expect(stopped.out).toBe(
      "1 record in 1 transaction: 1 new observation, 0 deletions, 0 quarantined\n",
    );
    const { groups } = await cluster.admin.describeGroups(["vigie-live"]);
    expect(groups[0]!.members).toEqual([]);
    const state = JSON.parse(
      await readFile(join(folder.path, "data", "stream.json"), "utf8"),
    ) as object;
    expect(state).toMatchObject({ state: "stopped" });
  });

  test("names the variable that a secret is missing from, and no broker", async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, "vigie.yaml");
    const text = (sasl: string) => `vigie: 1
organisation:
  name: Group
  reporting_zone: Europe/Paris
  entities: [{ id: group, kind: group, name: Group }]
sources:
  - id: live
    tool: Test
    zone: Europe/Paris
    kafka:
      brokers: ["127.0.0.1:1"]
      topics: [{ topic: live, record: ticket }]
${sasl}`;
    await writeFile(
      config,
      text(
        "      sasl: { mechanism: plain, username_env: VIGIE_TEST_USER, password_env: VIGIE_TEST_PASSWORD }\n",
      ),
    );
    expect(await vigie(["stream", "--config", config]).ended).toMatchObject({
      code: 2,
      said: "vigie: source live: no variable VIGIE_TEST_USER in the environment; expected the secret that kafka.sasl names\n",
    });
    await writeFile(config, text(""));
    const unreachable = await vigie(["stream", "--config", config]).ended;
    expect(unreachable.code).toBe(1);
    expect(unreachable.said).toMatch(
      /^vigie: cannot use Kafka at 127\.0\.0\.1:1: .*; expected a broker that answers$/m,
    );
  });
});
