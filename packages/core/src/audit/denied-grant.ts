/** Which grant would allow what was denied, in the words of policies. */
import { pid } from "node:process";
import { isCanonicalName } from "../naming/canonical-name.ts";
import { builtinGrant, type Grant } from "../policy/grant.ts";
import { isReservedForWrite, isSecret } from "../policy/scope-rules.ts";
import { CLIENT_SHARE, HOOKS_SHARE, NAMES_SHARE } from "../policy/special-shares.ts";
import type { Denial } from "./denial.ts";

/** Real absolute folders, to write paths as scopes. */
export interface DenialPlaces {
  readonly project?: string | undefined;
  /** The package's own folder. */
  readonly location?: string | undefined;
  readonly home?: string | undefined;
  /** Where temporary files go. */
  readonly temp?: string | undefined;
  /** Where the program was started. */
  readonly cwd?: string | undefined;
}

type Spell = (denial: Denial, places: DenialPlaces) => Grant | undefined;

const same =
  (capability: Grant["capability"]): Spell =>
  ({ target }) => ({ capability, target });
const path =
  (capability: Grant["capability"]): Spell =>
  ({ target }, places) => ({ capability, target: scopeOf(lasting(target, places), places) });

/** An abstract socket of Linux (`\0name`) lies nowhere, and no policy names one. */
const endpoint =
  (capability: "net.connect" | "net.listen"): Spell =>
  ({ target }) =>
    target.startsWith("unix:\0")
      ? undefined
      : { capability, target: capability === "net.connect" ? anyPassingPort(target) : target };

const table: Readonly<Record<string, Spell>> = {
  __proto__: null as never,
  "fs.read": path("fs.read"),
  "fs.write": path("fs.write"),
  "net.connect": endpoint("net.connect"),
  "net.listen": endpoint("net.listen"),
  dns: ({ target }) => ({ capability: "net.connect", target: `${target}:*` }),
  env: same("env"),
  "env.set": same("env"),
  command: same("command"),
  worker: () => ({ capability: "worker", target: "" }),
  native: ({ target }, { location }) => ({ capability: "native", target: below(location, target) ?? target }),
  builtin: ({ target }) => builtinGrant(target),
  global: same("global"),
  share: same("share"),
  extend: ({ target }) => ({ capability: "share", target }),
  patch: ({ target }) => ({ capability: "share", target: patchedBy(target) }),
  change: same("change"),
  // A path leads to what is nobody's, and no policy names that.
  package: ({ target }) => (isCanonicalName(target) ? { capability: "package", target } : undefined),
  // Events, variables and some members of process can be granted, most are nobody's.
  process: ({ target, via }) =>
    via === "process.on" ||
    via === `process.${target} =` ||
    (GRANTABLE_PROCESS_MEMBERS.has(target) && via === `process.${target}`)
      ? { capability: "builtin", target: "process", member: target }
      : undefined,
};

/** What carries requests, or how the project's modules are found or loaded. */
function patchedBy(target: string): string {
  if (target.startsWith("http.")) return CLIENT_SHARE;
  return target.endsWith("found") ? NAMES_SHARE : HOOKS_SHARE;
}

const GRANTABLE_PROCESS_MEMBERS: ReadonlySet<string> = new Set(["stdin", "umask"]);

/** What listens there has another port in the next run. */
const PASSING_PORT = /^(127\.0\.0\.1|\[::1\]|localhost):(?:3[3-9]|[4-6]\d)\d{3}$/;
const anyPassingPort = (target: string): string => target.replace(PASSING_PORT, "$1:*");

/** Undefined where no policy allows it. */
export function deniedGrant(denial: Denial, places: DenialPlaces = {}): Grant | undefined {
  return table[denial.capability]?.(denial, places);
}

/**
 * A name that is made anew for each file: a number of a process, a time, a random text before `.tmp`. What
 * writes whole files or none makes such a file beside each (`config.json.tmp-1795…`).
 */
