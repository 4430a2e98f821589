/** From a policy to a realm: what every start of a program, a worker or a child has in common. */
import { basename, dirname, join, sep } from "node:path";
import NodeModule from "node:module";
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Denial } from "../audit/denial.ts";
import { makeDenialChannel } from "../audit/denial-channel.ts";
import { openUseRecord } from "../audit/use-record.ts";
import { guardNetworkAtFirstUse } from "../compartments/guarded-powers.ts";
import { lockdownRealm, type LockedRealm } from "../compartments/lockdown.ts";
import { mapPlacesWhere } from "../compartments/mapped-places.ts";
import { takePowers } from "../compartments/powers.ts";
import { makeRealm, type Realm } from "../compartments/realm.ts";
import { addedGlobals, lendGlobals } from "../compartments/tracers-globals.ts";
import { findOuterHooks } from "../compartments/outer-hooks.ts";
import { emptyRealGlobal, freezeRealGlobal } from "../compartments/second-wall.ts";
import { installNetworkGuard } from "../endowments/late.ts";
import { takeOwnVariables } from "../endowments/subprocess/child-env.ts";
import { MoatError } from "../errors/moat-error.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { tellWatcher } from "./tell-watcher.ts";
import { makeLaunchers } from "./make-launchers.ts";
import { dropNetwork, isPermissionFlag } from "./permission-flags.ts";
import { ownProcessPolicy, withoutUsual } from "./own-process-policy.ts";
import { showUncaughtErrors } from "./show-uncaught.ts";
import type { StartedBy } from "./start-from-request.ts";
import { closedPaths } from "../prepared/closed-paths.ts";
import type { PreparedModules } from "../prepared/prepared-modules.ts";
import { openPreparedResolutions, type PreparedResolutions } from "../prepared/prepared-resolutions.ts";
import { preparationIdentity } from "../prepared/preparation-identity.ts";
import { storeLocation, type StoreLocation } from "../prepared/store-location.ts";
import type { Powers } from "../endowments/principal.ts";
import { isFirstParty } from "../naming/canonical-name.ts";
import { makeDisk } from "../packages/disk.ts";
import { locateNames } from "../packages/locate-names.ts";
import { namesThatLead } from "../packages/names-that-lead.ts";
import { makeResolver, type Climb } from "../packages/resolver.ts";
import { scopeFolders } from "../packages/scope-folders.ts";
import { effectivePolicy } from "../policy/effective-policy.ts";
import { entryOf } from "../policy/entry-of.ts";
import { sharesOf } from "../policy/special-shares.ts";
import type { Preload } from "../policy/preload.ts";
import type { CanonicalName, Overrides, PackagePolicy, Policy } from "../policy/types.ts";
import { leavePace, startedLate } from "../optimise-late.ts";
import { realFolder } from "../packages/real-folder.ts";

/** What program is to run, and under what. */
export interface ProgramOptions {
  /** Absolute path of the module to run. */
  readonly entry: string;
  /** `process.argv.slice(2)` of the program. */
  readonly argv: readonly string[];
  /** Absolute path of the project's folder. */
  readonly project: string;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** What the application loads before the entry; packages' modules are looked for from the project's folder. */
  readonly preloads?: readonly Preload[];
  /** Records denied uses and lets them through. */
  readonly audit?: boolean;
  readonly onDenial?: (denial: Denial) => void;
  /** Absolute path of the file that children and workers append their denials to. */
  readonly logFile?: string | undefined;
  /** Absolute path of the file that uses of grants are noted in: a learning run. */
  readonly learnFile?: string | undefined;
  /** Where the command's own files lie: no program sees them in its stacks. */
  readonly commandFolder?: string;
  /** In a worker or a child of a program: who asked for it, and for what. */
  readonly started?: StartedBy;
}

/** A program that is about to begin. */
export interface OpenedProgram {
  readonly realm: Realm;
  readonly powers: Powers;
  readonly resolutions: PreparedResolutions | undefined;
  /** Real absolute paths. */
  readonly project: string;
  readonly entry: string;
}

/**
 * Locks this process down and makes the realm that the program is to run in.
 *
 * @throws {MoatError} `MOAT_ENTRY_MISSING`, before anything is locked down
 */
