import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TableFile } from "../connectors/connector.ts";
import { prepareCsv } from "../connectors/csv.ts";
import type { Mapping } from "./mapping.ts";

/** Gives a landed file again, as its connector did. */
export type FindLanded = (
  file: { name: string; sha256: string },
  mapping: Mapping,
) => Promise<TableFile>;

/** Finds the files of a landing store. @throws when a file is no longer there. */
export const landedIn =
  (folder: string): FindLanded =>
  async ({ name, sha256 }, mapping) => {
    const copies = (await readdir(folder).catch(() => [])).filter(
      (copy) => copy.startsWith(`${sha256}.`) && !copy.endsWith(".tmp"),
    );
    // Beside a landed file may lie copies of it that are easier to read; their names are longer.
    const [landed] = copies.toSorted((a, b) => a.length - b.length);
    if (landed === undefined) {
      throw new Error(
        `cannot read ${name} again: no copy in the landing store ${folder}; expected ${sha256}`,
      );
    }
    const file = await prepareCsv(join(folder, landed), {
      dialect: mapping.dialect,
      landingFolder: folder,
    });
    file.name = name;
    return file;
  };
