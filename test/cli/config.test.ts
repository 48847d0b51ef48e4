import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Config, configFingerprint, configSchema, loadConfig } from "../../cli/config.ts";
import { ConfigError } from "../../ingest/yaml-file.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/config");
const ZONES = ["America/Toronto", "Europe/Paris", "UTC"];

let folder: string;
let example: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-config-"));
  await copyFile(join(FIXTURES, "incidents.mapping.yaml"), join(folder, "incidents.mapping.yaml"));
  example = await readFile(join(FIXTURES, "vigie.yaml"), "utf8");
});

afterAll(() => rm(folder, { recursive: true }));

/** The example with texts replaced, each of which must be in it. */
function changed(...replacements: [from: string, to: string][]): string {
  return replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, example);
}

async function load(text: string): Promise<Config> {
  const path = join(folder, "vigie.yaml");
  await writeFile(path, text);
  return loadConfig(path, async () => ZONES);
}

/** Faults of a configuration as `line: message`. */
async function faultsOf(text: string): Promise<string[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.faults.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  return [];
}

describe("a valid configuration", () => {
  test("fills defaults and normalises every value", async () => {
    const config = await load(example);
    expect(config.organisation.name).toEqual({ fr: "Groupe Lumen", en: "Groupe Lumen" });
    expect(config.organisation.entities.at(-1)).toEqual({
      id: "montreal",
      kind: "site",
      parent: "lumen-canada",
      name: { fr: "Montréal", en: "Montréal" },
      zone: "America/Toronto",
      holidays: { country: "CA", region: "QC" },
      validFrom: "2024-01-01",
      validTo: null,
    });
    expect(config.sources).toEqual([
      {
        id: "servicenow-paris",
        tool: "ServiceNow",
        instance: "lumen.example",
        zone: "Europe/Paris",
        site: "paris",
        dataThrough: "2026-10-31T22:59:59Z",
        reopenWindow: { openDays: 5 },
        resolvedFrom: "history",
        attribution: null,
        kafka: null,
        inputs: [
          {
            path: join(folder, "incidents.csv"),
            pattern: "incidents.csv",
            mapping: join(folder, "incidents.mapping.yaml"),
            exportedAt: null,
            isFull: false,
            maxRejects: null,
            isRequired: true,
          },
        ],
      },
    ]);
    expect(config.commitments).toEqual([
      {
        id: "resolution",
        name: { fr: "Résolution des incidents", en: "Incident resolution" },
        clock: "resolution",
        scope: {
          types: ["incident"],
          priorities: null,
          entities: ["paris", "lumen-canada"],
          coveredEntities: ["paris", "lumen-canada", "montreal"],
          services: null,
          groups: null,
          providers: null,
          populations: null,
        },
        calendar: "office",
        targets: [
          { priority: "P1", seconds: 14_400, calendar: "always" },
          { priority: "P2", seconds: 28_800, calendar: "office" },
          { priority: "P3", seconds: 57_600, calendar: "office" },
          { priority: "P4", seconds: 5_400, calendar: "office" },
        ],
        pause: { statuses: ["on_hold"], reasons: ["awaiting_requester"] },
        goal: 90,
        monthRule: "resolved_in_month",
        triageDelaySeconds: 0,
        policy: "in_force",
        reading: "cumulative",
        toleranceSeconds: 0,
        start: "opened",
        responseActs: ["reply", "ownership", "status"],
        validFrom: "2025-01-01",
        validTo: null,
      },
    ]);
    expect(config.calendars[0]?.hours.slice(0, 2)).toEqual([
      { weekday: 1, openSecond: 30_600, closeSecond: 45_000 },
      { weekday: 1, openSecond: 48_600, closeSecond: 64_800 },
    ]);
    expect(config.calendars[1]?.hours.at(-1)).toEqual({
      weekday: 7,
      openSecond: 0,
      closeSecond: 86_400,
    });
    expect(config.storage.warehouse).toBe(join(folder, "data", "warehouse.duckdb"));
    expect(config.engine).toEqual({ memoryLimit: "3GB", threads: 2 });
  });

  test("needs no more than an organisation and a source", async () => {
    const config = await load(`vigie: 1
organisation: {name: A, reporting_zone: UTC, entities: [{id: a, kind: group, name: A}]}
sources: [{id: s, tool: GLPI, zone: UTC, inputs: [{path: "*.csv", mapping: incidents.mapping.yaml}]}]
`);
    expect(config.sources[0]).toMatchObject({
      instance: "s",
      site: null,
      dataThrough: null,
      reopenWindow: { openDays: 7 },
    });
    expect(config.languages).toEqual(["fr", "en"]);
    expect(config.audiences).toEqual([
      {
        id: "group",
        name: { fr: "A", en: "A" },
        entities: ["a"],
        coveredEntities: ["a"],
        languages: ["fr", "en"],
        ticketAccess: false,
      },
    ]);
    expect(config.engine).toEqual({ memoryLimit: null, threads: null });
  });

  test("takes anchors", async () => {
    const config = await load(
      changed(
        ["reporting_zone: Europe/Paris", "reporting_zone: &zone Europe/Paris"],
        ["    zone: Europe/Paris\n    site", "    zone: *zone\n    site"],
      ),
    );
    expect(config.sources[0]?.zone).toBe("Europe/Paris");
  });

  test("keeps several versions of a commitment and positions of an entity with disjoint validity", async () => {
    const version = `  - {id: resolution, name: R, clock: resolution, calendar: always, targets: {P1: 4h}, goal: 90, valid_to: 2024-12-31}\naudiences:`;
    const config = await load(
      changed(
        ["audiences:", version],
        [
          "languages: [fr, en]\nservices",
          "    - {id: montreal, kind: site, parent: lumen-france, name: M, zone: UTC, holidays: {country: CA}, valid_to: 2023-12-31}\nlanguages: [fr, en]\nservices",
        ],
      ),
    );
    expect(config.commitments).toHaveLength(2);
    expect(config.commitments[0]?.scope.coveredEntities).toEqual([
      "paris",
      "lumen-canada",
      "montreal",
    ]);
  });

  test("describes every field for the JSON Schema", () => {
    const undescribed: string[] = [];
    const visit = (schema: z.core.JSONSchema.BaseSchema, path: string) => {
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        const child = property as z.core.JSONSchema.BaseSchema;
        if (!child.description && !/name\.(fr|en)$|\.(fr|en)$/.test(`${path}.${key}`))
          undescribed.push(`${path}.${key}`);
        visit(child, `${path}.${key}`);
      }
      for (const child of [schema.items, ...(schema.anyOf ?? [])]) {
        if (typeof child === "object") visit(child as z.core.JSONSchema.BaseSchema, `${path}[]`);
      }
    };
    visit(z.toJSONSchema(configSchema, { io: "input", reused: "inline" }), "");
    expect(undescribed.filter((path) => !path.startsWith(".audiences[]"))).toEqual([]);
  });
});

