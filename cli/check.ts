import { loadMapping } from "../ingest/mapping.ts";
import { ConfigError } from "../ingest/yaml-file.ts";
import type { Command } from "./command.ts";
import { counted } from "./project.ts";

export const check: Command = {
  summary: "check the configuration and its mapping files",
  help: "Lists every fault with its file and line; touches nothing.",
  async run({ config }) {
    const places = config.sources.flatMap(({ inputs, kafka }) =>
      [...inputs, ...(kafka?.topics ?? [])].flatMap(({ mapping }) => mapping ?? []),
    );
    const mappings = new Map(places.map((place) => [JSON.stringify(place), place]));
    const faults: ConfigError[] = [];
    for (const place of mappings.values()) {
      await loadMapping(place).catch((error: unknown) => {
        if (!(error instanceof ConfigError)) throw error;
        faults.push(error);
      });
    }
    if (faults.length > 0) throw new AggregateError(faults);
    const { sources, calendars, commitments, organisation } = config;
    const parts = [
      counted(organisation.entities.length, "entity", "entities"),
      counted(sources.length, "source"),
      counted(mappings.size, "mapping"),
      counted(calendars.length, "calendar"),
      counted(commitments.length, "commitment"),
    ];
    return {
      lines: [`configuration is sound: ${parts.join(", ")}`],
      data: {
        entities: organisation.entities.length,
        sources: sources.map(({ id }) => id),
        mappings: mappings.size,
        calendars: calendars.map(({ id }) => id),
        commitments: commitments.map(({ id }) => id),
      },
    };
  },
};
