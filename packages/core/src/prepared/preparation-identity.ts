import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";

/**
 * Changes whenever the code that prepares modules may have changed: the sizes
 * and times of moat's own files. What another moat prepared is not used.
 */
export function preparationIdentity(): string {
  return (readdirSync(MOAT_FOLDER, { recursive: true }) as string[])
    .toSorted()
    .filter((name) => name.endsWith(".js"))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(MOAT_FOLDER, name));
      return `${name}:${size}:${mtimeMs}`;
    })
    .join();
}
