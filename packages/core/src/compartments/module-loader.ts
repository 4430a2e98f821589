/**
 * The ES module loader of one package: from specifiers to records, `import()`,
 * `import.meta` and `require()` of ES modules.
 *
 * @see https://nodejs.org/api/esm.html
 */
import { dirname } from "node:path";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertAnswer } from "../errors/assert-answer.ts";
import { assertStackRoom } from "../stack-room.ts";
import { absentUrlOf } from "../packages/resolution-error.ts";
import type { Resolution } from "../packages/types.ts";
import { prepareModule } from "../loader/late.ts";
import { parseJson } from "./commonjs-loader.ts";
import { fileMachinery } from "./file-machinery.ts";
import { assertReachableFromData, isDataUrl, readDataModule, type DataModule } from "./data-module.ts";
import {
  evaluateModule,
  makeSourceRecord,
  makeSyntheticRecord,
  type ModuleBody,
  type ModuleRecord,
} from "./module-record.ts";
import { rememberSource } from "./loaded-sources.ts";
import { commonJsNamesOf, prepareAhead, prepareSource, traitsOf, type PreparedSource } from "./prepare-source.ts";
import { nameForEvaluated } from "./script-owners.ts";
import type { World } from "./world.ts";

const { create, getOwnPropertyDescriptor } = Object;

/** From Node 23 on, a namespace of a CommonJS module has this name too. */
const NODE_MAJOR = Number(process.versions.node.split(".")[0]);
const HAS_MODULE_EXPORTS_NAME = NODE_MAJOR >= 23;
const NODE_MINOR = Number(process.versions.node.split(".")[1]);
/** `import.meta.main` came with Node 22.18 and 24.2. */
const HAS_META_MAIN =
  NODE_MAJOR > 24 || (NODE_MAJOR === 24 && NODE_MINOR >= 2) || (NODE_MAJOR === 22 && NODE_MINOR >= 18);

type PreparedModule = PreparedSource & { kind: "module" };

/** `import` for one package. */
export interface ModuleLoader {
  /** The record of a file that belongs to this package. */
  recordFor(resolution: Resolution, prepared?: PreparedModule): ModuleRecord;
  /** `import(specifier, options)` from a file of the package. */
  importDynamically(specifier: unknown, referrer: string, options?: unknown): Promise<object>;
  /** `require()` of an ES module. */
  requireModule(resolution: Resolution, prepared: PreparedModule): unknown;
}

function notAllowed(specifier: string, referrer: string): Error {
  const isPath = /^(?:[./]|file:)/.test(specifier);
  const error = new Error(
    `Cannot find ${isPath ? "module" : "package"} '${specifier}' imported from ${referrer} (not allowed by moat's policy)`,
  );
  return Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
}

function dataNotImported(specifier: string, referrer: string): Error {
  const error = new Error(
    `Cannot import '${specifier.slice(0, 40)}' from ${referrer}: under moat, packages load data: modules by import declarations only`,
  );
  return Object.assign(error, { code: "ERR_UNSUPPORTED_ESM_URL_SCHEME" });
}

