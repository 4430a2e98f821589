/**
 * The program in `@endo/compartment-mapper`'s compartments: locked down as its
 * manual shows, every builtin and the usual globals given to every package.
 * Copied into the benchmark's own folder, beside its node_modules.
 */
import "ses";
import { createRequire, isBuiltin } from "node:module";
import process from "node:process";
import { pathToFileURL } from "node:url";

const builtin = createRequire(import.meta.url);
const [entry, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], entry, ...args];

const GLOBALS = ["Buffer", "URL", "URLSearchParams", "TextDecoder", "TextEncoder", "AbortController", "AbortSignal"];
const globals = {
  process,
  console,
  Date,
  Math,
  setTimeout,
  clearTimeout,
  setImmediate,
  clearImmediate,
  queueMicrotask,
};
for (const name of [
  ...GLOBALS,
  "Event",
  "EventTarget",
  "setInterval",
  "clearInterval",
  "performance",
  "Intl",
  "structuredClone",
])
  globals[name] = globalThis[name];

lockdown({
  errorTaming: "unsafe",
  stackFiltering: "verbose",
  overrideTaming: "severe",
  consoleTaming: "unsafe",
  evalTaming: "unsafe-eval",
  localeTaming: "unsafe",
  domainTaming: "unsafe",
});

// Only now: its modules use harden, which may not be done before the lockdown.
const { importLocation } = await import("@endo/compartment-mapper");
const { defaultParserForLanguage } = await import("@endo/compartment-mapper/import-parsers.js");
const { makeReadNowPowers } = await import("@endo/compartment-mapper/node-powers.js");

const fs = builtin("node:fs");
const url = builtin("node:url");
const crypto = builtin("node:crypto");
const path = builtin("node:path");
await importLocation(makeReadNowPowers({ fs, url, crypto, path }), pathToFileURL(entry).href, {
  globals,
  parserForLanguage: defaultParserForLanguage,
  importHook: exit,
  importNowHook: exitNow,
});

/** What no package declares and Node has: handed over as it is, when it is asked for. */
async function exit(specifier) {
  return exitNow(specifier);
}
function exitNow(specifier) {
  if (!isBuiltin(specifier)) return undefined;
  const module = builtin(specifier);
  const names = Object.keys(module).filter((name) => name !== "default");
  return {
    imports: [],
    exports: [...names, "default"],
    execute(target) {
      for (const name of names) target[name] = module[name];
      target.default = module;
    },
  };
}
