/**
 * `data:` modules: code, or JSON, that stands in the specifier itself. It is the
 * code of the package that imports it, and has no path of its own.
 * @see https://nodejs.org/api/esm.html#data-imports
 */
import { Buffer } from "node:buffer";
import { URL } from "node:url";
import { builtinOf } from "../packages/builtin-names.ts";

export interface DataModule {
  readonly url: string;
  readonly format: "module" | "json";
  readonly text: string;
}

const FORMATS: Readonly<Record<string, DataModule["format"]>> = {
  __proto__: null as never,
  "text/javascript": "module",
  "application/json": "json",
};

const PARTS = /^([^/]+\/[^;,]+)[^,]*?(;base64)?,([\s\S]*)$/;

export const isDataUrl = (specifier: string): boolean => /^\s*data:/i.test(specifier);

/** @throws what Node throws for another type, and for what is no `data:` URL. */
export function readDataModule(specifier: string): DataModule {
  const { href, pathname } = new URL(specifier);
  const [, type = "", base64, body = ""] = PARTS.exec(pathname) ?? [];
  const format = FORMATS[type];
  if (format === undefined) {
    throw Object.assign(new RangeError(`Unknown module format: ${type || null} for URL ${href}`), {
      code: "ERR_UNKNOWN_MODULE_FORMAT",
    });
  }
  const text = decodeURIComponent(body);
  return { url: href, format, text: base64 === undefined ? text : Buffer.from(text, "base64").toString("utf8") };
}

/** Nothing lies beside a `data:` module, and no `node_modules` above it. */
export function assertReachableFromData(specifier: string, url: string): void {
  if (isDataUrl(specifier) || /^(?:node|file):/i.test(specifier) || builtinOf(specifier) !== undefined) return;
  throw Object.assign(
    new TypeError(
      `Failed to resolve module specifier "${specifier}" from "${url}": Invalid relative URL or base scheme is not hierarchical.`,
    ),
    { code: "ERR_UNSUPPORTED_RESOLVE_REQUEST" },
  );
}
