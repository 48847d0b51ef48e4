import { realpath } from "node:fs/promises";
import { sep } from "node:path";

/** True when an absolute path lies in one of the folders, or is one of them; nothing is read. */
export const isWithin = (path: string, folders: readonly string[]): boolean =>
  folders.some(
    (folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep),
  );

/**
 * Refuses a file that a link leads out of the folders.
 *
 * @throws with the name and where it leads.
 */
export async function refuseOutside(path: string, folders: readonly string[]): Promise<void> {
  const target = await realpath(path);
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  if (isWithin(target, real)) return;
  throw new Error(
    `cannot read ${path}: it leads to ${target}; expected a file in ${folders.join(" or ")}`,
  );
}
