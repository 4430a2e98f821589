/**
 * The program in `@endo/compartment-mapper`'s compartments: locked down as its
 * manual shows, every builtin and the usual globals given to every package.
 * Copied into the benchmark's own folder, beside its node_modules.
 */
import "ses";
import { builtinModules, createRequire } from "node:module";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { importLocation } from "@endo/compartment-mapper";
import { defaultParserForLanguage } from "@endo/compartment-mapper/import-parsers.js";
import { makeReadNowPowers } from "@endo/compartment-mapper/node-powers.js";

const builtin = createRequire(import.meta.url);
const [entry, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], entry, ...args];

const GLOBALS = ["Buffer", "URL", "URLSearchParams", "TextDecoder", "TextEncoder", "AbortController", "AbortSignal"];
const globals = { process, console, Date, Math, setTimeout, clearTimeout, setImmediate, clearImmediate, queueMicrotask };
for (const name of [...GLOBALS, "Event", "EventTarget", "setInterval", "clearInterval", "performance", "Intl", "structuredClone"])
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

const modules = {};
for (const name of builtinModules) {
  if (name.startsWith("_") || name.startsWith("node:")) continue;
  const namespace = await import(`node:${name}`);
  modules[name] = namespace;
  modules[`node:${name}`] = namespace;
}

const fs = builtin("node:fs");
const url = builtin("node:url");
const crypto = builtin("node:crypto");
const path = builtin("node:path");
await importLocation(makeReadNowPowers({ fs, url, crypto, path }), pathToFileURL(entry).href, {
  globals,
  modules,
  parserForLanguage: defaultParserForLanguage,
  importHook: exit,
  importNowHook: exitNow,
});

/** What no package declares and Node has: handed over as it is. */
async function exit(specifier) {
  return exitNow(specifier);
}
function exitNow(specifier) {
  const namespace = modules[specifier];
  if (namespace === undefined) return undefined;
  const names = Object.keys(namespace);
  return {
    imports: [],
    exports: names,
    execute: (target) => {
      for (const name of names) target[name] = namespace[name];
    },
  };
}
