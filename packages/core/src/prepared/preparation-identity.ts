import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Changes whenever the code that prepares modules may have changed: the sizes
 * and times of moat's own files. What another moat prepared is not used.
 */
export function preparationIdentity(): string {
  const folder = dirname(dirname(fileURLToPath(import.meta.url)));
  const parts: string[] = [];
  for (const part of [folder, join(folder, "loader")]) {
    for (const name of readdirSync(part).toSorted()) {
      if (!name.endsWith(".js")) continue;
      const { size, mtimeMs } = statSync(join(part, name));
      parts.push(`${name}:${size}:${mtimeMs}`);
    }
  }
  return parts.join();
}
