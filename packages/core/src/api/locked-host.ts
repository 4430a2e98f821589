/** The lockdown of a process that uses the API. */
import { pathToFileURL } from "node:url";
import { changedIntrinsic, lockdownRealm, type LockedRealm } from "../compartments/lockdown.ts";
import { takePowers } from "../compartments/powers.ts";
import { borrowRealGlobal, emptyRealGlobal, freezeRealGlobal } from "../compartments/second-wall.ts";
import { installNetworkGuard } from "../endowments/late.ts";
import type { Powers } from "../endowments/principal.ts";
import { MoatError } from "../errors/moat-error.ts";
import { leavePace } from "../optimise-late.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";

/** A host's process once it is locked down. */
export interface LockedHost {
  readonly powers: Powers;
  readonly locked: LockedRealm;
  readonly realGlobalNames: ReadonlySet<string>;
  readonly hasSecondWall: boolean;
  /** For the realms of this process. */
  readonly sharedValues: Map<string, unknown>;
}

const HINT = "the network is moat's now: app.builtin, fetch, or modules that app.import loads";

/** A worker of the host's own, of which the main thread knows nothing. */
const NO_MARKS = { code: undefined };

let host: LockedHost | undefined;

/**
 * Locks the process down, once: intrinsics are frozen, Node's shared objects are
 * hardened when packages get at them, and sockets connect for moat's facades alone.
 *
 * @throws {MoatError} `MOAT_LOCKED_ALREADY`, `MOAT_INTRINSICS_CHANGED`; `MOAT_USAGE` where the second wall is asked for too late
 */
export function lockHost(secondWall: boolean): LockedHost {
  if (host !== undefined) {
    if (secondWall && !host.hasSecondWall)
      throw new MoatError("MOAT_USAGE", "the process is locked down without the second wall", {
        nextStep: "pass secondWall: true at the first call",
      });
    return host;
  }
  if (Object.isFrozen(Function.prototype))
    throw new MoatError("MOAT_LOCKED_ALREADY", "the intrinsics of this process are frozen already", {
      nextStep: "start the program with node, and load one copy of @moat/core",
    });
  const changed = changedIntrinsic();
  if (changed !== undefined)
    throw new MoatError("MOAT_INTRINSICS_CHANGED", `something was put on the intrinsics before: ${changed}`, {
      fields: { changed },
      nextStep: "call moat() before anything else is loaded that changes intrinsics",
    });
  const powers = takePowers();
  // Here, and not as this file is loaded, which a program is too: it costs what its whole console does.
  const { isMainThread } = powers.builtin("worker_threads");
  leavePace();
  const putBack = secondWall ? undefined : borrowRealGlobal();
  if (secondWall) emptyRealGlobal();
  const locked = lockdownRealm(
    () => [`${pathToFileURL(MOAT_FOLDER).href}/`, "node:internal/modules/"],
    // A host makes policies as it goes: none can have the language extended.
    [],
    isMainThread ? undefined : NO_MARKS,
  );
  locked.harden(MoatError);
  const realGlobalNames = putBack?.() ?? freezeRealGlobal(powers.globals);
  locked.powerlessConstructors.enable(locked.makeCompartmentGlobal(), realGlobalNames);
  installNetworkGuard(powers, HINT);
  host = { powers, locked, realGlobalNames, hasSecondWall: secondWall, sharedValues: new Map() };
  return host;
}