describe("a fault", () => {
  test.each<[string, [string, string][], string[]]>([
    [
      "tells a zone left out of a source",
      [["    zone: Europe/Paris\n    site: paris", "    site: paris"]],
      ["16: sources[0].zone missing; expected an IANA zone such as Europe/Paris"],
    ],
    [
      "tells a zone that DuckDB does not know",
      [["zone: America/Toronto", "zone: America/Torronto"]],
      [
        "10: organisation.entities[4].zone: America/Torronto; expected an IANA zone such as Europe/Paris (did you mean America/Toronto?)",
      ],
    ],
    [
      "tells an unknown key and the one meant",
      [["    reopen_window:", "    reopen_windw:"]],
      [
        "22: unknown key sources[0].reopen_windw; expected one of id, tool, instance, zone, site, data_through, reopen_window, resolved_from, attribution, max_rejects, inputs, kafka (did you mean reopen_window?)",
      ],
    ],
    [
      "tells a wrong word and the one meant",
      [["month_rule: resolved_in_month", "month_rule: resolved_in_mnth"]],
      [
        "42: commitments[0].month_rule: resolved_in_mnth; expected one of resolved_in_month, closed_in_month, opened_in_month, latched (did you mean resolved_in_month?)",
      ],
    ],
    [
      "tells a clock that does not exist",
      [["clock: resolution", "clock: repair"]],
      [
        "36: commitments[0].clock: repair; expected resolution, response, restoration, ola or provider",
      ],
    ],
    [
      "tells a value of a wrong type",
      [["languages: [fr, en]\nservices", "languages: fr\nservices"]],
      ["12: languages: fr; expected a list"],
    ],
    [
      "tells a name that is neither text nor both languages",
      [["name: {fr: Messagerie, en: E-mail}", "name: {fr: Messagerie}"]],
      ["14: services[0].name.en missing; expected a name in English"],
    ],
    ["tells a version it does not know", [["vigie: 1", "vigie: 2"]], ["1: vigie: 2; expected 1"]],
    [
      "tells a section left empty",
      [["storage: data", "storage:"]],
      ["47: storage: (nothing); expected a folder"],
    ],
    [
      "tells a parent that is not there",
      [["parent: lumen-canada", "parent: lumen-cnada"]],
      [
        "10: organisation.entities[4].parent: lumen-cnada; expected the id of an entity (did you mean lumen-canada?)",
      ],
    ],
    [
      "tells a second group",
      [["id: lumen-canada, kind: subsidiary, parent: lumen,", "id: lumen-canada, kind: group,"]],
      [
        "9: organisation.entities[3].kind: group; expected subsidiary, site or department: only one entity is the group",
      ],
    ],
    [
      "tells a tree without group",
      [["{id: lumen, kind: group,", "{id: lumen, kind: subsidiary, parent: paris,"]],
      [
        "5: no group under organisation.entities; expected exactly one entity of kind group, the root",
        "6: organisation.entities[0].parent: paris; expected a parent that is not below it: lumen > paris > lumen-france > lumen",
      ],
    ],
    [
      "tells an entity without parent",
      [["parent: lumen-france, name: Paris", "name: Paris"]],
      ["8: organisation.entities[2].parent missing; expected the id of the entity above"],
    ],
    [
      "tells a site that is not there",
      [["    site: paris\n", "    site: lumen-france\n"]],
      ["20: sources[0].site: lumen-france; expected the id of a site: paris, montreal"],
    ],
    [
      "tells a calendar that is not there",
      [
        ["    calendar: office", "    calendar: offce"],
        ["calendar: always", "calendar: night"],
      ],
      [
        "38: commitments[0].calendar: offce; expected the id of a calendar (did you mean office?)",
        "39: commitments[0].targets.P1.calendar: night; expected the id of a calendar: office, always",
      ],
    ],
    [
      "tells scope and audience that name nothing",
      [
        [
          "scope: {type: [incident], site: [paris, lumen-canada]}",
          "scope: {service: [telephonie], site: [lyon]}",
        ],
        ["entities: [lumen]", "entities: [lumenn]"],
      ],
      [
        "37: commitments[0].scope.site[0]: lyon; expected the id of an entity: lumen, lumen-france, paris, lumen-canada, montreal",
        "37: commitments[0].scope.service[0]: telephonie; expected the id of a service: messagerie",
        "46: audiences[0].entities[0]: lumenn; expected the id of an entity (did you mean lumen?)",
      ],
    ],
    [
      "tells an id used twice",
      [
        ["{id: always, zone", "{id: office, zone"],
        ["calendar: always", "calendar: office"],
      ],
      ["32: calendars[1].id: office; expected an id of its own"],
    ],
    [
      "tells versions of a commitment that overlap",
      [
        [
          "audiences:",
          "  - {id: resolution, name: R, clock: resolution, calendar: always, targets: {P1: 4h}, goal: 90, valid_to: 2025-01-01}\naudiences:",
        ],
      ],
      [
        "45: commitments[1].id: resolution; expected an id of its own, or a validity (valid_from, valid_to) that does not overlap commitments[0]",
      ],
    ],
    [
      "tells a validity that ends before it begins",
      [["    valid_from: 2025-01-01", "    valid_from: 2025-01-01\n    valid_to: 2024-12-31"]],
      ["45: commitments[0].valid_to: 2024-12-31; expected a day not before valid_from 2025-01-01"],
    ],
    [
      "tells a mapping file that is not there",
      [["mapping: incidents.mapping.yaml", "mapping: nowhere.yaml"]],
      [
        "25: sources[0].inputs[0].mapping: nowhere.yaml; expected a mapping file that exists, relative to the folder of the configuration",
      ],
    ],
    [
      "tells a site without the zone and holidays its calendar takes from it",
      [["name: Paris, zone: Europe/Paris, holidays: {country: FR}", "name: Paris"]],
      [
        "8: organisation.entities[2].zone missing; expected an IANA zone: calendar office of commitment resolution takes it from the site",
        "8: organisation.entities[2].holidays missing; expected {country: ..., region: ...}: calendar office of commitment resolution takes it from the site",
      ],
    ],
    [
      "tells a night shift in one segment",
      [['["00:00-24:00"]', '["22:00-06:00"]']],
      [
        '32: calendars[1].hours.mon-sun[0]: 22:00-06:00; expected a segment within one day; write two segments, "22:00-24:00" and "00:00-06:00" of the next day',
      ],
    ],
    [
      "tells segments that overlap, also across keys",
      [
        [
          '{mon-fri: ["08:30-12:30", "13:30-18:00"]}',
          '{mon-fri: ["08:30-12:30", "12:00-18:00"], fri: ["17:00-19:00"]}',
        ],
      ],
      [
        "30: calendars[0].hours.mon-fri[1]: 12:00-18:00; expected segments that do not overlap, and 08:30-12:30 of mon-fri does",
        "30: calendars[0].hours.fri[0]: 17:00-19:00; expected segments that do not overlap, and 12:00-18:00 of mon-fri does",
      ],
    ],
    [
      "tells hours that cannot be read",
      [
        [
          '{mon-fri: ["08:30-12:30", "13:30-18:00"]}',
          '{mon-fry: ["08:30-12:30"], sat: ["8h-12h", "24:00-24:00", "08:61-09:00", "08:00-08:00"]}',
        ],
      ],
      [
        '30: calendars[0].hours.mon-fry: ["08:30-12:30"]; expected a day or a range of days such as mon, mon-fri or sat-sun as the key',
        '30: calendars[0].hours.sat[0]: 8h-12h; expected a segment such as "08:30-12:30"',
        '30: calendars[0].hours.sat[1]: 24:00-24:00; expected a segment such as "08:30-12:30", from 00:00 to 24:00',
        '30: calendars[0].hours.sat[2]: 08:61-09:00; expected a segment such as "08:30-12:30", from 00:00 to 24:00',
        "30: calendars[0].hours.sat[3]: 08:00-08:00; expected a segment that ends after it begins",
      ],
    ],
    [
      "tells hours without a segment",
      [['{mon-sun: ["00:00-24:00"]}', "{}"]],
      [
        '32: calendars[1].hours: {}; expected at least one open segment, such as {mon-fri: ["09:00-17:00"]}',
      ],
    ],
    [
      "tells targets that are no durations",
      [
        ["P2: 8h, P3: 16h, P4: 1h30m", "P2: 2d, P3: 0h, P4: 90"],
        ["triage_delay: 0h", "triage_delay: soon"],
      ],
      [
        "39: commitments[0].targets.P2: 2d; expected hours, such as 16h: a day is ambiguous in business time: write hours",
        "39: commitments[0].targets.P3: 0h; expected a duration above zero",
        "39: commitments[0].targets.P4: 90; expected a duration such as 4h, or {target: 4h, calendar: ...}",
        "43: commitments[0].triage_delay: soon; expected a duration such as 4h, 90m, 45s or 1h30m",
      ],
    ],
    [
      "tells a goal out of range",
      [["goal: 90", "goal: 0"]],
      ["41: commitments[0].goal: 0; expected a percentage above 0 and at most 100"],
    ],
    [
      "tells instants and dates that cannot be read",
      [
        ["2026-10-31T23:59:59+01:00", "2026-10-31T23:59:59"],
        ["2026-05-15", "2026-02-30"],
        ["5 open days", "5 days"],
      ],
      [
        "21: sources[0].data_through: 2026-10-31T23:59:59; expected an instant with its offset such as 2026-10-31T23:59:59+01:00",
        '22: sources[0].reopen_window: 5 days; expected open days or hours, such as "7 open days" or 72h',
        "31: calendars[0].closures[0].date: 2026-02-30; expected a date such as 2026-01-31",
      ],
    ],
    [
      "tells holidays of places that are not there",
      [
        ["{country: FR}", "{country: XX}"],
        ["region: QC", "region: Quebec"],
      ],
      [
        "8: organisation.entities[2].holidays.country: XX; expected an ISO 3166 country code such as FR",
        "10: organisation.entities[4].holidays.region: Quebec; expected a region of CA: AB, BC, MB, NB, NL, NS, NT, NU, ON, PE, QC, SK, YT",
      ],
    ],
    [
      "tells a stream without a record, of a strange broker, with a secret where a variable's name goes",
      [
        [
          "mapping: incidents.mapping.yaml}\n",
          "mapping: incidents.mapping.yaml}\n    kafka: {brokers: [kafka], topics: [{topic: a}], sasl: {mechanism: plain, username_env: U, password_env: hunter 2}}\n",
        ],
      ],
      [
        "26: sources[0].kafka.brokers[0]: kafka; expected host:port such as kafka.example.org:9092",
        '26: sources[0].kafka.topics[0]: {"topic":"a"}; expected exactly one of mapping, preset and record',
        "26: sources[0].kafka.sasl.password_env: (not shown); expected the name of an environment variable such as KAFKA_PASSWORD",
      ],
    ],
    [
      "tells a duplicate key",
      [["storage: data", "storage: data\nstorage: other"]],
      ["48: duplicate key storage; expected each key once"],
    ],
  ])("%s", async (_title, replacements, expected) => {
    const faults = await faultsOf(changed(...replacements));
    const lineOf = (fault: string) => Number.parseInt(fault);
    expect(faults).toEqual(expected.toSorted((a, b) => lineOf(a) - lineOf(b)));
  });

  test("shows beside all the others, of whatever part, with the file and line of each", async () => {
    await writeFile(
      join(folder, "vigie.yaml"),
      changed(
        ["    zone: Europe/Paris\n    site: paris", "    site: lyon\n    colour: blue"],
        ["goal: 90", "goal: 900"],
        ["calendar: always", "calendar: night"],
      ),
    );
    const path = join(folder, "vigie.yaml");
    const error = await loadConfig(path, async () => ZONES).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ConfigError);
    const lines = (error as ConfigError).message.split("\n");
    expect(lines.map((line) => line.replace(`${path}:`, "").split(";")[0])).toEqual([
      "16: sources[0].zone missing",
      "19: sources[0].site: lyon",
      "20: unknown key sources[0].colour",
      "39: commitments[0].targets.P1.calendar: night",
      "41: commitments[0].goal: 900",
    ]);
  });

  test("of YAML syntax gives its line", async () => {
    const [fault] = await faultsOf("vigie: 1\norganisation: [\n");
    expect(fault).toMatch(/^\d: not valid YAML: .*; expected YAML 1\.2$/);
  });

  test("of a file that is not there says so", async () => {
    await expect(loadConfig(join(folder, "none.yaml"))).rejects.toThrow(
      "none.yaml:1: cannot read: no such file; expected a YAML file",
    );
  });

  test("of an empty file says so", async () => {
    expect(await faultsOf("")).toEqual([
      "1: the file: (nothing); expected a mapping of keys to values",
    ]);
  });
});

test("zones are those of DuckDB unless given", async () => {
  await writeFile(
    join(folder, "vigie.yaml"),
    example.replace("reporting_zone: Europe/Paris", "reporting_zone: Europe/Pariss"),
  );
  await expect(loadConfig(join(folder, "vigie.yaml"))).rejects.toThrow(
    "(did you mean Europe/Paris?)",
  );
});

describe("the fingerprint", () => {
  test("does not depend on the order of keys nor on the folder", async () => {
    const before = configFingerprint(await load(example));
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere, { recursive: true });
    await copyFile(
      join(FIXTURES, "incidents.mapping.yaml"),
      join(elsewhere, "incidents.mapping.yaml"),
    );
    const [first, ...lines] = example.split("\n");
    await writeFile(join(elsewhere, "vigie.yaml"), [...lines, first].join("\n"));
    expect(configFingerprint(await loadConfig(join(elsewhere, "vigie.yaml")))).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });

  test("depends on every value", async () => {
    expect(configFingerprint(await load(changed(["goal: 90", "goal: 91"])))).not.toBe(
      configFingerprint(await load(example)),
    );
  });
});
