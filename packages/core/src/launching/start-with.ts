/** Loads a file of moat's in a worker or child, with the code that the program's moat has kept. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";
import type { StartRequest } from "./start-request.ts";

/**
 * HAZARD: a package chooses the environment of its children. Where the kept code
 * lies is what the request says, which moat alone writes.
 */
export function startWith(request: string | undefined, file: string): void {
  const require = createRequire(import.meta.url);
  const { requireOwn, useKeptCode } = require("./own-code.cjs") as typeof import("../own-code/index.ts");
  useKeptCode(storeIn(request));
  requireOwn(join(MOAT_FOLDER, file));
}

function storeIn(request: string | undefined): StartRequest["store"] {
  try {
    return (JSON.parse(request ?? "") as StartRequest).store;
  } catch {
    // Not from moat: the file that is loaded says so.
    return undefined;
  }
}
