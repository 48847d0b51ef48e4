import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { temporaryFolder } from "../project.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: UTC
  entities: [{ id: lumen, kind: group, name: Lumen }, { id: paris, kind: site, parent: lumen, name: Paris, zone: UTC }]
sources:
  - id: desk
    tool: Tool
    zone: UTC
    site: paris
    inputs: [{ path: "inbox/*.csv*", mapping: tickets.yaml }]
`;
const MAPPING = "{record: ticket, fields: {native_id: id, opened_at: opened}}";
const export_ = (key: string) => `id,opened\n${key},2026-01-05\n`;

test("A watched inbox takes each whole file, passes over unfinished ones, reports bad ones, and ends with 0 when told", async () => {
  await using folder = await temporaryFolder();
  const inbox = join(folder.path, "inbox");
  await mkdir(inbox);
  await writeFile(join(folder.path, "vigie.yaml"), CONFIG);
  await writeFile(join(folder.path, "tickets.yaml"), MAPPING);
  await writeFile(join(inbox, "first.csv"), export_("A"));
  await writeFile(join(inbox, "~$open.csv"), export_("X"));
  const child = spawn(
    process.execPath,
    [resolve("cli/main.ts"), "ingest", "--watch", "--json", "--config", "vigie.yaml"],
    { cwd: folder.path, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text));
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  const seen: string[] = [];
  const until = async (text: string) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`ended before "${text}": ${seen.join("\n")}`);
      seen.push(value);
      if (value.includes(text)) return;
    }
  };
  await until("inbox/first.csv: 1 record, 1 new");
  await writeFile(join(inbox, "second.csv.part"), export_("B"));
  await writeFile(join(inbox, "bad.csv"), "id,when\nC,2026-01-05\n");
  await until("inbox/bad.csv stays where it is: cannot import");
  await access(join(inbox, "bad.csv"));
  await rename(join(inbox, "second.csv.part"), join(inbox, "second.csv"));
  await until("inbox/second.csv: 1 record, 1 new");
  await writeFile(join(inbox, "bad.csv"), export_("C"));
  await until("inbox/bad.csv: 1 record, 1 new");
  child.kill("SIGTERM");
  const [code] = (await once(child, "close")) as [number | null];
  expect(code).toBe(0);
  expect(JSON.parse(output)).toEqual({ imports: 3, errors: 1 });
  expect(seen.join("\n")).not.toMatch(/open\.csv|\.part/);
});

test("A file that a link leads out of the folders of the configuration is not read", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  await mkdir(join(folder.path, "inbox"));
  await writeFile(join(folder.path, "vigie.yaml"), CONFIG);
  await writeFile(join(folder.path, "tickets.yaml"), MAPPING);
  await writeFile(join(elsewhere.path, "secret.csv"), export_("S"));
  await symlink(join(elsewhere.path, "secret.csv"), join(folder.path, "inbox", "secret.csv"));
  const child = spawn(process.execPath, [resolve("cli/main.ts"), "ingest"], {
    cwd: folder.path,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  expect(errors).toMatch(/^vigie: cannot read .*secret\.csv: it leads to .*; expected a file in /);
  expect(code).toBe(1);
});
