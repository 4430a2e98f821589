import { resolve } from "node:path";
import type { EndowmentContext } from "../principal.ts";
import { makeAnchors, type Anchor, type Anchors } from "./anchor.ts";
import { makeDescriptors, type Descriptors } from "./descriptors.ts";
import { fsError } from "./fs-error.ts";
import { makePathScopes, type PathScopes } from "./path-scopes.ts";
import { makeRealPaths, type Location, type RealPaths } from "./real-path.ts";

/** How often a path is resolved again when it changes between the check and the use. */
const ATTEMPTS = 8;

/** What one call wants of one path. */
export interface Want {
  readonly mode: "read" | "write" | "stat";
  readonly follow: boolean;
  readonly syscall: string;
  /** The function that was called, for the denial: `fs.readFileSync`. */
  readonly via: string;
}

/** A checked path: what to give to the real function, and what it stands for. */
export interface Held extends Anchor {
  readonly location: Location;
}

/** Everything that the members of one principal's `fs` decide with. */
export interface FsAuthority {
  readonly scopes: PathScopes;
  readonly realPaths: RealPaths;
  readonly anchors: Anchors;
  readonly descriptors: Descriptors;
  /** Resolves and checks. @throws in Node's shape when the policy says no. */
  locate(given: string, want: Want): Location;
  /** Checks a path that is already real. */
  allow(location: Location, want: Want): void;
  /** Resolves, checks, and holds the file (or the entry) against being swapped. */
  hold(given: string, want: Want, what: "file" | "entry"): Held;
  /** Whether a real path may be seen, without reporting a denial. */
  sees(realPath: string): boolean;
  /** Whether a path can be used with no more than this look: see `steady` below. */
  isSteady(given: unknown): given is string;
}

/** The write scopes of everybody in the realm, for `isSteady`. */
interface Writers {
  readonly all: PathScopes[];
  generation: number;
}

export function makeFsAuthority(context: EndowmentContext): FsAuthority {
  const { principal, powers } = context;
  const fs = powers.builtin("fs") as typeof import("node:fs");
  const scopes = makePathScopes(context);
  const realPaths = context.shared("fs.realPaths", () => makeRealPaths(fs, powers.process));
  const anchors = context.shared("fs.anchors", () => makeAnchors(fs, powers.process.platform));
  const descriptors = makeDescriptors();
  const writers = context.shared<Writers>("fs.writers", () => ({ all: [], generation: 0 }));
  if (!principal.trusted) {
    if ((principal.policy.fs?.write?.length ?? 0) > 0) writers.all.push(scopes);
    writers.generation++;
  }

  function covers(real: string, mode: Want["mode"]): boolean {
    if (mode === "write") return scopes.covers(real, "write");
    return scopes.covers(real, "read") || (mode === "stat" && scopes.isAncestor(real));
  }

  function allow(location: Location, { mode, syscall, via }: Want): void {
    if (covers(location.real, mode)) return;
    if (mode === "write") {
      if (principal.denies({ capability: "fs.write", target: location.real, via })) throw fsError("EACCES", syscall, location.given);
      return;
    }
    // What does not exist is not there for anybody: nothing to report.
    if (!location.exists || principal.denies({ capability: "fs.read", target: location.real, via })) {
      throw fsError("ENOENT", syscall, location.given);
    }
  }

  function locate(given: string, want: Want): Location {
    let location: Location;
    try {
      location = realPaths.locate(given, want.follow, want.syscall);
    } catch (error) {
      // How a path outside fails would tell what is there.
      if (covers(resolve(given), want.mode)) throw error;
      throw fsError("ENOENT", want.syscall, given);
    }
    allow(location, want);
    return location;
  }

  function hold(given: string, want: Want, what: "file" | "entry"): Held {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const location = locate(given, want);
      const anchor = location.exists || what === "entry" ? anchors[what](location) : anchors.entry(location);
      if (anchor !== undefined) return { ...anchor, location };
    }
    throw fsError("ENOENT", want.syscall, given);
  }

  /**
   * HAZARD: this is the one place where the answer of an earlier check is
   * believed. A path is *steady* when it is real as it is written (no link
   * anywhere on it), exists, may be read, and no confined principal of this
   * realm may write it. To bend it, somebody would have to put a link in the
   * place of it or of a folder above it: that takes a rename or removal of the
   * thing, and those are refused for whatever holds something that is not the
   * caller's to write. Who can do it all the same (the application, a native
   * addon, a command) has the authority without the trick. A new principal
   * with write scopes makes all answers void.
   */
  let steady = new Set<string>();
  let steadySince = writers.generation;
  function isSteady(given: unknown): given is string {
    if (typeof given !== "string") return false;
    if (steadySince !== writers.generation) {
      steady = new Set();
      steadySince = writers.generation;
    }
    if (steady.has(given)) return true;
    if (!scopes.covers(given, "read") || resolve(given) !== given) return false;
    try {
      if (fs.realpathSync.native(given) !== given || writers.all.some((writer) => writer.covers(given, "write"))) return false;
    } catch {
      return false;
    }
    if (steady.size > 20_000) steady.clear();
    steady.add(given);
    return true;
  }

  return { scopes, realPaths, anchors, descriptors, locate, allow, hold, sees: (real) => covers(real, "stat"), isSteady };
}
