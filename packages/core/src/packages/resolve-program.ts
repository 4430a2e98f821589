import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Resolver } from "./resolver.ts";
import type { Resolution } from "./types.ts";

/**
 * How Node reads the file that it is started on. Without an extension (`bin/lessc`)
 * it is what its package's `type` says, where `require` takes such a file for CommonJS.
 */
export function resolveProgram(file: string, resolver: Resolver): Resolution {
  return extname(file) === ""
    ? resolver.resolve(pathToFileURL(file).href, file, "import")
    : resolver.resolve(file, file, "require");
}
