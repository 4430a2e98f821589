import { URL } from "node:url";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isResolutionError, resolutionError } from "./resolution-error.ts";

/** Where a specifier is looked up: the manifest's folder, the file that asks, and the conditions. */
export interface TargetContext {
  /** Folder of the manifest whose `exports` or `imports` is read. */
  readonly folder: string;
  /** The file that asks; undefined where Node's message leaves it out. */
  readonly referrer: string | undefined;
  readonly conditions: ReadonlySet<string>;
  /** For `imports` alone: resolves a target that names another package or a builtin. */
  readonly resolveBare?: (specifier: string) => string;
}

const ENCODED_SEPARATOR = /%2f|%5c/i;
/** Segments that a target may not have: `.`, `..`, `node_modules`, empty, also where percent-encoded. */
const INVALID_SEGMENT =
  /(^|\\|\/)((\.|%2e)(\.|%2e)?|(n|%6e|%4e)(o|%6f|%4f)(d|%64|%44)(e|%65|%45)(_|%5f)(m|%6d|%4d)(o|%6f|%4f)(d|%64|%44)(u|%75|%55)(l|%6c|%4c)(e|%65|%45)(s|%73|%53))?(\\|\/|$)/i;
/** Text that means the same as a path and as a URL. */
const PLAIN = /^[\w\-./@+~$!,()=]*$/;

const fieldOf = (context: TargetContext): string => (context.resolveBare === undefined ? "exports" : "imports");

const from = (referrer: string | undefined): string => (referrer === undefined ? "" : ` imported from ${referrer}`);

export const invalidSpecifier = (specifier: string, reason: string, referrer: string | undefined): Error =>
  resolutionError("ERR_INVALID_MODULE_SPECIFIER", `Invalid module "${specifier}" ${reason}${from(referrer)}`);

/** Resolves relative URL text against a folder, as a path. */
export const urlTextToPath = (text: string, folder: string, referrer: string | undefined): string => {
  if (PLAIN.test(text)) return join(folder, text);
  if (ENCODED_SEPARATOR.test(text)) {
    // Node shows the URL here.
    const shown = referrer === undefined ? `${pathToFileURL(folder).href}${text.slice(1)}` : text;
    throw invalidSpecifier(shown, 'must not include encoded "/" or "\\" characters', referrer);
  }
  const url = new URL(text, `${pathToFileURL(folder).href}/`);
  if (url.protocol !== "file:") throw invalidSpecifier(text, "must be a file", referrer);
  url.search = url.hash = "";
  try {
    return fileURLToPath(url);
  } catch {
    // A `%` that encodes nothing: Node lets a `URIError` through.
    throw invalidSpecifier(text, "is not a valid URL", referrer);
  }
};

const invalidTarget = (key: string, target: unknown, context: TargetContext): Error => {
  const config = join(context.folder, "package.json");
  const text = typeof target === "object" ? JSON.stringify(target) : String(target);
  const shown = JSON.stringify(text);
  const hint =
    context.resolveBare === undefined && text.length > 0 && !text.startsWith("./")
      ? '; targets must start with "./"'
      : "";
  const what =
    key === "."
      ? `Invalid "exports" main target ${shown} defined in the package config ${config}`
      : `Invalid "${fieldOf(context)}" target ${shown} defined for '${key}' in the package config ${config}`;
  return resolutionError("ERR_INVALID_PACKAGE_TARGET", `${what}${from(context.referrer)}${hint}`);
};

const resolveString = (target: string, key: string, star: string | undefined, context: TargetContext): string => {
  const fill = (text: string): string => (star === undefined ? text : text.replaceAll("*", () => star));
  if (!target.startsWith("./")) {
    const elsewhere = !target.startsWith("../") && !target.startsWith("/");
    if (context.resolveBare === undefined || !elsewhere || URL.canParse(target)) {
      throw invalidTarget(key, target, context);
    }
    return context.resolveBare(fill(target));
  }
  // Node only warns about empty segments; refused here, as nothing real has them.
  if (INVALID_SEGMENT.test(target.slice(2))) throw invalidTarget(key, target, context);
  if (star !== undefined && INVALID_SEGMENT.test(star)) {
    throw invalidSpecifier(
      key.replace("*", () => star),
      `request is not a valid match in pattern "${key}" for the "${fieldOf(context)}" resolution of ${join(context.folder, "package.json")}`,
      context.referrer,
    );
  }
  const path = urlTextToPath(fill(target), context.folder, context.referrer);
  if (!path.startsWith(context.folder.endsWith(sep) ? context.folder : context.folder + sep)) {
    throw invalidTarget(key, target, context);
  }
  return path;
};

