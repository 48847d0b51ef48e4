import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig, storageIn } from "../cli/config.ts";
import { rows } from "../ingest/query.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { ingestAll, transformAll } from "./project.ts";

/** One incident of a test; what is left out has a common value. */
export interface Incident {
  id: string;
  title: string;
  opened: string;
  resolved?: string;
  service?: string;
  site?: string;
  asset?: string;
  category?: string;
  requester?: string;
  parent?: string;
  duplicate_of?: string;
}

const COLUMNS = [
  "id",
  "title",
  "opened",
  "resolved",
  "service",
  "site",
  "asset",
  "category",
  "requester",
  "parent",
  "duplicate_of",
] as const;

const MAPPING = `record: ticket
name: incidents of a test
rows: snapshot
dialect: { separator: ",", quote: '"' }
fields:
  native_id: id
  type: { constant: incident }
  status: { constant: closed }
  title: title
  opened_at: opened
  resolved_at: resolved
  closed_at: resolved
  service: service
  site: site
  asset: asset
  category: category
  requester: requester
  parent: parent
  duplicate_of: duplicate_of
`;

const CONFIG = `vigie: 1
organisation:
  name: Test
  reporting_zone: UTC
  entities:
    - { id: group, kind: group, name: Group }
    - { id: paris, kind: site, parent: group, name: Paris, zone: UTC }
    - { id: lyon, kind: site, parent: group, name: Lyon, zone: UTC }
sources:
  - id: tool
    tool: Test
    zone: UTC
    data_through: 2026-10-01T00:00:00Z
    inputs:
      - { path: "incidents-*.csv", mapping: incidents.mapping.yaml }
storage: .
`;

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

function csv(incidents: readonly Incident[]): string {
  const lines = incidents.map((incident) =>
    COLUMNS.map((name) =>
      quoted(
        name === "resolved"
          ? (incident.resolved ?? incident.opened)
          : name === "site"
            ? (incident.site ?? "paris")
            : name === "service"
              ? (incident.service ?? "poste")
              : (incident[name] ?? ""),
      ),
    ).join(","),
  );
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}

/** Takes incidents, a file each list, through to the marts in a folder; its state stays for the next time. */
export async function recurrenceOf(
  folder: string,
  files: readonly (readonly Incident[])[],
  queries: readonly string[],
  options: { name?: string; threads?: number; state?: string } = {},
): Promise<{ answers: Record<string, unknown>[][]; skippedAgain: boolean }> {
  const home = join(folder, options.name ?? "project");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "vigie.yaml"), CONFIG);
  await writeFile(join(home, "incidents.mapping.yaml"), MAPPING);
  for (const [index, incidents] of files.entries())
    await writeFile(join(home, `incidents-${index}.csv`), csv(incidents));
  const loaded = await loadConfig(join(home, "vigie.yaml"));
  const storage = storageIn(home);
  const config = { ...loaded, storage: { ...storage, state: options.state ?? storage.state } };
  using warehouse = await openWarehouse(storage.warehouse, { threads: options.threads ?? 2 });
  await ingestAll(warehouse, config);
  await transformAll(warehouse, config);
  const answers: Record<string, unknown>[][] = [];
  for (const query of queries) answers.push(await rows(warehouse.connection, query));
  const again = await transformAll(warehouse, config);
  return { answers, skippedAgain: again.skipped };
}
