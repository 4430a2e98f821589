/**
 * Loads moat's own compiled files, with V8's code cache of them where an earlier
 * run has kept one: compiling half a megabyte costs as much as Node's own start.
 *
 * HAZARD: whoever writes the cache decides what moat does. It is believed only with the
 * user's secret in it, or in moat's own folder, and only for the very bytes that the file
 * has now; see `prepared-store.ts`, `made-ahead.ts`.
 */
import { isAscii, type Buffer } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { openPreparedStore, storeFile, type PreparedStore, type StoredModule } from "../prepared/prepared-store.ts";
import { makeAhead, openMadeAhead } from "../prepared/made-ahead.ts";
import { preparationIdentity } from "../prepared/preparation-identity.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { isOwnFolder, secretIn, type StoreLocation } from "../prepared/store-location.ts";

interface OwnModule {
  exports: unknown;
}
type Require = (request: string) => unknown;

interface OwnScript {
  readonly source: Buffer;
  readonly script: Script;
  readonly isKept: boolean;
}

export const WRAPPER = ["(function(exports,require,module,__filename,__dirname){", "\n})"] as const;

let store: PreparedStore | undefined;
let folder = "";
const modules = new Map<string, OwnModule>();
const scripts = new Map<string, OwnScript>();

/**
 * Uses the code that is kept beside a project's prepared modules, from now on.
 * @param location undefined where nothing can be kept.
 */
export function useKeptCode(location: StoreLocation | undefined): void {
  const identity = preparationIdentity(MOAT_FOLDER);
  const secret = location && secretIn(location.userFolder);
  if (secret !== undefined) {
    folder = location!.folder;
    store = openPreparedStore(storeFile(folder, identity), secret, identity);
    if (store.names.length > 0) return;
  }
  const ahead = openMadeAhead("own-code", identity);
  if (ahead.names.length > 0) store = store === undefined ? ahead : { ...ahead, replace: store.replace };
}

/** Keeps the code that was compiled so far for every user of this moat; see `made-ahead.ts`. @throws {MoatError} `MOAT_WRITE_FAILED` */
export function keepOwnCodeAhead(): void {
  const kept = new Map<string, StoredModule>();
  for (const [file, { source, script }] of scripts) kept.set(file, { source, facts: null, text: "", code: script.createCachedData() });
  makeAhead("own-code", preparationIdentity(MOAT_FOLDER), kept);
}

/** Loads a compiled file of moat's, or of a library that it depends on. */
export function requireOwn(file: string): unknown {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module: OwnModule = { exports: {} };
  modules.set(file, module);
  const run = compile(file, readFileSync(file)).runInThisContext() as (...values: unknown[]) => void;
  run.call(module.exports, module.exports, requireFrom(file), module, file, dirname(file));
  return module.exports;
}

/** Compiles a text of moat's own; its name in stacks is the file's. */
export function compile(file: string, bytes: Buffer): Script {
  const code = store?.find(file, bytes)?.code;
  const text = `${WRAPPER[0]}${textOf(bytes)}${WRAPPER[1]}`;
  // HAZARD: no `importModuleDynamically`, on purpose: what is evaluated inherits it from its script.
  const script = new Script(text, { filename: file, ...(code && { cachedData: code }) });
  scripts.set(file, { source: bytes, script, isKept: code !== undefined && script.cachedDataRejected !== true });
  return script;
}

/** One byte a character where that is all there is: V8 reads such texts faster. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}

const requireBuiltin = createRequire(import.meta.url);
const builtins = new Map<string, unknown>();

/** Files that other packages of moat ask for by name; Node would look for them in many places. */
const CORE_FILES: ReadonlyMap<string, string> = new Map([
  ["@moat/core", "index.cjs"],
  ["@moat/core/model", "model.cjs"],
]);

function requireFrom(file: string): Require {
  return (request) => {
    if (request === "./own-code.cjs") return { keepOwnCode, keepOwnCodeAhead, requireOwn, useKeptCode };
    if (request.startsWith("./")) return requireOwn(join(dirname(file), request));
    const core = CORE_FILES.get(request);
    if (core !== undefined) return requireOwn(join(MOAT_FOLDER, core));
    if (!isBuiltin(request)) return requireOwn(createRequire(file).resolve(request));
    let builtin = builtins.get(request);
    if (builtin === undefined) builtins.set(request, (builtin = requireBuiltin(request)));
    return builtin;
  };
}

/** Keeps the code that was compiled so far, where a part of it was not kept yet. Never throws. */
export function keepOwnCode(): void {
  if (store === undefined || folder === "" || [...scripts.values()].every(({ isKept }) => isKept)) return;
  try {
    if (isOwnFolder(folder, true)) store.replace(allCode(store));
  } catch {
    // A read-only home or a full disk: the next run compiles again, and nothing else.
  }
  store = undefined;
}

function allCode(store: PreparedStore): Map<string, StoredModule> {
  const kept = new Map<string, StoredModule>();
  for (const [file, { source, script }] of scripts) kept.set(file, { source, facts: null, text: "", code: script.createCachedData() });
  // Other commands load other files.
  for (const [file, other] of store.entries()) if (!kept.has(file) && existsSync(file)) kept.set(file, other);
  return kept;
}
