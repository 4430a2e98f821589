/**
 * What all packages of a process share: the locked-down realm, the resolver, the
 * policy, and the principals by their location on disk.
 */
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { makePathScopes, type PathScopes } from "../endowments/fs/path-scopes.ts";
import { MoatError } from "../errors/moat-error.ts";
import type { EndowmentContext, Powers, Principal } from "../endowments/principal.ts";
import type { Denial } from "../audit/denial.ts";
import type { Use } from "../audit/use.ts";
import { placeToldBy } from "../packages/resolution-error.ts";
import type { ScopeFolders } from "../policy/scope-place.ts";
import type { Resolution } from "../packages/types.ts";
import type { PreparedModules } from "../prepared/prepared-modules.ts";
import type { ResolutionMode, ResolveOptions, Resolver } from "../packages/resolver.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";
import { isCanonicalName, isFirstParty } from "../naming/canonical-name.ts";
import { MODULE_CACHES } from "../policy/scope-rules.ts";
import { additionOf } from "../policy/language-additions.ts";
import { WINDOW } from "../policy/window-names.ts";
import { ANY_SHARE, CACHE_SHARE, HOOKS_SHARE, NAMES_SHARE, sharesOf } from "../policy/special-shares.ts";
import { makeSharedWindow, type SharedWindow } from "./shared-window.ts";
import { assertStackRoom, LITTLE_ROOM } from "../stack-room.ts";
import { copiedFrom } from "./copied-addon.ts";
import { isNamedIn } from "./named-in-text.ts";
import { makeEntryModules, withAllSources, withoutOutputs, type EntryModules } from "./entry-modules.ts";
import { guardExports, guardUnfinished } from "./guarded-exports.ts";
import type { AskToChange } from "./guarded-property.ts";
import type { SoughtName } from "./commonjs-loader.ts";
import type { OuterHooks } from "./outer-hooks.ts";
import { makeProjectHooks, type ProjectHooks } from "./project-hooks.ts";
import { joinReloadedModules, makeReloadedModules, type ReloadedModules } from "./reloaded-modules.ts";
import { makeSharedNames, type SharedNames } from "./shared-names.ts";
import { makeWorld, type World } from "./world.ts";

/** What a realm is made of: all that its packages have in common. */
export interface RealmOptions {
  /** Of code that was loaded before moat. */
  readonly outerHooks?: OuterHooks;
  readonly resolver: Resolver;
  readonly powers: Powers;
  readonly paths: ScopeFolders;
  readonly policies: ReadonlyMap<CanonicalName, PackagePolicy>;
  /** In an audit: what among the shares of `policies` waits for acceptance, and is told of as the package is loaded. */
  readonly waitingShares?: ReadonlyMap<CanonicalName, readonly string[]> | undefined;
  /** The package at each location that the policy names. */
  readonly names: ReadonlyMap<string, CanonicalName>;
  /** What each name of the policy leads to in this tree, where several lead to one package; else as `names` says. */
  readonly locations?: ReadonlyMap<CanonicalName, string> | undefined;
  readonly rootTrusted: boolean;
  /** Lets denied uses through after they were reported: `--audit` and `--learn`. */
  readonly audit: boolean;
  readonly onDenial: (denial: Denial) => void;
  /** In a learning run: told of each use of a grant. */
  readonly onUse?: ((use: Use) => void) | undefined;
  readonly makeCompartmentGlobal: () => Record<PropertyKey, unknown>;
  readonly realGlobalNames: ReadonlySet<string>;
  readonly reservedPaths: readonly string[];
  readonly secretPaths: readonly string[];
  /** Absolute path of the program's entry. */
  readonly entry: string;
  /** Those of the project's other programs. */
  readonly otherEntries: readonly string[];
  /** A person started an installed command, which may change the project's sources (a formatter must). */
  readonly isCommand?: boolean;
  /** Modules that earlier runs prepared; undefined where none can be kept. */
  readonly prepared?: PreparedModules | undefined;
  /** Whether `narrow` is ever called. */
  readonly canNarrow?: boolean;
  /** What all realms of a process have in common: what is done to Node's own classes is done once. */
  readonly sharedValues?: Map<string, unknown>;
  readonly launchers: Pick<
    EndowmentContext,
    "nodeLauncher" | "workerLauncher" | "worker" | "hearsThreads" | "ownVariables"
  >;
}

