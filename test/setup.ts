import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { prepare } from "./project.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the sample: its warehouse.duckdb and marts/. */
    sample: string;
    /** Folder of the ServiceNow log, likewise. */
    log: string;
    /** Folder where builds of sites work, so that the packages of their pages are bundled once for all tests. */
    work: string;
  }
}

/** Takes the sample and the real log the whole way once, for all the tests that read them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-tests-"));
  const sample = join(folder, "sample");
  const log = join(folder, "log");
  await prepare("test/fixtures/sample/vigie.yaml", sample);
  await prepare("data/servicenow-log/vigie.yaml", log);
  project.provide("sample", sample);
  project.provide("log", log);
  project.provide("work", join(folder, "work"));
  return () => rm(folder, { recursive: true, force: true });
}
