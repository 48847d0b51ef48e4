import { access } from "node:fs/promises";
import { resolve } from "node:path";
import Holidays from "date-holidays";
import { subtreeOf } from "../ingest/config.ts";
import { isWithin } from "../ingest/folder.ts";
import { describeFault, didYouMean, showPath } from "../ingest/yaml-file.ts";
import type { Fault, YamlFile } from "../ingest/yaml-file.ts";
import { objects, texts } from "./yaml-search.ts";
import type { Found, Raw } from "./yaml-search.ts";

/**
 * Faults that lie between the parts of the configuration: references, ids, zones, holidays, the tree, validity.
 *
 * It reads the file as written, not as parsed, so that these faults show together with those of the schema; values
 * of a wrong type are the schema's to report and are passed over.
 */
export async function crossFaults(
  file: YamlFile,
  folder: string,
  zones: readonly string[],
): Promise<Fault[]> {
  return [
    ...referenceFaults(file),
    ...idFaults(file),
    ...treeFaults(file),
    ...zoneFaults(file, zones),
    ...holidayFaults(file),
    ...siteCalendarFaults(file),
    ...folderFaults(file, folder),
    ...(await mappingFileFaults(file, folder)),
  ];
}

const REFERENCES = [
  ["organisation.entities.*.parent", "organisation.entities.*", "the id of an entity"],
  ["sources.*.site", "organisation.entities.*", "the id of a site"],
  ["commitments.*.calendar", "calendars.*", "the id of a calendar"],
  ["commitments.*.targets.*.calendar", "calendars.*", "the id of a calendar"],
  ["commitments.*.scope.site.*", "organisation.entities.*", "the id of an entity"],
  ["commitments.*.scope.service.*", "services.*", "the id of a service"],
  ["commitments.*.scope.provider.*", "providers.*", "the id of a provider"],
  ["freezes.*.site.*", "organisation.entities.*", "the id of an entity"],
  ["audiences.*.entities.*", "organisation.entities.*", "the id of an entity"],
] as const;

function referenceFaults(file: YamlFile): Fault[] {
  return REFERENCES.flatMap(([from, to, expected]) => {
    const items = objects(file, to).filter(
      ({ value }) => expected !== "the id of a site" || value["kind"] === "site",
    );
    const ids = [
      ...new Set(items.map(({ value }) => value["id"]).filter((id) => typeof id === "string")),
    ];
    return texts(file, from)
      .filter(({ value }) => !ids.includes(value))
      .map(({ path, value }) =>
        describeFault(file, path, `${expected}${didYouMean(value, ids) || hintOf(ids)}`),
      );
  });
}

const hintOf = (ids: readonly string[]): string =>
  ids.length === 0 ? ", and there is none" : ids.length <= 8 ? `: ${ids.join(", ")}` : "";

function idFaults(file: YamlFile): Fault[] {
  const lists = [
    "services",
    "providers",
    "sources",
    "calendars",
    "freezes",
    "audiences",
    "assumptions",
  ];
  const unique = lists.flatMap((list) =>
    repeated(objects(file, `${list}.*`)).map(([, second]) =>
      describeFault(file, [...second.path, "id"], "an id of its own"),
    ),
  );
  const versioned = ["organisation.entities.*", "commitments.*"].flatMap((list) =>
    repeated(objects(file, list))
      .filter(([first, second]) => doOverlap(first.value, second.value))
      .map(([first, second]) =>
        describeFault(
          file,
          [...second.path, "id"],
          `an id of its own, or a validity (valid_from, valid_to) that does not overlap ${showPath(first.path)}`,
        ),
      ),
  );
  const reversed = ["organisation.entities.*", "commitments.*"].flatMap((list) =>
    objects(file, list)
      .filter(({ value }) => firstDay(value) > lastDay(value))
      .map(({ path, value }) =>
        describeFault(
          file,
          [...path, "valid_to"],
          `a day not before valid_from ${firstDay(value)}`,
        ),
      ),
  );
  return [...unique, ...versioned, ...reversed];
}

/** Pairs of items with one id; each item with the nearest clashing one before it. */
function repeated(items: Found<Raw>[]): [Found<Raw>, Found<Raw>][] {
  return items.flatMap((second, index) =>
    items
      .slice(0, index)
      .filter(
        (first) =>
          typeof second.value["id"] === "string" && first.value["id"] === second.value["id"],
      )
      .map((first): [Found<Raw>, Found<Raw>] => [first, second]),
  );
}

const firstDay = (item: Raw): string =>
  typeof item["valid_from"] === "string" ? item["valid_from"] : "0000-01-01";
const lastDay = (item: Raw): string =>
  typeof item["valid_to"] === "string" ? item["valid_to"] : "9999-12-31";
const doOverlap = (a: Raw, b: Raw): boolean =>
  firstDay(a) <= lastDay(b) && firstDay(b) <= lastDay(a);

function treeFaults(file: YamlFile): Fault[] {
  const entities = objects(file, "organisation.entities.*");
  const groups = entities.filter(({ value }) => value["kind"] === "group");
  const faults: Fault[] = groups
    .slice(1)
    .map(({ path }) =>
      describeFault(
        file,
        [...path, "kind"],
        "subsidiary, site or department: only one entity is the group",
      ),
    );
  if (entities.length > 0 && groups.length === 0) {
    const path = ["organisation", "entities"];
    faults.push({
      line: file.lineOf(path),
      message: `no group under ${showPath(path)}; expected exactly one entity of kind group, the root`,
    });
  }
  for (const { path, value } of entities) {
    const hasParent = value["parent"] !== undefined;
    if (value["kind"] === "group" && hasParent)
      faults.push(describeFault(file, [...path, "parent"], "no parent: the group is the root"));
    if (value["kind"] !== "group" && !hasParent)
      faults.push(describeFault(file, [...path, "parent"], "the id of the entity above"));
  }
  return [...faults, ...cycleFaults(file, entities)];
}

