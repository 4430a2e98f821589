import { basename, dirname, resolve } from "node:path";
import type { EndowmentContext } from "../principal.ts";
import { makeAnchors, type Anchor, type Anchors } from "./anchor.ts";
import { principalDescriptors, type Descriptors } from "./descriptors.ts";
import { fsError } from "./fs-error.ts";
import { makePathScopes, type PathScopes } from "./path-scopes.ts";
import { programFolders } from "../subprocess/child-env.ts";
import { isPlain, makeRealPaths, type Location, type RealPaths } from "./real-path.ts";
import type { Fs } from "./node-fs.ts";

/** How often a path is resolved again when it changes between the check and the use. */
const ATTEMPTS = 8;

/** What programs read to learn which system this is, and take another way where they can't. */
const PROBES: ReadonlySet<string> = new Set([
  "/usr/bin/ldd",
  "/proc/version",
  "/etc/os-release",
  "/usr/lib/os-release",
  "/.dockerenv",
]);
/** The same, in folders of the kernel's own that are called after the process. */
const PROBE_OF_PROCESS = /^\/proc\/\d+\/(?:cgroup|mountinfo)$/;

/** What one call wants of one path. */
export interface Want {
  readonly mode: "read" | "write" | "stat";
  readonly follow: boolean;
  readonly syscall: string;
  /** It asks whether something is there and of what kind, and not where it leads: what is granted of a program that may be started. */
  readonly isLookUp?: boolean;
  /** A folder is to be made there, and nothing else. */
  readonly isFolder?: boolean;
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
  /** In a learning run: notes a use that was covered. */
  noteUse(real: string, mode: Want["mode"]): void;
  /** Whether a path can be used with no more than this look: see `steady` below. */
  isSteady(given: unknown): given is string;
  /** The same, and of a path that may be read, whether nothing is there: undefined for all others. */
  look(given: unknown): "steady" | "missing" | undefined;
}

/** Of the principal that the context is for. */
export function makeFsAuthority(context: EndowmentContext): FsAuthority {
  const { principal, powers } = context;
  const fs = powers.builtin("fs") as Fs;
  const scopes = makePathScopes(context);
  const realPaths = context.shared("fs.realPaths", () => makeRealPaths(fs, powers.process));
  const anchors = context.shared("fs.anchors", () =>
    makeAnchors(fs, powers.process.platform, fs.realpathSync.native(principal.location)),
  );
  const descriptors = principalDescriptors(context);

  function covers(real: string, mode: Want["mode"], isFolder = false): boolean {
    if (mode === "write") return scopes.covers(real, "write", isFolder);
    return scopes.covers(real, "read") || (mode === "stat" && scopes.isAncestor(real));
  }

  const { uses } = principal;
  /** What does not exist needs no scope to be found missing. */
  function noteUse(real: string, mode: Want["mode"]): void {
    if (uses === undefined || (mode !== "write" && fs.lstatSync(real, { throwIfNoEntry: false }) === undefined)) return;
    const target = scopes.spelling(real, mode === "write" ? "write" : "read");
    if (target !== undefined) uses({ capability: `fs.${mode}`, target });
  }

  /** A program that the principal may start may be looked for by its name, as `which` does. */
  function isGrantedProgram(path: string): boolean {
    const { commands = [] } = principal.policy;
    return commands.includes(basename(path)) && programFolders(context).includes(dirname(path));
  }

  function allow(location: Location, { mode, syscall, via, isFolder, isLookUp }: Want): void {
    if (covers(location.real, mode, isFolder)) {
      noteUse(location.real, mode);
      return;
    }
    if (isLookUp === true && isGrantedProgram(location.given)) return;
    if (mode === "write") {
      // HAZARD: what learning runs note is there too; what is let through in an audit must not write it.
      if (principal.denies({ capability: "fs.write", target: location.real, via }) || scopes.isReserved(location.real))
        throw fsError("EACCES", syscall, location.given);
      return;
    }
    // What does not exist is not there for anybody: nothing to report.
    // Programs that look for a file in every folder above go on without: nothing to tell a person.
    const quiet =
      (scopes.isAboveProject(location.real) || PROBES.has(location.real) || PROBE_OF_PROCESS.test(location.real)) &&
      !/readdir|opendir|glob|watch/.test(via);
    if (
      !location.exists ||
      principal.denies({ capability: "fs.read", target: location.real, via, ...(quiet && { quiet }) })
    ) {
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
      // A folder was removed, or became a link, since it was last looked at.
      realPaths.forget();
    }
    throw fsError("ENOENT", want.syscall, given);
  }

  /**
   * HAZARD: here the answer of an earlier check is believed. A path is *steady*
   * when it is real as it is written (no link anywhere on it), exists, and may
   * be read. To bend it, somebody must put a link on it. Whoever does that
   * through moat, in this realm, makes all answers void, from before the call
   * until after it; and no confined principal of any realm or process can make
   * or move a link that leads out of what it may write (see `allowLink`), or from
   * what it may read to what it may not (see `allowLead`). Who can do it all the
   * same (the application, a native addon, a command) could read the file without
   * the trick.
   */
  let steady = new Set<string>();
  let steadySince = -1;
  let { policy } = principal;
  function look(given: unknown): "steady" | "missing" | undefined {
    if (typeof given !== "string") return undefined;
    if (steadySince !== realPaths.generation() || policy !== principal.policy) {
      ({ policy } = principal);
      steady = new Set();
      steadySince = realPaths.generation();
    }
    if (steady.has(given)) return "steady";
    if (!isPlain(given) || !realPaths.isQuiet() || !scopes.covers(given, "read")) return undefined;
    try {
      const { real, exists } = realPaths.locate(given, true, "stat");
      if (real !== given) return undefined;
      if (!exists) return "missing";
    } catch {
      return undefined;
    }
    noteUse(given, "read");
    if (steady.size > 20_000) steady.clear();
    steady.add(given);
    return "steady";
  }
  const isSteady = (given: unknown): given is string => look(given) === "steady";

  return {
    scopes,
    realPaths,
    anchors,
    descriptors,
    locate,
    allow,
    hold,
    sees(real) {
      const seen = covers(real, "stat");
      if (seen) noteUse(real, "stat");
      return seen;
    },
    noteUse,
    isSteady,
    look,
  };
}
