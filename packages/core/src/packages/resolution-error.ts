import { pathToFileURL } from "node:url";

/** The codes that Node's own resolution throws, and moat's in its place. */
export type ResolutionCode =
  | "MODULE_NOT_FOUND"
  | "ERR_MODULE_NOT_FOUND"
  | "ERR_PACKAGE_PATH_NOT_EXPORTED"
  | "ERR_PACKAGE_IMPORT_NOT_DEFINED"
  | "ERR_INVALID_PACKAGE_TARGET"
  | "ERR_INVALID_PACKAGE_CONFIG"
  | "ERR_INVALID_MODULE_SPECIFIER"
  | "ERR_INVALID_URL_SCHEME"
  | "ERR_UNSUPPORTED_DIR_IMPORT"
  | "ERR_UNSUPPORTED_ESM_URL_SCHEME"
  | "ERR_UNKNOWN_FILE_EXTENSION"
  | "ERR_UNKNOWN_BUILTIN_MODULE";

/** An error as Node throws it: programs match on `code`, `message` and `requireStack`. */
export interface ResolutionError extends Error {
  readonly code: ResolutionCode;
  readonly requireStack?: string[];
  readonly url?: string;
}

const TYPE_ERRORS = new Set<ResolutionCode>([
  "ERR_INVALID_MODULE_SPECIFIER",
  "ERR_INVALID_URL_SCHEME",
  "ERR_PACKAGE_IMPORT_NOT_DEFINED",
  "ERR_UNKNOWN_FILE_EXTENSION",
]);

/** Makes Node's error for a code; Node's choice of class (`TypeError` for some) included. */
export const resolutionError = (
  code: ResolutionCode,
  message: string,
  fields: { requireStack?: string[]; url?: string; path?: string } = {},
): ResolutionError => {
  const error = TYPE_ERRORS.has(code) ? new TypeError(message) : new Error(message);
  return Object.assign(error, { code, ...fields }) as ResolutionError;
};

/** Whether an error is one of Node's resolution, of this code. */
export const isResolutionError = (error: unknown, code: ResolutionCode): boolean =>
  error instanceof Error && (error as Partial<ResolutionError>).code === code;

const places = new WeakMap<object, string>();

/** Runs what reads of a file or folder; its errors then tell about that, unless they tell about another one. */
export const tellingOf = <T>(place: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && !places.has(error)) places.set(error, place);
    throw error;
  }
};

/**
 * The file or folder that is there, as an error of resolving tells; undefined where it would be the same error if there were nothing.
 * HAZARD: who may not import from it is told of neither; see `realm.resolveFor`.
 */
export const placeToldBy = (error: unknown): string | undefined =>
  error instanceof Error ? places.get(error) : undefined;

/** `require`'s error. `stack` names the requiring file, then its parents. */
export const notFoundByRequire = (specifier: string, stack: readonly string[]): ResolutionError => {
  const lines = stack.length > 0 ? `\nRequire stack:\n- ${stack.join("\n- ")}` : "";
  return resolutionError("MODULE_NOT_FOUND", `Cannot find module '${specifier}'${lines}`, {
    requireStack: [...stack],
  });
};

/** `import`'s error for a path that leads to nothing. */
export const notFoundByImport = (path: string, referrer: string): ResolutionError =>
  resolutionError(
    "ERR_MODULE_NOT_FOUND",
    `Cannot find module '${path}' imported from ${referrer}`,
    path.startsWith("#") ? {} : { url: pathToFileURL(path).href },
  );

/** Where `import` would have looked, by a specifier that leads to no file: what `import.meta.resolve` answers. */
export const absentUrlOf = (error: unknown): string | undefined =>
  isResolutionError(error, "ERR_MODULE_NOT_FOUND") || isResolutionError(error, "ERR_UNSUPPORTED_DIR_IMPORT")
    ? (error as ResolutionError).url
    : undefined;
