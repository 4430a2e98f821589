import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Real absolute path of the folder of moat's compiled files. They are bundled,
 * so a path relative to any other source file would mean nothing.
 */
export const MOAT_FOLDER: string = dirname(fileURLToPath(import.meta.url));