/** The packages of one program, and who may reach whom. */
export interface Realm extends RealmOptions {
  /** The world of the package at a location; made on first use. */
  worldAt(location: string): World;
  /**
   * The world that a resolved file belongs to, if its package may be imported
   * from `importer`.
   * @throws an error as for a package that is not there.
   */
  cross(importer: World, resolution: Resolution, specifier: string, notFound: () => Error, referrer?: string): World;
  /**
   * What Node would load for a file that a package names as the one that asks: its own, or any other.
   * @throws what Node throws, but for what lies where the package may not import from: as if that were not there
   */
  resolveFor(
    importer: World,
    specifier: string,
    referrer: string,
    mode: ResolutionMode,
    options?: ResolveOptions,
  ): Resolution;
  /** The project's own modules that a package may not write by a broad scope: what entries reach, for a command's package less. */
  entryModulesFor(principal: Principal): EntryModules;
  /** Whether `cross` would let a package through, without reporting that it does not. */
  mayCross(importer: World, location: string): boolean;
  /** A package's grants as they are now. */
  policyOf(name: CanonicalName): PackagePolicy | undefined;
  /** Puts fewer grants in the place of a package's; from the next use on. */
  narrow(name: CanonicalName, policy: PackagePolicy): void;
  /** Keeps what a package exports from being changed by those who may not; see `guarded-exports.ts`. */
  guardExports(exporter: Principal, importer: Principal, exports: unknown): void;
  /** The same in a cycle, where the exporter has not run to its end. */
  guardUnfinished(exporter: Principal, importer: Principal, exports: unknown): void;
  shared<T>(key: string, make: () => T): T;
  readonly sharedNames: SharedNames;
  readonly sharedWindow: SharedWindow;
  /** The project's modules that the package of a command has built and may have loaded anew. */
  readonly reloadedModules: ReloadedModules | undefined;
  /** Locations of the installed packages that a principal may import; first-party code is not among them. */
  dependenciesOf(principal: Principal): readonly string[];
  /** Says which packages have changed how modules are found, where the application's are not found: it holds for their own. */
  tellOfPatchedLoaders(): void;
  /** Packages that change how the project's modules are loaded; undefined where no policy has any. */
  readonly projectHooks: ProjectHooks | undefined;
  /** The module of the project that a package finds by a name that nothing has (the share `require.names`). */
  findNamed(asked: SoughtName): Resolution | undefined;
  /** Says of a package that it has changed how modules are found or loaded, which holds for its own. */
  deniesHooks(principal: Principal, what: "found" | "loaded", via?: string): void;
  /** A package has Node's `module`, by which it may put another `_load` in place: it holds for its own files. */
  noteModuleHolder(world: World): void;
  /** As a module of the application is loaded: says which packages have done so, who mean to put others in its place (mockery) or to see what is loaded (tracing). */
  tellOfHookedLoads(): void;
  /** Says which packages would have compiled a module of the application that is no JavaScript (`ts-node/register`). */
  tellOfCompilers(extension: string): void;
  /** A package evaluates the text of a file: where it is one of the project's, that package runs it as its own code. */
  noteEvaluation(world: World, filename: string): void;
  /** Whether a package might evaluate modules of the project for a test runner. */
  mayEvaluateProject(principal: Principal): boolean;
  /** Whether a package has evaluated a module of the project (vite-node does, for Vitest). */
  hasEvaluatedProject(principal: Principal): boolean;
  /** The addon, of the importer or of a package that it may import, of which a file that it may read and not import is a copy. */
  originalOfAddon(importer: World, resolution: Resolution): string | undefined;
  /**
   * Whether it may import the project's modules, to which a dependency of it gives globals
   * (the share `*`): jasmine and its core, which the project's own program has run its specs.
   */
  runsTests(principal: Principal): boolean;
}

/**
 * `node_modules/.vite-temp`: where tools put modules that they make. Such a file is no package's;
 * it runs as the code of the package that loads it, which could as well have evaluated its text.
 */
const isToolCache = (location: string): boolean =>
  basename(dirname(location)) === "node_modules" && MODULE_CACHES.has(basename(location));

