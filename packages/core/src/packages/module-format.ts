import { extname } from "node:path";
import { isTypeScript } from "./typescript.ts";
import { resolutionError } from "./resolution-error.ts";
import type { Scope } from "./package-scope.ts";
import type { ModuleFormat } from "./types.ts";

export interface FileFormat {
  readonly format: ModuleFormat;
  readonly ambiguous?: true;
}

const BY_EXTENSION: Readonly<Record<string, ModuleFormat>> = Object.freeze({
  __proto__: null,
  ".mjs": "module",
  ".cjs": "commonjs",
  ".json": "json",
  ".node": "addon",
} as unknown as Record<string, ModuleFormat>);

const AMBIGUOUS: FileFormat = Object.freeze({ format: "commonjs", ambiguous: true });

const byType = (scope: Scope | undefined): FileFormat => {
  const type = scope?.manifest.type;
  return type === undefined ? AMBIGUOUS : { format: type };
};

/** `.mts` and `.cts` say it, `.ts` leaves it to the package, as `.js` does. */
const ofTypeScript = (extension: string, path: string, scopeOf: (file: string) => Scope | undefined): FileFormat =>
  extension === ".ts" ? byType(scopeOf(path)) : { format: extension === ".mts" ? "module" : "commonjs" };

/** How `require` reads a file. Odd extensions are CommonJS text, as Node has it. */
export const formatForRequire = (path: string, scopeOf: (file: string) => Scope | undefined): FileFormat => {
  const extension = extname(path);
  if (extension === ".js") return byType(scopeOf(path));
  if (isTypeScript(path)) return ofTypeScript(extension, path, scopeOf);
  return { format: BY_EXTENSION[extension] ?? "commonjs" };
};

/**
 * How `import` reads a file.
 * @throws ERR_UNKNOWN_FILE_EXTENSION for an extension that Node does not know.
 */
export const formatForImport = (path: string, scopeOf: (file: string) => Scope | undefined): FileFormat => {
  const extension = extname(path);
  if (extension === ".js" || extension === "") return byType(scopeOf(path));
  if (isTypeScript(path)) return ofTypeScript(extension, path, scopeOf);
  if (extension === ".wasm") return { format: "wasm" };
  const format = BY_EXTENSION[extension];
  if (format !== undefined) return { format };
  throw resolutionError("ERR_UNKNOWN_FILE_EXTENSION", `Unknown file extension "${extension}" for ${path}`);
};
