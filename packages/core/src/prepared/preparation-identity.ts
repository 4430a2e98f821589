import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";

/**
 * A hash of moat's own compiled files, which are few: what another moat
 * prepared is not used.
 */
export function preparationIdentity(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(MOAT_FOLDER).toSorted()) {
    if (name.endsWith(".cjs")) hash.update(name).update(readFileSync(join(MOAT_FOLDER, name)));
  }
  return hash.digest("base64url");
}