/** `a>b` of `node_modules/a/node_modules/b`, of which the policy has no name. */
const nameByFolders = (location: string, project: string): CanonicalName | undefined => {
  const [first, ...steps] = relative(project, location)
    .split(sep)
    .join("/")
    .split(/(?:^|\/)node_modules\//);
  const name = steps.join(">");
  return first === "" && name !== "" && isCanonicalName(name) ? name : undefined;
};

const scopesOf = new WeakMap<World, PathScopes>();
const pathScopesOf = (world: World): PathScopes => {
  let scopes = scopesOf.get(world);
  if (scopes === undefined) scopesOf.set(world, (scopes = makePathScopes(world.context)));
  return scopes;
};

/**
 * `require(join(process.cwd(), "package.json"))`: data of the project that a package may read as a
 * file, it may require, and has a copy of its own. Who may import the project shares its object, as in Node.
 */
const isReadableData = (importer: World, { path, format }: Resolution, owner: CanonicalName | undefined): boolean => {
  if (format !== "json" || owner === undefined || !isFirstParty(owner) || !mayReadItself(importer, path)) return false;
  const target = importer.principal.uses && pathScopesOf(importer).spelling(path, "read");
  if (target !== undefined) importer.principal.uses!({ capability: "fs.read", target });
  return true;
};

/** HAZARD: the application has no such modules: what any package may write would run as its code. */
const mayReadItself = (world: World, path: string): boolean =>
  !world.principal.trusted && pathScopesOf(world).covers(path, "read");

/**
 * HAZARD: a package that may import the project's modules and write new ones would otherwise
 * write a module, import it, and be the application. What it could have written is its own code.
 * The package whose command was started may change the project's sources by what it is for.
 */
const mayWriteItself = (world: World, path: string): boolean =>
  !world.principal.trusted &&
  world.realm.resolver.ownerOf(world.realm.entry) !== world.principal.location &&
  pathScopesOf(world).covers(path, "write");

/** The location of the package that a file or folder belongs to, links followed. */
const ownerOfPlace = ({ disk, ownerOf }: Resolver, place: string): string => {
  const real = disk.realpath(place) ?? place;
  return ownerOf(disk.stat(real) === "dir" ? join(real, "package.json") : real);
};

/** The same without the share `require.hooks`. */
const withoutHooks = (principal: Principal): Principal =>
  Object.freeze({
    ...principal,
    get policy() {
      const { shares = [], ...others } = principal.policy;
      return { ...others, shares: shares.filter((share) => share !== HOOKS_SHARE) };
    },
  });

const NO_GRANTS: PackagePolicy = Object.freeze({});

/** Makes no world yet: each is made when something of its package is first asked for. */
export function makeRealm(options: RealmOptions): Realm {
  const worlds = new Map<string, World>();
  const evaluators = new Set<Principal>();
  const moduleHolders: World[] = [];
  const sharedValues = options.sharedValues ?? new Map<string, unknown>();
  const { names, policies } = options;
  const everyShare = sharesOf(policies.values());
  const hasTestRunner = everyShare.includes(ANY_SHARE);
  const locations = options.locations ?? new Map(Array.from(names, ([location, name]) => [name, location]));

  const nameAt = (location: string): CanonicalName | undefined => names.get(location);

  const replacers = new Map<CanonicalName, Array<(policy: PackagePolicy) => void>>();
  const narrowingListeners = new Map<CanonicalName, Array<() => void>>();
  const current = new Map(policies);

  const makePrincipal = (location: string): Principal => {
    const name = nameAt(location) ?? `?${location}`;
    const trusted = options.rootTrusted && isFirstParty(name);
    const { onUse } = options;
    const uses = trusted || !onUse ? undefined : (use: Omit<Use, "principal">) => onUse({ ...use, principal: name });
    uses?.({ capability: "loaded", target: "" });
    for (const target of options.waitingShares?.get(name) ?? [])
      options.onDenial({ principal: name, capability: additionOf(target) ? "extend" : "share", target });
    let policy = current.get(name) ?? NO_GRANTS;
    replacers.set(name, [...(replacers.get(name) ?? []), (narrower) => (policy = narrower)]);
    return Object.freeze({
      name,
      location,
      trusted,
      uses,
      get policy() {
        return policy;
      },
      whenNarrowed: options.canNarrow
        ? (listener: () => void) =>
            void narrowingListeners.set(name, [...(narrowingListeners.get(name) ?? []), listener])
        : undefined,
      denies(denial: Omit<Denial, "principal">): boolean {
        options.onDenial({ ...denial, principal: name });
        return !options.audit;
      },
    });
  };

  const mayChange = (writer: Principal, exporter: Principal): boolean => {
    if (writer.location === exporter.location || writer.trusted) return true;
    return writer.policy.changes?.some((name) => name === "*" || locations.get(name) === exporter.location) ?? false;
  };

  const askToChange: AskToChange = ({ principal: writer, nearest }, exporter, property) => {
    if (writer !== undefined && mayChange(writer, exporter)) return true;
    const reported = nearest ?? writer;
    if (reported === undefined) return options.audit;
    return !reported.denies({ capability: "change", target: exporter.name, via: property });
  };

  const deniesImport = (importer: World, location: string, specifier: string, referrer: string | undefined): boolean =>
    importer.principal.denies({
      capability: "package",
      target: nameAt(location) ?? nameByFolders(location, options.paths.project) ?? specifier,
      via: specifier,
      ...(referrer !== undefined && isNamedIn(referrer, specifier) && { file: referrer }),
    });

  const isProjects = (location: string): boolean => {
    const name = nameAt(location);
    if (name !== undefined) return isFirstParty(name);
    // HAZARD: a link that leads into the project makes what lies there a package of no name, where the project itself looks
    // for what only somebody else's manifest brings; its modules are the project's none the less.
    return location.startsWith(options.paths.project + sep) && !location.includes(`${sep}node_modules${sep}`);
  };
  /** What test runners set up for the project's modules is from now on for this package, too. */
  const runsAsItsOwn = ({ principal, compartment }: World): void => {
    evaluators.add(principal);
    realm.sharedNames.admitRunner(compartment.globalThis);
  };
  const startedLocation = options.resolver.ownerOf(options.entry);
  const startedName = nameAt(startedLocation);
  const startsInProject = isProjects(startedLocation);
  const loadsProject = (location: string): boolean =>
    policies.get(nameAt(location) ?? "")?.packages?.includes(".") === true;
  const modulesOfEntry = makeEntryModules(options.resolver, [options.entry], isProjects, options.paths, loadsProject);
  const modulesOfAll = makeEntryModules(
    options.resolver,
    [options.entry, ...options.otherEntries],
    isProjects,
    options.paths,
    loadsProject,
    () => new Set([options.paths.project, ...[...names.keys()].filter(isProjects)]),
  );
  const isOfProject = (path: string): boolean => isProjects(options.resolver.ownerOf(path));
  const protectedOfAll =
    everyShare.includes(HOOKS_SHARE) || everyShare.includes(NAMES_SHARE)
      ? withAllSources(modulesOfAll, options.paths.project, isOfProject)
      : modulesOfAll;
  const sourcesOfAll = withoutOutputs(protectedOfAll, options.paths.project);
  const started = (): World => realm.worldAt(startedLocation);
  const startedImportsProject =
    !startsInProject && startedName !== undefined && policies.get(startedName)?.packages?.includes(".") === true;

  /**
   * @param finder who says which it is
   * @throws as `require` does, where it is none of the project's
   * HAZARD: what the finder may write itself would run as the application.
   */
  const projectModule = (path: string, { referrer, resolve }: SoughtName, finder: World): Resolution => {
    const found = resolve(path, referrer);
    const { location } = found;
    const isOwn = location !== undefined && nameAt(location) !== undefined && isFirstParty(nameAt(location)!);
    if (!isOwn || mayWriteItself(finder, found.path)) throw options.resolver.absent(path, referrer, "require");
    return found;
  };

  /**
   * HAZARD: what changes how the project is loaded does so for whoever calls it (`proxyquire("fs", {})`). Who neither does
   * that nor imports the project's modules has another instance of it, without that share.
   */
  const hasHooksFor = ({ principal: importer }: World, location: string): boolean => {
    const hooks = realm.projectHooks;
    if (hooks === undefined || hooks.includes(importer) || importer.policy.packages?.includes(".") === true)
      return true;
    return policies.get(nameAt(location) ?? "")?.shares?.includes(HOOKS_SHARE) !== true;
  };

  const powerlessWorlds = new Map<string, World>();
  const powerlessWorldAt = (location: string): World => {
    let world = powerlessWorlds.get(location);
    if (world === undefined) {
      world = makeWorld(realm, withoutHooks(makePrincipal(location)));
      powerlessWorlds.set(location, world);
    }
    return world;
  };

  const reloaders: ReloadedModules[] = startedImportsProject
    ? [
        makeReloadedModules(
          () => started().commonJs,
          (path) => pathScopesOf(started()).covers(path, "write"),
        ),
      ]
    : [];
  for (const [name, { shares }] of options.rootTrusted ? policies : []) {
    const location = shares?.includes(CACHE_SHARE) === true ? locations.get(name) : undefined;
    if (location !== undefined)
      reloaders.push(
        makeReloadedModules(
          () => realm.worldAt(location).commonJs,
          () => true,
        ),
      );
  }

  const hooksProject = ({ trusted, policy }: Principal): boolean =>
    trusted || policy.shares?.includes(HOOKS_SHARE) === true;

  const realm: Realm = {
    ...options,
    projectHooks:
      options.rootTrusted && everyShare.includes(HOOKS_SHARE)
        ? makeProjectHooks(
            locations.get(".") ?? options.paths.project,
            (location) => realm.worldAt(location),
            (file) => options.resolver.ownerOf(file),
            hooksProject,
          )
        : undefined,
    sharedWindow: makeSharedWindow(
      [...policies.values()].some(({ shares, globals }) => shares?.includes(WINDOW) || globals?.includes(WINDOW)),
    ),
    sharedNames: makeSharedNames(everyShare),
    reloadedModules: reloaders.length === 0 ? undefined : joinReloadedModules(reloaders),
    entryModulesFor({ location, name, policy }) {
      if (options.isCommand !== true) return protectedOfAll;
      // `standard` has ESLint write, which it imports; and who imports the project's modules works for the project.
      const imported = (startedName !== undefined && policies.get(startedName)?.packages) || [];
      const mayChangeSources =
        location === startedLocation || imported.includes(name) || policy.packages?.includes(".") === true;
      return mayChangeSources ? modulesOfEntry : sourcesOfAll;
    },
    worldAt(location) {
      let world = worlds.get(location);
      if (world === undefined) {
        world = makeWorld(realm, makePrincipal(location));
        worlds.set(location, world);
      }
      return world;
    },
    resolveFor(importer, specifier, referrer, mode, asked = {}) {
      const { resolver } = options;
      const { location, trusted } = importer.principal;
      if (trusted) return resolver.resolve(specifier, referrer, mode, asked);
      const isOwn = resolver.ownerOf(referrer) === location;
      try {
        return resolver.resolve(specifier, referrer, mode, isOwn ? asked : { ...asked, asking: location });
      } catch (error) {
        const place = placeToldBy(error);
        if (place === undefined) throw error;
        const owner = ownerOfPlace(resolver, place);
        const { code } = error as { code?: string };
        // What a name of its `imports` leads to is another's: an error by its own manifest tells of that.
        const isOthers = specifier.startsWith("#") && code?.endsWith("MODULE_NOT_FOUND") === true;
        const mayKnow =
          owner === location
            ? !isOthers
            : realm.mayCross(importer, owner) || !deniesImport(importer, owner, specifier, referrer);
        if (mayKnow) throw error;
        throw resolver.absent(specifier, referrer, mode);
      }
    },
    cross(importer, resolution, specifier, notFound, referrer) {
      const { location } = resolution;
      if (location === undefined) throw new MoatError("MOAT_INTERNAL", `no package owns ${resolution.path}`);
      // Not even as a text with an error in it, which the error's stack would show.
      if (options.secretPaths.some((folder) => resolution.path.startsWith(folder + sep))) throw notFound();
      if (location === importer.principal.location) return importer;
      if (isProjects(location) && realm.projectHooks?.includes(importer.principal)) return realm.worldAt(location);
      if (isToolCache(location) && mayReadItself(importer, resolution.path)) return importer;
      importer.publishShares?.();
      realm.sharedWindow.cover();
      if (!importer.principal.trusted && realm.worldAt(location).principal.trusted) realm.sharedNames.publishAll();
      const target = nameAt(location);
      if (!realm.mayCross(importer, location)) {
        if (isReadableData(importer, resolution, target)) return importer;
        if (deniesImport(importer, location, specifier, referrer)) throw notFound();
      }
      if (target !== undefined && isFirstParty(target) && mayWriteItself(importer, resolution.path)) {
        runsAsItsOwn(importer);
        return importer;
      }
      return hasHooksFor(importer, location) ? realm.worldAt(location) : powerlessWorldAt(location);
    },
    noteEvaluation(world, filename) {
      if (evaluators.has(world.principal) || !realm.mayEvaluateProject(world.principal) || !isAbsolute(filename))
        return;
      const owner = nameAt(ownerOfPlace(options.resolver, filename));
      if (owner !== undefined && isFirstParty(owner)) runsAsItsOwn(world);
    },
    mayEvaluateProject: ({ trusted, policy }) => hasTestRunner && !trusted && policy.packages?.includes(".") === true,
    hasEvaluatedProject: (principal) => evaluators.has(principal),
    dependenciesOf({ policy }) {
      return (policy.packages ?? []).flatMap((name) => {
        const location = isFirstParty(name) ? undefined : locations.get(name);
        return location === undefined ? [] : [location];
      });
    },
    tellOfPatchedLoaders() {
      for (const { principal, commonJs } of worlds.values()) {
        const isGranted = principal.policy.shares?.includes(NAMES_SHARE) || realm.projectHooks?.includes(principal);
        if (!principal.trusted && isGranted !== true && commonJs.isPatched) realm.deniesHooks(principal, "found");
      }
    },
    findNamed(asked) {
      for (const world of moduleHolders) {
        if (world.principal.trusted || world.principal.policy.shares?.includes(NAMES_SHARE) !== true) continue;
        const found = world.commonJs.findFor(asked, (name) => projectModule(name, asked, world).path);
        if (typeof found === "string" && isAbsolute(found)) return projectModule(found, asked, world);
      }
      return undefined;
    },
    deniesHooks(principal, what, via) {
      const denial = { capability: "patch", target: `how modules are ${what}`, ...(via && { via }) } as const;
      principal.denies(options.rootTrusted ? denial : { ...denial, never: true });
    },
    noteModuleHolder(world) {
      moduleHolders.push(world);
    },
    tellOfHookedLoads() {
      for (const { principal, commonJs } of moduleHolders) {
        if (realm.projectHooks?.includes(principal)) continue;
        if (commonJs.hooksLoads) realm.deniesHooks(principal, "loaded");
        // Who imports the project's modules hooks `require` for its own way of loading these (Next), and has that.
        else if (commonJs.hooksRequire && principal.policy.packages?.includes(".") !== true)
          realm.deniesHooks(
            principal,
            "loaded",
            'tracing is loaded before moat: NODE_OPTIONS="--require ./tracing.js"',
          );
      }
    },
    tellOfCompilers(extension) {
      for (const { principal, commonJs } of worlds.values()) {
        if (!principal.trusted && commonJs.compiles(extension)) realm.deniesHooks(principal, "loaded");
      }
    },
    originalOfAddon(importer, { path, location }) {
      const mayImport = location !== undefined && realm.mayCross(importer, location);
      if (mayImport || !mayReadItself(importer, path)) return undefined;
      const { principal } = importer;
      const holders = [principal.name, ...(principal.policy.packages ?? [])];
      const originals = holders.flatMap((name) => {
        const folder = locations.get(name);
        return folder === undefined ? [] : (current.get(name)?.native ?? []).map((addon) => join(folder, addon));
      });
      return originals.length === 0 ? undefined : copiedFrom(path, originals);
    },
    runsTests({ policy }) {
      const { packages = [], shares = [] } = policy;
      if (!startsInProject || !packages.includes(".") || shares.includes(ANY_SHARE)) return false;
      return packages.some((name) => policies.get(name)?.shares?.includes(ANY_SHARE));
    },
    mayCross(importer, location) {
      const { principal } = importer;
      if (location === principal.location) return true;
      if (!names.has(location)) return false;
      return (
        principal.trusted ||
        realm.projectHooks?.includes(principal) === true ||
        (principal.policy.packages?.some((name) => locations.get(name) === location) ?? false)
      );
    },
    policyOf: (name) => current.get(name),
    narrow(name, policy) {
      current.set(name, policy);
      for (const replace of replacers.get(name) ?? []) replace(policy);
      for (const listener of narrowingListeners.get(name) ?? []) listener();
    },
    guardExports(exporter, importer, exports) {
      // The application's own objects are its own affair, and it may change all others.
      if (!exporter.trusted && !importer.trusted) guardExports(exports, exporter, askToChange);
    },
    guardUnfinished(exporter, importer, exports) {
      if (!exporter.trusted && !importer.trusted) guardUnfinished(exports, exporter, askToChange);
    },
    shared<T>(key: string, make: () => T): T {
      if (!sharedValues.has(key)) {
        assertStackRoom(LITTLE_ROOM);
        sharedValues.set(key, make());
      }
      return sharedValues.get(key) as T;
    },
  };
  return realm;
}