export function openProgram(
  options: ProgramOptions,
  openModules: (location: StoreLocation | undefined, identity: string) => PreparedModules | undefined,
): OpenedProgram {
  const { policy, overrides, started } = options;
  const begun = Date.now();
  const project = realpathSync.native(options.project);
  let tellClimb: (climb: Climb) => void = () => {};
  const late: { resolutions?: PreparedResolutions | undefined } = {};
  const resolver = makeResolver(makeDisk(), {
    roots: [project],
    onClimb: (climb) => tellClimb(climb),
    kept: () => late.resolutions?.kept,
  });
  const policies = new Map(effectivePolicy(policy, overrides));
  const waiting = options.audit ? waitingShares(policy, overrides) : undefined;
  for (const [name, shares] of waiting ?? []) {
    const granted = policies.get(name)!;
    policies.set(name, Object.freeze({ ...granted, shares: Object.freeze([...(granted.shares ?? []), ...shares]) }));
  }
  const outerHooks = findOuterHooks(NodeModule);
  // Traced texts tell of themselves by channels.
  if (outerHooks !== undefined) {
    for (const [name, granted] of policies)
      policies.set(
        name,
        Object.freeze({ ...granted, builtins: { ...granted.builtins, diagnostics_channel: true as const } }),
      );
  }
  const located = locateNames(policies.keys(), project, resolver);
  const { names } = located;
  const locations = namesThatLead(located, policies);
  const entry = realEntry(options.entry);

  const powers = guardNetworkAtFirstUse(takePowers());
  const belt = takeBelt(powers.process);
  const { execPath } = powers.process;
  powers.process.argv = started === undefined ? [execPath, options.entry, ...options.argv] : [...started.argv];
  const preloads = options.preloads ?? started?.request.preload ?? [];
  // Children that are started with the same flags, as `fork` does, load them too.
  powers.process.execArgv = [
    ...powers.process.execArgv,
    ...preloads.flatMap(({ mode, specifier }) => [mode === "require" ? "-r" : "--import", specifier]),
  ];
  const ownVariables = started && takeOwnVariables(powers.process.env);
  if (started !== undefined)
    grantOwnProcess(policies, started.request, powers.process.env, (file) => names.get(resolver.ownerOf(file)));
  const { locked, realGlobalNames } = lockProcess(options, powers, policies, outerHooks !== undefined);
  // Who is started may have been given sockets; and a belt is closed over the network after the guard has looked at it.
  if (started !== undefined || belt.length > 0) installNetworkGuard(powers);
  if (belt.length > 0) dropNetwork(powers.process, policies);
  const paths = started?.request.paths ?? scopeFolders(project, powers.process.cwd());
  const markCode: typeof locked.markCode = () => {
    leavePace();
    return locked.markCode();
  };
  const audit = options.audit ?? false;
  // HAZARD: a package chooses the environment of its children; where the prepared modules and their key lie does not follow it.
  const location = started === undefined ? storeLocation(project, powers.process.env) : started.request.store;
  const closed = closedPaths(project, location);
  const prepared = openModules(location, preparationIdentity(preparedFor(entry, started)));
  const resolutions = prepared && openPreparedResolutions(prepared, begun);
  late.resolutions = resolutions;
  // A worker's are told to its parent, and not printed.
  if (started?.worker === undefined) showUncaughtErrors(powers);
  if (started === undefined) tellWatcher(powers.process, project);
  mapPlacesWhere(() => (powers.process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true);
  const publish = makeDenialChannel(() => powers.builtin("diagnostics_channel"), audit, powers.process.pid);
  const onDenial = (denial: Denial): void => {
    options.onDenial?.(denial);
    publish(denial);
  };
  tellClimb = ({ location: folder, file }) =>
    onDenial({ principal: names.get(folder) ?? `?${folder}`, capability: "climb", target: file, via: "package.json" });
  const uses = options.learnFile === undefined ? undefined : openUseRecord(options.learnFile);
  const realm = makeRealm({
    resolver,
    powers,
    policies,
    waitingShares: waiting,
    names,
    locations,
    paths,
    rootTrusted: policy.root === "trusted",
    audit,
    onDenial,
    onUse: uses?.add,
    makeCompartmentGlobal: locked.makeCompartmentGlobal,
    realGlobalNames,
    secretPaths: closed.secretPaths,
    reservedPaths: [
      ...closed.reservedPaths,
      ...[options.logFile, options.learnFile].flatMap((file) => (file === undefined ? [] : [realFile(file)])),
    ],
    entry,
    otherEntries: policy.entries.filter((other) => other.startsWith("./")).map((other) => join(project, other)),
    ...(outerHooks && { outerHooks }),
    isCommand: !isFirstParty(names.get(resolver.ownerOf(entry)) ?? "?"),
    prepared,
    launchers: {
      ...makeLaunchers({
        execPath,
        belt,
        program: entry,
        paths,
        audit,
        logFile: options.logFile,
        learnFile: options.learnFile,
        store: location,
        preloads,
        resolver,
        names,
        markCode,
      }),
      ...(ownVariables && { ownVariables: { principal: started!.request.principal, variables: ownVariables } }),
      ...(started?.worker && {
        worker: { ...started.worker, principal: started.request.principal },
        hearsThreads: true,
      }),
    },
  });
  return { realm, powers, resolutions, project, entry };
}

/** Node's permission flags, of the second line. They are moat's: the program sees the flags that it was started with. */
function takeBelt(process: NodeJS.Process): readonly string[] {
  const belt = process.execArgv.filter(isPermissionFlag);
  if (belt.length > 0) process.execArgv = process.execArgv.filter((flag) => !isPermissionFlag(flag));
  return belt;
}

/**
 * Who has started this worker or child may do in it what reaches nobody else, and so may the package whose file it runs.
 *
 * @param env that of this process, as its starter has made it
 */
function grantOwnProcess(
  policies: Map<CanonicalName, PackagePolicy>,
  { principal, entry, variables, withholdsInput }: StartedBy["request"],
  env: NodeJS.ProcessEnv,
  ownerOf: (file: string) => CanonicalName | undefined,
): void {
  const grant = (name: CanonicalName, visible: readonly string[]): void =>
    void policies.set(name, ownProcessPolicy(policies.get(name) ?? {}, visible, withholdsInput));
  grant(principal, variables ?? withoutUsual(Object.keys(env)));
  const owner = "file" in entry ? ownerOf(entry.file) : undefined;
  if (owner !== undefined && owner !== principal) grant(owner, []);
}

/**
 * Takes every power off the real global object, locks the intrinsics down and freezes that object. There is no way back.
 * Tracing that was loaded before moat keeps what it has put there, and has Node's powers by free names alone.
 */
function lockProcess(
  { started, commandFolder }: ProgramOptions,
  powers: Powers,
  policies: ReadonlyMap<CanonicalName, PackagePolicy>,
  isTraced: boolean,
): { readonly locked: LockedRealm; readonly realGlobalNames: ReadonlySet<string> } {
  const added = isTraced ? addedGlobals() : undefined;
  emptyRealGlobal();
  if (started?.worker !== undefined) leavePace();
  const ownFiles = (): string[] => [
    MOAT_FOLDER + sep,
    ...(commandFolder === undefined ? [] : [commandFolder + sep]),
    `${pathToFileURL(MOAT_FOLDER).href}/`,
    "node:internal/modules/",
  ];
  const locked = startedLate(() =>
    lockdownRealm(ownFiles, sharesOf(policies.values()), started?.worker && { code: started.request.markCode }),
  );
  locked.harden(MoatError);
  const found = freezeRealGlobal(powers.globals, added);
  const realGlobalNames = isTraced ? new Set([...found, ...lendGlobals(powers.globals)]) : found;
  locked.powerlessConstructors.enable(locked.makeCompartmentGlobal(), realGlobalNames);
  return { locked, realGlobalNames };
}

/**
 * What packages would share once it is accepted: in an audit they do, as some of it has to have its place before the
 * lockdown. Where a person has written what a package shares, nothing waits.
 */
function waitingShares(policy: Policy, overrides: Overrides): Map<CanonicalName, readonly string[]> {
  const waiting = new Map<CanonicalName, readonly string[]>();
  for (const [name, { pending }] of Object.entries(policy.packages))
    if (pending?.shares !== undefined && entryOf(overrides, name)?.shares === undefined)
      waiting.set(name, pending.shares);
  return waiting;
}

/** Under which name a process's modules are kept: a child does not overwrite those of its program. */
function preparedFor(entry: string, started: StartedBy | undefined): string {
  if (started === undefined) return entry;
  const asked = started.request.entry;
  return "file" in asked ? asked.file : `${entry}#text`;
}

function realEntry(entry: string): string {
  try {
    return realpathSync.native(entry);
  } catch (cause) {
    throw new MoatError("MOAT_ENTRY_MISSING", `there is no file ${entry}`, {
      fields: { entry },
      nextStep: "check the path",
      cause,
    });
  }
}

/** A file that may not be there yet. */
const realFile = (file: string): string => join(realFolder(dirname(file)), basename(file));