const PASSING_NAME =
  /(?:^|[._~-])(?:\d{5,}|(?=[a-f]*\d)[\da-f]{8,})(?=$|[._~-])|[._~-](?=[a-z]*\d)[\da-z]{6,}\.te?mp$/iu;

/**
 * The path, or the folder of a file that has another name in the next run.
 *
 * HAZARD: the package chooses the name, and with it whether more is offered than it asked for: a folder is offered
 * only where it is somebody's own for data, and nothing in it is a secret or gives orders.
 */
function lasting(target: string, places: DenialPlaces): string {
  const end = Math.max(target.lastIndexOf("/"), target.lastIndexOf("\\"));
  if (!PASSING_NAME.test(target.slice(end + 1))) return target;
  const folder = target.slice(0, end);
  return isForData(folder, places) ? folder : target;
}

/** Where programs keep data in a person's home, each in a folder of its own. */
const HOME_DATA = /^(?:\.cache|\.config|\.local\/(?:share|state)|Library\/[^/]+|AppData\/[^/]+)\//;

/** Whether a folder may be offered for a file in it: neither all of the project, nor where others' settings, code or secrets lie. */
function isForData(folder: string, { project, location, home, temp, cwd }: DenialPlaces): boolean {
  const windows = folder.includes("\\");
  const isHarmless = (path: string): boolean => {
    const segments = path.split("/");
    return !isReservedForWrite(segments, true, windows) && !isSecret(segments, windows);
  };
  for (const root of [location, project]) {
    const path = below(root, folder);
    if (path !== undefined) return path !== "" && isHarmless(path);
  }
  if (below(temp, folder) !== undefined) return true;
  const inHome = below(home, folder);
  if (inHome !== undefined) {
    const data = HOME_DATA.exec(inHome)?.[0];
    if (data !== undefined) return isHarmless(inHome.slice(data.length));
  }
  const inCurrent = cwd !== undefined && holdsHome(cwd, home) ? undefined : below(cwd, folder);
  return inCurrent !== undefined && inCurrent !== "" && isHarmless(inCurrent);
}

const holdsHome = (folder: string, home: string | undefined): boolean =>
  folder === "/" || (home !== undefined && below(folder, home) !== undefined);

/** The narrowest scope of a path that holds on another machine, and in the next run. */
function scopeOf(target: string, { project, location, home, temp, cwd }: DenialPlaces): string {
  const inPackage = below(location, target);
  if (inPackage !== undefined) return inPackage === "" ? "<package>" : `<package>/${inPackage}`;
  const inProject = below(project, target);
  if (inProject !== undefined) return inProject === "" ? "." : `./${inProject}`;
  // What lies there is called otherwise in each run.
  if (below(temp, target) !== undefined) return "<tmp>";
  // A program works on what lies where it is started, and colleagues start it elsewhere.
  const inCurrent = cwd !== undefined && holdsHome(cwd, home) ? undefined : below(cwd, target);
  if (inCurrent !== undefined) return inCurrent === "" ? "<cwd>" : `<cwd>/${inCurrent}`;
  const inHome = below(home, target);
  if (inHome !== undefined) return inHome === "" ? "<home>" : `<home>/${inHome}`;
  // The next run is another process; `/proc/self` leads to it.
  const inProcess = below(`/proc/${pid}`, target);
  return inProcess === undefined ? target : inProcess === "" ? "/proc/self" : `/proc/self/${inProcess}`;
}

/** The path in a folder, with `/`; undefined outside of it. */
export function below(folder: string | undefined, target: string): string | undefined {
  if (folder === undefined) return undefined;
  if (target === folder) return "";
  const separator = folder.includes("\\") ? "\\" : "/";
  return target.startsWith(folder + separator) ? target.slice(folder.length + 1).replaceAll(separator, "/") : undefined;
}
