import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { storeLocation, type StoreLocation } from "../prepared/store-location.ts";

/**
 * Where the project that a folder lies in keeps what is prepared. A guess, made before
 * anything of moat is loaded: a wrong one costs time, since what is found there is
 * authenticated.
 */
export function nearestLocation(folder: string, env: NodeJS.ProcessEnv): StoreLocation | undefined {
  // A package's own folder is no project: such a run is refused, and leaves nothing.
  if (folder.split(sep).includes("node_modules")) return undefined;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return storeLocation(at, env);
    if (dirname(at) === at) return undefined;
  }
}
