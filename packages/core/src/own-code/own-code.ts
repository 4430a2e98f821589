/**
 * Loads moat's own compiled files, with V8's code cache of them where an earlier
 * run has kept one: compiling half a megabyte costs as much as Node's own start.
 *
 * HAZARD: whoever writes the cache decides what moat does. It is believed only with the
 * user's secret in it, or in moat's own folder; see `prepared-store.ts`, `made-ahead.ts`.
 * A file begins with the digest of all that its build wrote, which with its length and the second
 * in which it was last written stands for its bytes: half a megabyte need not be kept, read and compared.
 */
import { Buffer, isAscii } from "node:buffer";
import { closeSync, existsSync, fstatSync, openSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { Script } from "node:vm";
import { makeAhead, openMadeAhead } from "../prepared/made-ahead.ts";
import {
  shareStore,
  openPreparedStore,
  storeFile,
  storesIn,
  type PreparedStore,
  type StoredModule,
} from "../prepared/prepared-store.ts";
import { buildIdentity, preparationIdentity } from "../prepared/preparation-identity.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { assertStackRoom } from "../stack-room.ts";
import {
  SECRET_BYTES,
  fillFrom,
  hasCache,
  isOwnFolder,
  makeSecret,
  readOwnFile,
  secretIn,
  type StoreLocation,
} from "../prepared/store-location.ts";

interface OwnModule {
  exports: unknown;
}
type Require = (request: string) => unknown;
type ModuleFunction = (exports: unknown, require: Require, module: OwnModule, file: string, folder: string) => void;

interface OwnScript {
  /** What its code is found by; see `sourceMark`. */
  readonly source: Buffer | undefined;
  /** Undefined where nothing can be kept. */
  readonly store: PreparedStore | undefined;
  readonly script: Script;
  /** The programs whose runs the kept code knows; undefined where none is kept. */
  readonly programs: readonly string[] | undefined;
}

export const WRAPPER = ["(function(exports,require,module,__filename,__dirname){", "\n})"] as const;

const OWN_CODE = "own-code";

/** The files of a folder that every run loads as functions, in one script; of others, the name of such a script. */
const PACK = "moat-pack.cjs";
const PACKS = "moat-pack";

interface Kept {
  /** Of this project's runs. */
  readonly folder: string;
  /** Of all projects of the user: what a project's first run finds. Its own is better, with the functions that its program uses. */
  readonly shared: string;
  readonly secret: Buffer;
}
let kept: Kept | undefined;
let whenCompiled: (() => void) | undefined;
/**
 * What V8 kept are the functions that a run had compiled: another program of the project needs others, and one that failed
 * had few. So the code is kept anew, with what there was, for each of the first programs.
 */
const MOST_PROGRAMS = 4;
const FAILED = " failed";
let program = "";
let usesPacks = false;
let startsProgram = true;
const modules = new Map<string, OwnModule>();
const scripts = new Map<string, OwnScript>();
const packs = new Map<string, Readonly<Record<string, ModuleFunction | string>>>();

/**
 * Uses packs, and the code that is kept beside a project's prepared modules, from now on.
 * @param location undefined where nothing can be kept.
 * @param runs whether a program will be started: without one, a quarter of this package is needed, file by file.
 * @param onCompiled called when there is something to keep, the first time
 */
export function useKeptCode(location: StoreLocation | undefined, runs = true, onCompiled?: () => void): void {
  usesPacks = true;
  whenCompiled = onCompiled;
  startsProgram = runs;
  program = runs
    ? process.argv
        .slice(2)
        .filter((word) => !word.startsWith("-"))
        .slice(0, 2)
        .join(" ")
    : "";
  const secret = location && (secretIn(location.userFolder) ?? (runs ? firstSecret(location.userFolder) : undefined));
  if (secret === undefined) return;
  const { folder, userFolder } = location!;
  kept = { folder: join(folder, OWN_CODE), shared: join(userFolder, OWN_CODE), secret };
}

/** For who runs a program whose policy somebody else has written: or else each of their runs would be a first one. */
function firstSecret(userFolder: string): Buffer | undefined {
  if (!hasCache(userFolder)) return undefined;
  const { randomBytes } = requireBuiltin("node:crypto") as typeof import("node:crypto");
  makeSecret(userFolder, randomBytes(SECRET_BYTES));
  return secretIn(userFolder);
}

/** Keeps the code that was compiled so far for every user of this moat; see `made-ahead.ts`. @throws {MoatError} `MOAT_WRITE_FAILED` */
export function keepOwnCodeAhead(): void {
  // What programs may need besides: where nothing can be written, nobody keeps it later.
  for (const name of readdirSync(MOAT_FOLDER)) if (/^late-.*\.cjs$/.test(name)) requireOwn(join(MOAT_FOLDER, name));
  makeAhead(
    "own-code",
    preparationIdentity(MOAT_FOLDER),
    new Map(
      Array.from(scripts).flatMap(([file, { source, script }]) => (source ? [[file, storedCode(source, script)]] : [])),
    ),
  );
}

/** How many files are being loaded, one by another. */
let loading = 0;

/** Loads a compiled file of moat's, or of a library that it depends on. */
export function requireOwn(file: string): unknown {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module: OwnModule = { exports: {} };
  // Files that a file loads are few, and within that room.
  if (loading === 0) assertStackRoom();
  modules.set(file, module);
  loading += 1;
  try {
    const run = packedFunction(file) ?? (compile(file).runInThisContext() as ModuleFunction);
    run.call(module.exports, module.exports, requireFrom(file), module, file, dirname(file));
  } catch (error) {
    // A package may have opened all the files that the process can have: the next one who asks gets it.
    modules.delete(file);
    throw error;
  } finally {
    loading -= 1;
  }
  return module.exports;
}

/** One script for what most runs load costs less than one for each file. */
function packedFunction(file: string): ModuleFunction | undefined {
  const name = basename(file);
  if (!usesPacks || name.startsWith(PACKS)) return undefined;
  const folder = dirname(file);
  if (!startsProgram && folder === MOAT_FOLDER) return undefined;
  let pack = packs.get(folder);
  if (pack === undefined) {
    const packFile = join(folder, PACK);
    pack = existsSync(packFile) ? (requireOwn(packFile) as Record<string, ModuleFunction | string>) : {};
    packs.set(folder, pack);
  }
  const packed = Object.hasOwn(pack, name) ? pack[name] : undefined;
  return typeof packed === "string"
    ? (requireOwn(join(folder, packed)) as Record<string, ModuleFunction>)[name]
    : packed;
}

/** Compiles a file of moat's own; its name in stacks is the file's. */
function compile(file: string): Script {
  const { wrapped, writtenAt } = readWrapped(file);
  // One byte a character where that is all there is: V8 reads such texts faster.
  const text = wrapped.toString(isAscii(wrapped) ? "latin1" : "utf8");
  const source = sourceMark(wrapped, writtenAt);
  const store = kept && source && storeOf(file, kept.folder, kept.secret);
  const found = source && store?.find(file, source);
  const own = found?.code;
  const shared =
    own === undefined && kept && source && storeOf(file, kept.shared, kept.secret).find(file, source)?.code;
  const code = own ?? shared ?? (source && codeMadeAhead(file, source));
  // HAZARD: no `importModuleDynamically`, on purpose: what is evaluated inherits it from its script.
  const script = new Script(text, { filename: file, ...(code && { cachedData: code }) });
  const isKept = code !== undefined && code !== shared && script.cachedDataRejected !== true;
  // Of what was made ahead nobody knows more.
  const programs = isKept ? ((found?.facts as readonly string[] | undefined) ?? [program]) : undefined;
  scripts.set(file, { source, store, script, programs });
  if (store !== undefined && !knows(programs, program)) {
    whenCompiled?.();
    whenCompiled = undefined;
  }
  return script;
}

/**
 * What files are read into, one after the other: the text of one, then V8's code of it, both of
 * which V8 is done with before the next one. Memory that nobody has touched yet is half of what reading costs.
 */
let space = Buffer.allocUnsafeSlow(1024 * 1024);
const spaceFor = (bytes: number): Buffer =>
  (bytes <= space.length ? space : (space = Buffer.allocUnsafeSlow(bytes))).subarray(0, bytes);

/** A file's bytes between those of the wrapper: V8 would copy a text that was put together once more. */
function readWrapped(file: string): { readonly wrapped: Buffer; readonly writtenAt: number } {
  const [before, after] = WRAPPER;
  const opened = openSync(file, "r");
  try {
    const { size, mtimeMs } = fstatSync(opened);
    const wrapped = spaceFor(before.length + size + after.length);
    wrapped.write(before, "latin1");
    fillFrom(opened, wrapped.subarray(before.length, before.length + size));
    wrapped.write(after, before.length + size, "latin1");
    return { wrapped, writtenAt: mtimeMs };
  } finally {
    closeSync(opened);
  }
}

/**
 * What stands for a file's bytes, if it is of this very build; what another one wrote is compiled each time.
 * @param writtenAt in milliseconds: somebody may have patched it. Images keep no more of it than seconds.
 */
function sourceMark(wrapped: Buffer, writtenAt: number): Buffer | undefined {
  const mark = `${WRAPPER[0]}/*${buildIdentity()[0]}*/`;
  return wrapped.toString("latin1", 0, mark.length) === mark
    ? Buffer.from(`${wrapped.length} ${Math.floor(writtenAt / 1000)}`)
    : undefined;
}

const requireBuiltin = createRequire(import.meta.url);
const builtins = new Map<string, unknown>();

/** Files that other packages of moat ask for by name; Node would look for them in many places. */
const CORE_FILES: ReadonlyMap<string, string> = new Map([
  ["@moat/core/run", "run-program.cjs"],
  ["@moat/core/model", "model.cjs"],
]);

function requireFrom(file: string): Require {
  const folder = dirname(file);
  return (request) => {
    if (request === "./own-code.cjs") return { keepOwnCode, keepOwnCodeAhead, requireOwn, useKeptCode };
    if (request.startsWith("./")) return requireOwn(`${folder}${sep}${request.slice(2)}`);
    const core = CORE_FILES.get(request);
    if (core !== undefined) return requireOwn(join(MOAT_FOLDER, core));
    if (!request.startsWith("node:"))
      return requireOwn(
        (requireBuiltin("node:module") as typeof import("node:module")).createRequire(file).resolve(request),
      );
    let builtin = builtins.get(request);
    if (builtin === undefined) builtins.set(request, (builtin = requireBuiltin(request)));
    return builtin;
  };
}

/** Gives other projects what this one has of this very moat and they would compile first. */
function share(folder: string, shared: string): void {
  if (!isOwnFolder(shared, true)) return;
  const missing = storesIn(folder).filter(({ name }) => !existsSync(join(shared, name)));
  if (missing.length === 0) return;
  const folders = new Set(Array.from(scripts.keys(), (file) => dirname(file)));
  const files = [...folders].flatMap((each) => readdirSync(each).map((name) => join(each, name)));
  const names = new Set(files.map((file) => basename(storeFile(shared, ownIdentity(file)))));
  for (const { file, name } of missing) if (names.has(name)) shareStore(file, join(shared, name));
}

const knows = (programs: readonly string[] | undefined, one: string): boolean =>
  programs !== undefined && (programs.length >= MOST_PROGRAMS || programs.includes(one));

const storedCode = (source: Buffer, script: Script, programs: readonly string[] = []): StoredModule => ({
  source,
  facts: programs,
  text: "",
  code: script.createCachedData(),
});

/** Code that was made for every user of this moat, looked for where this user has kept none. */
function codeMadeAhead(file: string, bytes: Buffer): Buffer | undefined {
  ahead ??= openMadeAhead("own-code", preparationIdentity(MOAT_FOLDER));
  return ahead.find(file, bytes)?.code;
}
let ahead: Pick<PreparedStore, "find"> | undefined;

const ownIdentity = (file: string): string => preparationIdentity(MOAT_FOLDER, file);

/** One for each file: no run reads what others need. */
function storeOf(file: string, folder: string, secret: Buffer): PreparedStore {
  const identity = ownIdentity(file);
  return openPreparedStore(storeFile(folder, identity), secret, identity, (path) => readOwnFile(path, spaceFor));
}

/**
 * Keeps the code that was compiled so far, where it was not kept yet. Never throws.
 * @param exitCode of the program that ends
 */
export function keepOwnCode(exitCode?: number): void {
  if (kept === undefined) return;
  const { folder, shared } = kept;
  kept = undefined;
  try {
    if (!isOwnFolder(folder, true)) return;
    const run = exitCode ? program + FAILED : program;
    const compiled = [...scripts].filter(
      ([, { source, programs }]) => source !== undefined && !knows(programs, program) && !knows(programs, run),
    );
    for (const [file, { source, store, script, programs = [] }] of compiled)
      store?.replace(new Map([[file, storedCode(source!, script, [...programs, run])]]));
    // A run writes to the user's cache only where its project keeps all in there.
    const mayShare = !startsProgram || (compiled.length > 0 && folder.startsWith(dirname(shared) + sep));
    if (mayShare) share(folder, shared);
  } catch {
    // A read-only home or a full disk: the next run compiles again, and nothing else.
  }
}