/** Made for packages that have ES modules, or call `import()`. */
export function makeModuleLoader(world: World): ModuleLoader {
  const { realm } = world;
  const records = new Map<string, ModuleRecord>();
  const builtinRecords = new Map<string, ModuleRecord>();

  /** HAZARD: to a package, what it may not import is what is not there. */
  const moduleNotFound = (specifier: string, referrer: string): Error =>
    world.principal.trusted ? notAllowed(specifier, referrer) : realm.resolver.absent(specifier, referrer, "import");

  const recordOf = (
    specifier: string,
    referrer: string,
    attributes: Readonly<Record<string, string>>,
  ): ModuleRecord => {
    if (isDataUrl(specifier)) return dataRecord(specifier, attributes);
    if (isDataUrl(referrer)) {
      assertReachableFromData(specifier, referrer);
      referrer = world.defaultReferrer;
    }
    const resolution = realm.resolveFor(world, specifier, referrer, "import");
    if (resolution.format === "builtin") return builtinRecord(resolution.path, specifier, referrer);
    const owner = realm.cross(world, resolution, specifier, () => moduleNotFound(specifier, referrer), referrer);
    assertAttributes(resolution, attributes);
    const record = owner.modules.recordFor(resolution);
    if (owner !== world) guardRecord(record, owner);
    return record;
  };

  /** Guards a module's exports once it has run, for another package has them. */
  const guardRecord = (record: ModuleRecord, owner: World): void => {
    const guard = (): void => realm.guardExports(owner.principal, world.principal, record.namespace);
    if (record.evaluation?.done === true) guard();
    else if (!world.principal.trusted) record.onCompleted = guard;
  };

  const builtinRecord = (name: string, specifier: string, referrer: string): ModuleRecord => {
    const known = builtinRecords.get(name);
    if (known !== undefined) return known;
    let facade: Record<string, unknown>;
    try {
      facade = world.builtin(name) as Record<string, unknown>;
    } catch (error) {
      if ((error as { code?: string }).code !== "MOAT_BUILTIN_DENIED") throw error;
      throw notAllowed(specifier, referrer);
    }
    const keys = Object.keys(facade);
    const record = makeSyntheticRecord({
      url: `node:${name}`,
      names: new Set([...keys, "default"]),
      late: new Set(keys.filter((key) => getOwnPropertyDescriptor(facade, key)?.get !== undefined)),
      run: () => (exported) => (exported === "default" ? facade : facade[exported]),
      // What an ES module does not use of a builtin must not look used.
      ...(world.principal.uses && { read: (exported: string) => (exported === "default" ? facade : facade[exported]) }),
    });
    builtinRecords.set(name, record);
    return record;
  };

  const dataRecord = (specifier: string, attributes: Readonly<Record<string, string>>): ModuleRecord => {
    const data = readDataModule(specifier);
    assertAttributes(data, attributes);
    let record = records.get(data.url);
    if (record === undefined) records.set(data.url, (record = makeDataRecord(data)));
    return record;
  };

  const makeDataRecord = ({ url, format, text }: DataModule): ModuleRecord => {
    if (format === "json")
      return makeSyntheticRecord({ url, names: new Set(["default"]), run: () => () => parseJson(text, url) });
    const functor = prepareModule(text, world.compartment.names);
    const meta: Record<string, unknown> = create(null);
    if (HAS_META_MAIN) meta["main"] = false;
    meta["resolve"] = resolveFrom(url);
    meta["url"] = url;
    return bodyRecord(
      url,
      url,
      { kind: "module", functor, ...traitsOf(text) },
      meta,
      nameForEvaluated(url, world.principal),
    );
  };

  const recordFor = (resolution: Resolution, prepared?: PreparedModule): ModuleRecord => {
    const key = resolution.path + (resolution.suffix ?? "");
    let record = records.get(key);
    if (record === undefined) {
      record = makeRecord(resolution, prepared);
      records.set(key, record);
    }
    return record;
  };

  const makeRecord = (resolution: Resolution, prepared?: PreparedModule): ModuleRecord => {
    const { path, format } = resolution;
    const url = pathToFileURL(path).href + (resolution.suffix ?? "");
    switch (format) {
      case "json":
        return makeSyntheticRecord({
          url,
          names: new Set(["default"]),
          run: () => () => parseJson(readFileSync(path, "utf8"), path),
        });
      case "module":
        return sourceRecord(url, path, prepared ?? (prepareSource(world, resolution) as PreparedModule));
      case "commonjs": {
        if (resolution.ambiguous === true) {
          const source = prepared ?? prepareAhead(world, resolution);
          if (source.kind === "module")
            return sourceRecord(url, path, prepared ?? (prepareSource(world, resolution) as PreparedModule));
        }
        return commonJsRecord(url, path, commonJsNames(resolution, world, new Set()));
      }
      case "addon":
        return commonJsRecord(url, path, new Set());
      default:
        throw Object.assign(new TypeError(`Unknown module format: ${format} for URL ${url}`), {
          code: "ERR_UNKNOWN_MODULE_FORMAT",
        });
    }
  };

  const sourceRecord = (url: string, path: string, prepared: PreparedModule): ModuleRecord =>
    bodyRecord(url, path, prepared, makeMeta(url, path), url, () => rememberSource(url, prepared.functor));

  /** @param path what its own specifiers start from: its path, or its `data:` URL. */
  const bodyRecord = (
    url: string,
    path: string,
    prepared: PreparedModule,
    meta: object,
    fileName: string,
    onInstantiate?: () => void,
  ): ModuleRecord => {
    const { functor } = prepared;
    return makeSourceRecord({
      url,
      facts: functor.facts,
      meta,
      instantiate() {
        onInstantiate?.();
        const machinery = fileMachinery(world, prepared, path);
        return world.compartment.instantiate(functor, fileName, machinery) as unknown as ModuleBody;
      },
      ...(world.publishShares && { onExecuted: world.publishShares }),
      requestRecord(index) {
        const { specifier, attributes } = functor.facts.requests[index]!;
        return recordOf(specifier, path, attributes);
      },
    });
  };

  const commonJsRecord = (url: string, path: string, names: Set<string>): ModuleRecord => {
    names.add("default");
    if (HAS_MODULE_EXPORTS_NAME) names.add("module.exports");
    return makeSyntheticRecord({
      url,
      names,
      isCommonJs: true,
      run() {
        const exports = world.commonJs.exportsOf(path) as Record<string, unknown>;
        return (name) => {
          if (name === "default" || name === "module.exports") return exports;
          // As Node does: what a name's getter throws is no error of the importer.
          try {
            return exports === null || exports === undefined ? undefined : exports[name];
          } catch {
            return undefined;
          }
        };
      },
    });
  };

  /** The export names of a CommonJS file of this package, re-exports followed. */
  const commonJsNames = (resolution: Resolution, owner: World, seen: Set<string>): Set<string> => {
    const names = new Set<string>();
    const { path } = resolution;
    if (seen.has(path) || path.endsWith(".node")) return names;
    seen.add(path);
    const found = commonJsNamesOf(owner, resolution);
    for (const name of found.exports) names.add(name);
    for (const specifier of found.reexports) {
      for (const name of reexportedNames(specifier, resolution, owner, seen)) names.add(name);
    }
    names.delete("default");
    return names;
  };

  const reexportedNames = (specifier: string, from: Resolution, owner: World, seen: Set<string>): Iterable<string> => {
    let resolution: Resolution;
    try {
      resolution = realm.resolveFor(owner, specifier, from.path, "require");
    } catch (error) {
      // HAZARD: the names are kept, for whoever imports the module.
      assertAnswer(error);
      // The module itself will fail, or not need it, when it runs.
      return [];
    }
    const { format, location } = resolution;
    if (format !== "commonjs" || location === undefined) return [];
    // HAZARD: names are what a file says; of one that the module may not require, nothing is told.
    if (!realm.audit && !realm.mayCross(owner, location)) return [];
    return commonJsNames(resolution, location === from.location ? owner : realm.worldAt(location), seen);
  };

  const makeMeta = (url: string, path: string): object => {
    const meta: Record<string, unknown> = create(null);
    meta["dirname"] = dirname(path);
    meta["filename"] = path;
    if (HAS_META_MAIN) meta["main"] = path === realm.entry && url === pathToFileURL(path).href;
    meta["resolve"] = resolveFrom(path);
    meta["url"] = url;
    return meta;
  };

  const resolveFrom = (referrer: string): ((specifier: unknown) => string) => {
    const { resolve } = {
      resolve: (given: unknown): string => {
        // HAZARD: coerced once.
        const specifier = `${given as string}`;
        if (isDataUrl(specifier)) return specifier;
        const isData = isDataUrl(referrer);
        if (isData) assertReachableFromData(specifier, referrer);
        const from = isData ? world.defaultReferrer : referrer;
        let resolution: Resolution;
        try {
          resolution = realm.resolveFor(world, specifier, from, "import", { pathOnly: true });
        } catch (error) {
          // Folders have an address, and so has what is not there yet. HAZARD: elsewhere that would tell what is there.
          const url = absentUrlOf(error);
          const isOwn = url !== undefined && realm.resolver.ownerOf(fileURLToPath(url)) === world.principal.location;
          if (!isOwn && (url === undefined || !world.principal.trusted)) throw error;
          return url;
        }
        if (resolution.format === "builtin") return `node:${resolution.path}`;
        realm.cross(world, resolution, specifier, () => moduleNotFound(specifier, from));
        return pathToFileURL(resolution.path).href + (resolution.suffix ?? "");
      },
    };
    return resolve;
  };

  const importDynamically = async (specifier: unknown, referrer: string, options?: unknown): Promise<object> => {
    // HAZARD: coerced once; an object may answer differently the second time.
    const text = `${specifier as string}`;
    const attributes = readAttributes(options);
    // HAZARD: who calls near the end of the stack would fail another package's module, for everybody; and Node is no earlier.
    await undefined;
    const from = referrer.startsWith("file:") ? fileURLToPath(referrer) : referrer;
    // HAZARD: a text that somebody hands to a package, as plugins' names are, must not run with that package's grants.
    if (isDataUrl(text) && !world.principal.trusted) throw dataNotImported(text, from);
    const record = recordOf(text, from, attributes);
    record.link();
    await evaluateModule(record);
    return record.namespace;
  };

  const requireModule = (resolution: Resolution, prepared: PreparedModule): unknown => {
    const record = recordFor(resolution, prepared);
    // What fails to link or to run fails for good.
    if (record.evaluation === undefined) assertStackRoom();
    record.link();
    if (evaluateModule(record) !== undefined) {
      throw Object.assign(
        new Error("require() cannot be used on an ESM graph with top-level await. Use import() instead."),
        { code: "ERR_REQUIRE_ASYNC_MODULE" },
      );
    }
    const { namespace } = record as { namespace: Record<string, unknown> };
    const names = record.exportNames();
    if (names.has("module.exports")) return namespace["module.exports"];
    return names.has("default") && !names.has("__esModule") ? markedNamespace(record, names, namespace) : namespace;
  };

  const marked = new WeakMap<ModuleRecord, object>();

  /** As Node does: compiled code that requires the module finds its default export by `__esModule`. */
  const markedNamespace = (
    record: ModuleRecord,
    names: ReadonlySet<string>,
    namespace: Record<string, unknown>,
  ): object => {
    let made = marked.get(record);
    if (made === undefined) {
      const read = (name: string): unknown => (name === "__esModule" ? true : namespace[name]);
      made = makeSyntheticRecord({
        url: record.url,
        names: new Set([...names, "__esModule"]),
        run: () => read,
        read,
      }).namespace;
      marked.set(record, made);
    }
    return made;
  };

  return { recordFor, importDynamically, requireModule };
}

function readAttributes(options: unknown): Record<string, string> {
  const attributes: Record<string, string> = create(null);
  const given = (options as { with?: unknown } | null | undefined)?.with;
  if (typeof given === "object" && given !== null) {
    for (const [key, value] of Object.entries(given)) attributes[key] = `${value as string}`;
  }
  return attributes;
}

function assertAttributes(resolution: Resolution | DataModule, attributes: Readonly<Record<string, string>>): void {
  const url = "url" in resolution ? resolution.url : pathToFileURL(resolution.path).href;
  const { type } = attributes;
  if (resolution.format === "json" && type !== "json") {
    const wanted = NODE_MAJOR < 22 ? 'type "json"' : '"type: json"';
    throw Object.assign(new TypeError(`Module "${url}" needs an import attribute of ${wanted}`), {
      code: "ERR_IMPORT_ATTRIBUTE_MISSING",
    });
  }
  if (resolution.format !== "json" && type !== undefined) {
    throw Object.assign(new TypeError(`Module "${url}" is not of type "${type}"`), {
      code: "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE",
    });
  }
}
