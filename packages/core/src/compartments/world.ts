/**
 * A package's world: its principal, its compartment, its own CommonJS cache and
 * its own facades. Everything that loads or evaluates for a package goes
 * through here, so that identity is a closure and never a stack.
 */
import { isAbsolute, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { makeGlobals } from "../endowments/globals.ts";
import { makeBuiltin } from "../endowments/late.ts";
import { STACK_SHARE } from "../policy/special-shares.ts";
import type { EndowmentContext, Principal, PrincipalLoader } from "../endowments/principal.ts";
import { makeCommonJsLoader, type CommonJsLoader } from "./commonjs-loader.ts";
import type { ModuleObject } from "../endowments/reflective/module-class.ts";
import { compileAnew } from "./compile-functor.ts";
import { makeCompartment, type Compartment } from "./compartment.ts";
import { callerAbove } from "./export-writer.ts";
import { lookedUpLate, madeLate, madeLateOrMocked } from "./live-names.ts";
import { positionsIn } from "./loaded-sources.ts";
import { makeModuleLoader, type ModuleLoader } from "./module-loader.ts";
import { ownNamespaces } from "./own-namespaces.ts";
import { errorOrigin, makeLocalError } from "./stack-traces.ts";
import type { Realm } from "./realm.ts";

const { defineProperty, keys } = Object;

/** All that is one package's own. */
export interface World {
  readonly realm: Realm;
  readonly principal: Principal;
  readonly compartment: Compartment;
  readonly context: EndowmentContext;
  readonly commonJs: CommonJsLoader;
  readonly modules: ModuleLoader;
  /** A file of the package, for what has no other referrer. */
  readonly defaultReferrer: string;
  /** The `Error` for modules that set stack-trace hooks or limits. */
  readonly localError: ErrorConstructor;
  /** Shows others what the package has defined under the names that it shares; undefined where it shares none. */
  readonly publishShares: (() => void) | undefined;
  /** The principal's facade of a builtin. @throws {Error} `MODULE_NOT_FOUND` where the policy has no grant. */
  builtin(name: string): object;
}

/** @param principal made for this world alone */
export function makeWorld(realm: Realm, principal: Principal): World {
  const defaultReferrer = join(principal.location, "noop.js");
  const facades = new Map<string, object>();
  let localError: ErrorConstructor | undefined;
  const hookOwner = { trusted: principal.trusted, shares: principal.policy.shares?.includes(STACK_SHARE) ?? false };

  // The parts refer to each other; each is complete before any guest code runs.
  const world = { realm, principal, defaultReferrer } as {
    -readonly [Key in keyof World]: World[Key];
  };
  let modules: ModuleLoader | undefined;
  // Most packages need neither.
  defineProperty(world, "localError", { get: () => (localError ??= makeLocalError(hookOwner)) });
  defineProperty(world, "modules", { get: () => (modules ??= makeModuleLoader(world)) });

  world.builtin = (name) => {
    let facade = facades.get(name);
    if (facade === undefined) {
      const hooks = name === "module" && realm.projectHooks?.includes(principal) ? realm.projectHooks : undefined;
      facade =
        hooks === undefined || hooks.project === world ? makeBuiltin(name, world.context) : hooks.project.builtin(name);
      facades.set(name, facade);
      if (name === "module" && !principal.trusted) realm.noteModuleHolder(world);
    }
    return facade;
  };

  const contexts = new WeakMap<object, Compartment>();
  const compartmentOver = (global: object | undefined): Compartment => {
    // What runs texts for others (jiti: `defineNuxtConfig`) looks for what these have defined for them just now.
    if (world.publishShares !== undefined) realm.sharedNames.publishAll();
    if (global === undefined) return world.compartment;
    let context = contexts.get(global);
    if (context === undefined) {
      context = makeContextCompartment(realm, principal, global);
      contexts.set(global, context);
    }
    return context;
  };

  const loader: PrincipalLoader & Record<string, unknown> = {
    createRequire: (filename) => world.commonJs.createRequire(fileIn(toPath(filename))),
    importModule: (specifier, referrer) => world.modules.importDynamically(specifier, toPath(referrer)),
    evaluate: (source, options) => {
      if (options?.filename !== undefined) realm.noteEvaluation(world, options.filename);
      return compartmentOver(options?.global).evaluate(source, options?.filename);
    },
    compileFunction: (parameters, body, options) =>
      compartmentOver(options?.global).compileFunction(parameters, body, {
        ...(options?.kind && { kind: options.kind }),
        ...(options?.filename !== undefined && { fileName: options.filename }),
      }),
    get globalThis() {
      return world.compartment.globalThis;
    },
    get Module() {
      return world.commonJs.Module;
    },
    load: (request: string, referrer: string, isMain?: boolean, parent?: ModuleObject) =>
      world.commonJs.load(request, referrer, isMain, parent),
    resolveFilename: (request: string, referrer: string, lookIn?: readonly string[]) =>
      world.commonJs.resolveFilename(request, referrer, lookIn),
    loadFile: (module: never, filename: string) => world.commonJs.loadFile(module, filename),
    openAddon: (path, flags) => world.commonJs.openAddon(path, flags),
    sourcePositions: positionsIn,
    compileAnew,
    errorOrigin,
  };

  let importable: readonly string[] | undefined;
  let runsTests: boolean | undefined;
  world.context = {
    principal,
    audit: realm.audit,
    powers: realm.powers,
    paths: realm.paths,
    loader,
    builtin: (name) => world.builtin(name),
    shared: (key, make) => realm.shared(key, make),
    reservedPaths: realm.reservedPaths,
    secretPaths: realm.secretPaths,
    entryModules: realm.entryModulesFor(principal),
    get importable() {
      return (importable ??= realm.dependenciesOf(principal));
    },
    get runsTests() {
      return (runsTests ??= realm.runsTests(principal));
    },
    ...(realm.mayEvaluateProject(principal) && { evaluatesProject: () => realm.hasEvaluatedProject(principal) }),
    ...(principal.trusted && {
      sharedDispatcher: realm.sharedNames.dispatcher,
      sharesClock: () => realm.sharedNames.admitClock(guestGlobal),
    }),
    ...(realm.outerHooks !== undefined && { isTraced: true }),
    callerOf: callerAbove,
    ...realm.launchers,
  };

  const guestGlobal = makeGuestGlobal(world);
  world.compartment = makeCompartment({
    owner: principal,
    globalThis: guestGlobal,
    realGlobalNames: realm.realGlobalNames,
    prepared: realm.prepared,
    isLive: principal.trusted ? lookedUpLate : realm.sharedNames.hasClock ? madeLateOrMocked : madeLate,
    isLiveInTexts: lookedUpLate,
    localError: () => world.localError,
    importModule: (specifier, options, referrer = defaultReferrer) =>
      world.modules.importDynamically(specifier, referrer, options),
    // Where a relative specifier starts, and no question of authority: that is this package's wherever the text came from.
    runningFile: () => {
      const file = errorOrigin(new Error())?.file;
      const path = file ? toPath(file) : undefined;
      return path !== undefined && isAbsolute(path) && realm.resolver.ownerOf(path) === principal.location
        ? path
        : undefined;
    },
    onMissingGlobal(name) {
      if (Object.hasOwn(realm.powers.globals, name)) principal.denies({ capability: "global", target: name });
    },
  });
  // After the compartment: shared names are looked up at each use, being there or not.
  world.publishShares = realm.sharedNames.join(principal, guestGlobal);
  realm.sharedWindow.join(principal, guestGlobal);
  world.commonJs = makeCommonJsLoader(world, loader);
  return world;
}

/** Hardened intrinsics, `global`, and the package's endowments. */
function makeGuestGlobal(world: World): Record<PropertyKey, unknown> {
  const guestGlobal = world.realm.makeCompartmentGlobal();
  defineProperty(guestGlobal, "global", { value: guestGlobal, writable: true, enumerable: false, configurable: true });
  for (const descriptors of [makeGlobals(world.context), ownNamespaces(guestGlobal)]) {
    for (const name of keys(descriptors)) defineProperty(guestGlobal, name, descriptors[name]!);
  }
  return guestGlobal;
}

/**
 * A compartment for a `vm` context of a package: over an object of its own, with
 * the intrinsics behind it and none of the package's endowments.
 */
function makeContextCompartment(realm: Realm, owner: Principal, global: object): Compartment {
  const intrinsics = realm.makeCompartmentGlobal();
  defineProperty(intrinsics, "globalThis", { value: global, writable: true, enumerable: false, configurable: true });
  const compartment = makeCompartment({
    owner,
    globalThis: global as Record<PropertyKey, unknown>,
    intrinsics,
    realGlobalNames: realm.realGlobalNames,
    prepared: realm.prepared,
    // As in Node, where no `importModuleDynamically` was given.
    importModule: () =>
      Promise.reject(
        Object.assign(new TypeError("A dynamic import callback was not specified."), {
          code: "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING",
        }),
      ),
  });
  // As in Node, where a context's global object has these: who gives it what it has not (Jest) would give it
  // those of its own package, and texts that `new Function("return this")` finds its global by would find another.
  for (const name of ["Function", "eval"]) {
    if (!Object.hasOwn(global, name))
      Reflect.defineProperty(global, name, {
        value: intrinsics[name],
        writable: true,
        enumerable: false,
        configurable: true,
      });
  }
  return compartment;
}

/** `createRequire` takes a folder, too, where a separator says that it is one. */
function fileIn(path: string): string {
  return path.endsWith("/") || path.endsWith(sep) ? join(path, "noop.js") : path;
}

function toPath(filename: string | URL): string {
  const text = `${filename as string}`;
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}
