/** A realm for the host: packages of one project under one policy. */
import { join } from "node:path";
import { writeSync } from "node:fs";
import { makeDenialChannel } from "../audit/denial-channel.ts";
import type { Denial } from "../audit/denial.ts";
import { deniedAction } from "../audit/format-denial.ts";
import { escapeForTerminal } from "../audit/escape-for-terminal.ts";
import { makeRealm, type Realm } from "../compartments/realm.ts";
import type { World } from "../compartments/world.ts";
import { MoatError } from "../errors/moat-error.ts";
import type { Resolver } from "../packages/resolver.ts";
import { scopeFolders } from "../packages/scope-folders.ts";
import { nearestWord } from "../policy/nearest-word.ts";
import type { CanonicalName, PackagePolicy } from "../policy/types.ts";
import { closedPaths } from "../prepared/closed-paths.ts";
import { storeLocation } from "../prepared/store-location.ts";
import { dropGrants } from "./drop-grants.ts";
import { lockHost } from "./locked-host.ts";
import type { DenialHandler, Droppable, HostOptions } from "./types.ts";

/** A project, with what its packages may do. */
export interface OpenOptions {
  readonly host: HostOptions;
  /** Real absolute folder. */
  readonly project: string;
  readonly resolver: Resolver;
  readonly names: ReadonlyMap<string, CanonicalName>;
  readonly locations?: ReadonlyMap<CanonicalName, string>;
  readonly policies: ReadonlyMap<CanonicalName, PackagePolicy>;
  readonly rootTrusted: boolean;
  /** Absolute paths of the project's programs: packages do not write to the modules that these reach. */
  readonly entries: readonly string[];
}

/** Packages of that project, as the host deals with them. */
export interface OpenRealm {
  readonly realm: Realm;
  /** Of the application: what asks for packages. */
  readonly root: World;
  /** A file at the top of the project, which need not exist. */
  readonly referrer: string;
  onDenial(handler: DenialHandler): () => void;
  drop(name: CanonicalName, grants: Droppable): void;
}

/**
 * Locks the process down, the first time, and makes a realm of its own.
 *
 * @throws {MoatError} as `lockHost` does
 */
export function openRealm(options: OpenOptions): OpenRealm {
  const { project, resolver, names, policies, rootTrusted, entries } = options;
  const { audit = false, onDenial, secondWall = false } = options.host;
  const host = lockHost(secondWall);
  const { powers } = host;
  const handlers = new Set<DenialHandler>(onDenial === undefined ? [] : [onDenial]);
  const publish = makeDenialChannel(() => powers.builtin("diagnostics_channel"), audit, powers.process.pid);
  const location = storeLocation(project, powers.process.env);
  const realm = makeRealm({
    resolver,
    powers,
    policies,
    names,
    locations: options.locations,
    rootTrusted,
    audit,
    paths: scopeFolders(project, powers.process.cwd()),
    onDenial(denial) {
      tellHandlers(handlers, denial, powers.process.nextTick);
      publish(denial);
    },
    makeCompartmentGlobal: host.locked.makeCompartmentGlobal,
    realGlobalNames: host.realGlobalNames,
    ...closedPaths(project, location),
    entry: powers.process.argv[1] ?? join(project, "index.js"),
    otherEntries: entries,
    sharedValues: host.sharedValues,
    canNarrow: true,
    // Workers and children would read the policy from files, which know nothing of what was dropped: refused to packages.
    launchers: { hearsThreads: true },
  });
  const root = realm.worldAt(project);
  if (!host.hasSecondWall && rootTrusted) giveFetchBack(root.compartment.globalThis, host.sharedValues);
  return {
    realm,
    root,
    referrer: join(project, "noop.js"),
    onDenial(handler) {
      if (typeof handler !== "function") throw new MoatError("MOAT_USAGE", "onDenial takes a function");
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    drop(name, grants) {
      const policy = realm.policyOf(name);
      if (policy === undefined) throw unknownPackage(name, [...policies.keys()]);
      realm.narrow(name, dropGrants(name, policy, grants));
    },
  };
}

function unknownPackage(name: CanonicalName, known: readonly CanonicalName[]): MoatError {
  const near = nearestWord(name, known);
  return new MoatError("MOAT_PACKAGE_UNKNOWN", `there is no package ${JSON.stringify(name)}`, {
    fields: { package: name },
    nextStep: near === undefined ? `it has ${known.slice(0, 10).join(", ")}` : `did you mean: ${near}`,
  });
}

function tellHandlers(
  handlers: ReadonlySet<DenialHandler>,
  denial: Denial,
  nextTick: (task: () => void) => void,
): void {
  const told = Object.freeze({ ...denial });
  if (handlers.size === 0 && denial.quiet !== true) {
    writeSync(2, `moat: ${escapeForTerminal(denial.principal)} may not ${deniedAction(denial)}\n`);
  }
  for (const handler of [...handlers]) {
    try {
      handler(told);
    } catch (error) {
      // HAZARD: in here the refusal would become another error, which the package catches.
      nextTick(() => {
        throw error;
      });
    }
  }
}

/**
 * Node's own `fetch` is refused by the network guard: the host's becomes the application's, once.
 * HAZARD: not `WebSocket` and `EventSource`, whose own property is where moat itself looks for Node's.
 */
function giveFetchBack(application: Record<PropertyKey, unknown>, done: Map<string, unknown>): void {
  if (done.has("host.fetch")) return;
  done.set("host.fetch", true);
  Object.defineProperty(globalThis, "fetch", {
    get: () => application["fetch"],
    set(value: unknown) {
      Object.defineProperty(globalThis, "fetch", { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
}
