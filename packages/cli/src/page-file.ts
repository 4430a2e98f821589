import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the page that `moat report` writes, from the folder `page` of this package. */
export function readPageFile(name: "report.css" | "report.js"): string {
  return readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "page", name), "utf8");
}
