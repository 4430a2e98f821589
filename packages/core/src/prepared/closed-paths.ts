import { join } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";
import type { StoreLocation } from "./store-location.ts";

/**
 * What no package of a project may touch, whatever its policy grants.
 * @param project its real folder.
 * @param location undefined where nothing is kept for the user.
 */
export function closedPaths(
  project: string,
  location: StoreLocation | undefined,
): { readonly secretPaths: readonly string[]; readonly reservedPaths: readonly string[] } {
  const secretPaths = location === undefined ? [] : [location.folder, location.userFolder];
  const ofProject = [join("node_modules", ".cache", "moat"), "moat.policy.json", "moat.overrides.json"].map((path) =>
    join(project, path),
  );
  return { secretPaths, reservedPaths: [MOAT_FOLDER, ...ofProject, ...secretPaths] };
}
