import { valueAt } from "../ingest/yaml-file.ts";
import type { YamlFile, YamlPath } from "../ingest/yaml-file.ts";

/** A mapping as written, of which nothing has been checked. */
export type Raw = Record<string, unknown>;

/** A value found in a file, and where. */
export interface Found<T> {
  path: YamlPath;
  value: T;
}

/** Every value at a pattern of keys, where `*` stands for each item of a list or value of a mapping. */
function find(file: YamlFile, pattern: string): Found<unknown>[] {
  return pattern.split(".").reduce<Found<unknown>[]>(
    (found, step) =>
      found.flatMap(({ path, value }) => {
        if (typeof value !== "object" || value === null) return [];
        const steps =
          step !== "*"
            ? [Array.isArray(value) ? Number(step) : step]
            : Array.isArray(value)
              ? [...value.keys()]
              : Object.keys(value);
        return steps.map((key) => ({ path: [...path, key], value: valueAt(value, [key]) }));
      }),
    [{ path: [], value: file.data }],
  );
}

const isRaw = (found: Found<unknown>): found is Found<Raw> =>
  typeof found.value === "object" && found.value !== null && !Array.isArray(found.value);

/** The mappings among the values at a pattern. */
export const objects = (file: YamlFile, pattern: string): Found<Raw>[] =>
  find(file, pattern).filter(isRaw);

/** The texts among the values at a pattern. */
export const texts = (file: YamlFile, pattern: string): Found<string>[] =>
  find(file, pattern).filter((found): found is Found<string> => typeof found.value === "string");