/** A path, or a builtin as `node:name`; null where a condition excludes; undefined where none matches. */
const resolveTarget = (
  target: unknown,
  key: string,
  star: string | undefined,
  context: TargetContext,
): string | null | undefined => {
  if (typeof target === "string") return resolveString(target, key, star, context);
  if (target === null) return null;
  if (Array.isArray(target)) {
    let failure: unknown = null;
    for (const item of target) {
      try {
        const found = resolveTarget(item, key, star, context);
        if (found === undefined) continue;
        if (found !== null) return found;
        failure = null;
      } catch (error) {
        if (!isResolutionError(error, "ERR_INVALID_PACKAGE_TARGET")) throw error;
        failure = error;
      }
    }
    if (failure !== null) throw failure;
    return target.length === 0 ? null : failure;
  }
  if (typeof target === "object") {
    const names = Object.keys(target);
    for (const name of names) {
      if (/^(0|[1-9]\d*)$/.test(name)) {
        throw resolutionError(
          "ERR_INVALID_PACKAGE_CONFIG",
          `Invalid package config ${join(context.folder, "package.json")}. "exports" cannot contain numeric property keys.`,
        );
      }
    }
    for (const name of names) {
      if (name !== "default" && !context.conditions.has(name)) continue;
      const found = resolveTarget((target as Record<string, unknown>)[name], key, star, context);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  throw invalidTarget(key, target, context);
};

/** Node's PATTERN_KEY_COMPARE: is `b` the more specific pattern? */
const isMoreSpecific = (a: string, b: string): boolean => {
  const lengthA = a.indexOf("*") + 1;
  const lengthB = b.indexOf("*") + 1;
  return lengthB !== lengthA ? lengthB > lengthA : b.length > a.length;
};

/** Looks a name up in `exports` or `imports`: the exact key, or the most specific pattern. */
const matchKey = (
  name: string,
  table: Record<string, unknown>,
): { key: string; star: string | undefined } | undefined => {
  if (Object.hasOwn(table, name) && !name.includes("*") && !name.endsWith("/")) {
    return { key: name, star: undefined };
  }
  let best: string | undefined;
  for (const key of Object.keys(table)) {
    const at = key.indexOf("*");
    if (at < 0 || key.lastIndexOf("*") !== at || name.length < key.length) continue;
    if (!name.startsWith(key.slice(0, at)) || !name.endsWith(key.slice(at + 1))) continue;
    if (best === undefined || isMoreSpecific(best, key)) best = key;
  }
  if (best === undefined) return undefined;
  const at = best.indexOf("*");
  return { key: best, star: name.slice(at, name.length - (best.length - at - 1)) };
};

const asTable = (exports: unknown, context: TargetContext): Record<string, unknown> => {
  if (typeof exports !== "object" || exports === null || Array.isArray(exports)) {
    return { ".": exports };
  }
  const keys = Object.keys(exports);
  const dotted = keys.filter((key) => key.startsWith(".")).length;
  if (dotted !== 0 && dotted !== keys.length) {
    throw resolutionError(
      "ERR_INVALID_PACKAGE_CONFIG",
      `Invalid package config ${join(context.folder, "package.json")}. "exports" cannot contain some keys starting with '.' and some not. The exports object must either be an object of package subpath keys or an object of main entry condition name keys only.`,
    );
  }
  return dotted > 0 ? (exports as Record<string, unknown>) : { ".": exports };
};

/** PACKAGE_EXPORTS_RESOLVE. `subpath` is `.` or `./x`. */
export const resolveExports = (exports: unknown, subpath: string, context: TargetContext): string => {
  const table = asTable(exports, context);
  const match = matchKey(subpath, table);
  const found = match && resolveTarget(table[match.key], match.key, match.star, context);
  if (typeof found === "string") return found;
  const config = join(context.folder, "package.json");
  throw resolutionError(
    "ERR_PACKAGE_PATH_NOT_EXPORTED",
    subpath === "."
      ? `No "exports" main defined in ${config}${from(context.referrer)}`
      : `Package subpath '${subpath}' is not defined by "exports" in ${config}${from(context.referrer)}`,
  );
};

/** PACKAGE_IMPORTS_RESOLVE. A path, or a builtin as `node:name`. */
export const resolveImports = (imports: unknown, specifier: string, context: TargetContext): string => {
  // `#/x` is valid from Node 24 on; no program that works before that can have it.
  if (specifier === "#" || specifier.endsWith("/")) {
    throw invalidSpecifier(specifier, "is not a valid internal imports specifier name", context.referrer);
  }
  if (typeof imports === "object" && imports !== null) {
    const table = imports as Record<string, unknown>;
    const match = matchKey(specifier, table);
    const found = match && resolveTarget(table[match.key], match.key, match.star, context);
    if (typeof found === "string") return found;
  }
  throw importNotDefined(specifier, join(context.folder, "package.json"), context.referrer);
};

export const importNotDefined = (specifier: string, config: string | undefined, referrer: string | undefined): Error =>
  resolutionError(
    "ERR_PACKAGE_IMPORT_NOT_DEFINED",
    `Package import specifier "${specifier}" is not defined${config === undefined ? "" : ` in package ${config}`}${from(referrer)}`,
  );