function cycleFaults(file: YamlFile, entities: Found<Raw>[]): Fault[] {
  const parentOf = new Map(entities.map(({ value }) => [value["id"], value["parent"]]));
  const reported = new Set<unknown>();
  return entities.flatMap(({ path, value }) => {
    const chain: unknown[] = [value["id"]];
    for (
      let id = parentOf.get(value["id"]);
      id !== undefined && !reported.has(id);
      id = parentOf.get(id)
    ) {
      chain.push(id);
      if (id === value["id"]) {
        for (const member of chain) reported.add(member);
        return [
          describeFault(
            file,
            [...path, "parent"],
            `a parent that is not below it: ${chain.join(" > ")}`,
          ),
        ];
      }
      if (chain.length > entities.length) break;
    }
    return [];
  });
}

function zoneFaults(file: YamlFile, zones: readonly string[]): Fault[] {
  const known = new Set(zones);
  const places = [
    ...texts(file, "organisation.reporting_zone"),
    ...texts(file, "organisation.entities.*.zone"),
    ...texts(file, "sources.*.zone"),
    ...texts(file, "calendars.*.zone").filter(({ value }) => value !== "site"),
  ];
  return places
    .filter(({ value }) => !known.has(value))
    .map(({ path, value }) => {
      const orSite = path[0] === "calendars" ? ", or site" : "";
      return describeFault(
        file,
        path,
        `an IANA zone such as Europe/Paris${orSite}${didYouMean(value, zones)}`,
      );
    });
}

function holidayFaults(file: YamlFile): Fault[] {
  const holidays = new Holidays();
  const countries = Object.keys(holidays.getCountries());
  const places = [
    ...objects(file, "organisation.entities.*.holidays"),
    ...objects(file, "calendars.*.holidays"),
  ];
  return places.flatMap(({ path, value: { country, region } }) => {
    if (typeof country !== "string") return [];
    if (!countries.includes(country)) {
      return [
        describeFault(
          file,
          [...path, "country"],
          `an ISO 3166 country code such as FR${didYouMean(country, countries)}`,
        ),
      ];
    }
    const regions = Object.keys(holidays.getStates(country) ?? {});
    if (typeof region !== "string" || regions.includes(region)) return [];
    const expected =
      regions.length === 0
        ? `no region: ${country} has none`
        : `a region of ${country}: ${regions.join(", ")}`;
    return [describeFault(file, [...path, "region"], expected)];
  });
}

/** Sites that a commitment covers by a calendar which takes from the site what the site does not say. */
function siteCalendarFaults(file: YamlFile): Fault[] {
  const entities = objects(file, "organisation.entities.*");
  const tree = entities.map(({ value }) => ({
    id: String(value["id"]),
    parent: typeof value["parent"] === "string" ? value["parent"] : null,
  }));
  const calendars = new Map(objects(file, "calendars.*").map(({ value }) => [value["id"], value]));
  const faults = new Map<string, Fault>();
  for (const { path, value: commitment } of objects(file, "commitments.*")) {
    const roots = texts(file, `${path.join(".")}.scope.site.*`).map(({ value }) => value);
    const covered = new Set(roots.length > 0 ? subtreeOf(tree, roots) : tree.map(({ id }) => id));
    const used = [
      commitment["calendar"],
      ...texts(file, `${path.join(".")}.targets.*.calendar`).map(({ value }) => value),
    ];
    for (const key of ["zone", "holidays"]) {
      const calendar = used.find((id) => calendars.get(id)?.[key] === "site") as string | undefined;
      if (calendar === undefined) continue;
      for (const { path: entityPath, value: entity } of entities) {
        if (
          entity["kind"] !== "site" ||
          !covered.has(String(entity["id"])) ||
          entity[key] !== undefined
        )
          continue;
        const what = key === "zone" ? "an IANA zone" : "{country: ..., region: ...}";
        const why = `calendar ${calendar} of commitment ${String(commitment["id"])} takes it from the site`;
        const where = [...entityPath, key];
        if (!faults.has(showPath(where)))
          faults.set(showPath(where), describeFault(file, where, `${what}: ${why}`));
      }
    }
  }
  return [...faults.values()];
}

const MAPPINGS = ["sources.*.inputs.*.mapping", "sources.*.kafka.topics.*.mapping"];
const PATHS = ["sources.*.inputs.*.path", ...MAPPINGS, "storage"];

/** Paths that lead out of the folder of the configuration and of those that it allows. */
function folderFaults(file: YamlFile, folder: string): Fault[] {
  const allowed = texts(file, "folders.*").map(({ value }) => value);
  const folders = [folder, ...allowed.map((other) => resolve(folder, other))];
  return PATHS.flatMap((pattern) => texts(file, pattern))
    .filter(({ value }) => !isWithin(resolve(folder, value), folders))
    .map(({ path }) =>
      describeFault(
        file,
        path,
        "a path in the folder of the configuration, or in one that it lists under folders",
      ),
    );
}

async function mappingFileFaults(file: YamlFile, folder: string): Promise<Fault[]> {
  const mappings = MAPPINGS.flatMap((pattern) => texts(file, pattern));
  const checks = mappings.map(async ({ path, value }) => {
    try {
      await access(resolve(folder, value));
      return [];
    } catch {
      return [
        describeFault(
          file,
          path,
          "a mapping file that exists, relative to the folder of the configuration",
        ),
      ];
    }
  });
  return (await Promise.all(checks)).flat();
}
