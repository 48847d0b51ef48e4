import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "../data/sample/generate.ts";

/** Where the configuration of the group looks for its exports. */
export const GROUP = "data/sample";

/** A project of the sample group of a size of its own in a folder, ready to be read. */
export async function makeGroup(
  folder: string,
  size: { tickets: number; seed: number },
): Promise<{ configPath: string; exportsFolder: string }> {
  const exportsFolder = join(folder, GROUP);
  await generate({ ...size, out: exportsFolder });
  await cp("vigie.yaml", join(folder, "vigie.yaml"));
  for (const name of await readdir(GROUP))
    if (name.endsWith(".yaml")) await cp(join(GROUP, name), join(exportsFolder, name));
  return { configPath: join(folder, "vigie.yaml"), exportsFolder };
}

/** What the generator says it planted. */
export async function readTruth<T>(exportsFolder: string): Promise<T> {
  return JSON.parse(await readFile(join(exportsFolder, "truth.json"), "utf8")) as T;
}

const INSTANCES: Record<string, string> = {
  servicenow: "lumen-france",
  glpi: "lumen-afrique",
  jira: "lumen-ameriques",
};

/** Ticket ids of what the truth file lists by tool. */
export const idsOf = (members: Record<string, string[]>): string[] =>
  Object.entries(members).flatMap(([source, keys]) =>
    keys.map((key) => `${INSTANCES[source]}/${key}`),
  );
