/**
 * Calls of `fs` on paths: what is asked before them, and what is held meanwhile. Longer than most files because moves and
 * links need one another's questions: whatever makes a name lead elsewhere is asked for both ends.
 */
import { Buffer } from "node:buffer";
import { resolve, sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import type { FsAuthority, Held, Want } from "./authority.ts";
import type { Prepare, Prepared } from "./call-forms.ts";
import { fsError } from "./fs-error.ts";
import type { PathRole } from "./fs-members.ts";
import { pathArgument } from "./path-argument.ts";
import { isWithin } from "./path-scopes.ts";
import type { Location } from "./real-path.ts";
import type { Fs } from "./node-fs.ts";

const nothing = () => {};

/** A plain call on paths: every role resolved, checked and held, every other argument as it is. */
export function preparePaths(authority: FsAuthority, name: string, roles: readonly PathRole[]): Prepare {
  const names = roles.length === 2 ? ["existingPath", "newPath"] : ["path"];
  // Metadata is asked of the real path without holding it: one system call, as in
  // plain Node. Who swaps links at that moment learns a file's size, never what is in it.
  const unheld = roles.length === 1 && roles[0]!.mode === "stat";
  if (unheld) {
    const [role] = roles;
    return (args, via) => {
      const given = pathArgument(args[role!.at]);
      const location = authority.locate(given, {
        mode: "stat",
        follow: role!.follow,
        isLookUp: true,
        syscall: name,
        via,
      });
      args[role!.at] = usable(location);
      return { args, names: [{ used: usable(location), given }], release: nothing };
    };
  }
  return (args, via) => {
    const held: Held[] = [];
    const release = () => {
      for (const one of held) one.release();
    };
    try {
      const texts = roles.map((role, i) => pathArgument(args[role.at], names[i]));
      roles.forEach((role, i) => {
        const want: Want = { mode: role.mode, follow: role.follow, syscall: name, via };
        held.push(authority.hold(texts[i]!, want, role.follow ? "file" : "entry"));
      });
      roles.forEach((role, i) => {
        args[role.at] = held[i]!.path;
      });
      return { args, names: held.map((one) => ({ used: one.path, given: one.location.given })), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

export function usable(location: Location): string {
  return location.wantsFolder && !location.real.endsWith(sep) ? location.real + sep : location.real;
}

function one(held: Held, args: unknown[], result?: Prepared["result"]): Prepared {
  const names = [{ used: held.path, given: held.location.given }];
  return result === undefined ? { args, names, release: held.release } : { args, names, result, release: held.release };
}

const SEPARATOR = sep === "/" ? "/" : /[\\/]/;
const namesIn = (path: string): string[] => path.split(SEPARATOR).filter((name) => name !== "" && name !== ".");

/** A path as it was written, without its last names. */
function withoutLast(given: string, count: number): string {
  const parts = given.split(SEPARATOR);
  for (let left = count; left > 0;) {
    const part = parts.pop();
    if (part !== "" && part !== ".") left--;
  }
  return parts.join(sep);
}

function isRecursive(options: unknown): boolean {
  return typeof options === "object" && options !== null && Boolean((options as { recursive?: unknown }).recursive);
}

function encodingOf(options: unknown): unknown {
  if (typeof options === "string") return options;
  return typeof options === "object" && options !== null ? (options as { encoding?: unknown }).encoding : undefined;
}

function encoded(text: string, encoding: unknown): unknown {
  if (encoding === undefined || encoding === null || encoding === "utf8" || encoding === "utf-8") return text;
  const bytes = Buffer.from(text);
  return encoding === "buffer" ? bytes : bytes.toString(encoding as BufferEncoding);
}

/** The calls on paths whose arguments or results need more than their roles say. */
export function preparersOfPaths(authority: FsAuthority, fs: Fs): Record<string, Prepare> {
  const { hold, locate, allow, realPaths, scopes } = authority;
  const plainLink = preparePaths(authority, "link", [
    { at: 0, mode: "write", follow: false },
    { at: 1, mode: "write", follow: false },
  ]);

  return {
    mkdir(args, via) {
      const given = pathArgument(args[0]);
      if (typeof args[1] === "object" && args[1] !== null) {
        const { recursive, mode: bits } = args[1] as { recursive?: unknown; mode?: unknown };
        args[1] = { __proto__: null, recursive, mode: bits };
      }
      if (!isRecursive(args[1]) && isOnTheWay(given)) throw fsError("EEXIST", "mkdir", given);
      // `mkdir -p` of what is there changes nothing: programs do it to every folder on the way.
      const mode = isRecursive(args[1]) && isThere(given) ? "stat" : "write";
      const held = hold(given, { mode, follow: false, isFolder: true, syscall: "mkdir", via }, "entry");
      const { location } = held;
      const missing = namesIn(location.rest);
      const prefix = held.path.slice(0, held.path.lastIndexOf(location.rest));
      const result = (created: unknown) =>
        typeof created === "string" && created.startsWith(prefix)
          ? withoutLast(given, missing.length - namesIn(created.slice(prefix.length)).length)
          : created;
      return one(held, [held.path, ...args.slice(1)], result);
    },

    mkdtemp(args, via) {
      const prefix = pathArgument(args[0], "prefix");
      const encoding = encodingOf(args[1]);
      const held = hold(`${prefix}XXXXXX`, { mode: "write", follow: false, syscall: "mkdtemp", via }, "entry");
      return {
        ...one(held, [held.path.slice(0, -6)], (made: string) => encoded(prefix + made.slice(-6), encoding)),
        names: [{ used: held.path, given: `${prefix}XXXXXX` }],
      };
    },

    readlink(args, via) {
      const given = pathArgument(args[0]);
      const encoding = encodingOf(args[1]);
      const want: Want = { mode: "stat", follow: false, syscall: "readlink", via };
      const held = hold(given, want, "entry");
      return one(held, [held.path], (target: string) => {
        // Where it leads is as secret as what is there.
        const absolute =
          target.startsWith(sep) || /^[A-Za-z]:/.test(target) ? target : held.location.folder + sep + target;
        let real = resolve(absolute);
        try {
          ({ real } = realPaths.locate(absolute, true, "readlink"));
        } catch (error) {
          assertAnswer(error);
          // Links in a circle: what the text says has to do.
        }
        if (!authority.sees(real)) allow({ ...held.location, real, exists: true, given }, want);
        return encoded(target, encoding);
      });
    },

    rename(args, via) {
      const texts = [pathArgument(args[0], "oldPath"), pathArgument(args[1], "newPath")] as const;
      const want: Want = { mode: "write", follow: false, syscall: "rename", via };
      const from = hold(texts[0], want, "entry");
      let to: Held | undefined;
      try {
        to = hold(texts[1], want, "entry");
        allowMove(from.location, to.location, want);
      } catch (error) {
        from.release();
        to?.release();
        throw error;
      }
      const target = to;
      return relinking({
        args: [from.path, target.path],
        names: [
          { used: from.path, given: texts[0] },
          { used: target.path, given: texts[1] },
        ],
        release() {
          from.release();
          target.release();
        },
      });
    },

    symlink(args, via) {
      const target = pathArgument(args[0], "target");
      const given = pathArgument(args[1]);
      const want: Want = { mode: "write", follow: false, syscall: "symlink", via };
      const held = hold(given, want, "entry");
      try {
        allowLink(target, held.location, want);
      } catch (error) {
        held.release();
        throw (error as NodeJS.ErrnoException).code === "EACCES" ? fsError("EACCES", "symlink", target, given) : error;
      }
      return relinking(one(held, [target, held.path, ...args.slice(2)]));
    },

    link(args, via) {
      const want: Want = { mode: "write", follow: false, syscall: "link", via };
      const prepared = plainLink(args, via);
      try {
        const from = realPaths.locate(prepared.names[0]!.given, false, "link");
        const to = realPaths.locate(prepared.names[1]!.given, false, "link");
        allowDisclosure(from, to.real, want);
        // A second name for a link would lead elsewhere from its new folder.
        if (fs.lstatSync(from.real, { throwIfNoEntry: false })?.isSymbolicLink()) {
          allowLink(fs.readlinkSync(from.real), to, want);
        }
      } catch (error) {
        prepared.release();
        throw error;
      }
      return relinking(prepared);
    },

    copyFile(args, via) {
      const texts = [pathArgument(args[0], "src"), pathArgument(args[1], "dest")] as const;
      const from = hold(texts[0], { mode: "read", follow: true, syscall: "copyfile", via }, "file");
      let to: Held;
      try {
        to = hold(texts[1], { mode: "write", follow: true, syscall: "copyfile", via }, "file");
      } catch (error) {
        from.release();
        throw error;
      }
      let mode = args[2];
      // A new file must be new: `copyfile` would follow a link put there meanwhile.
      if (!to.location.exists) mode = (typeof mode === "number" ? mode : 0) | fs.constants.COPYFILE_EXCL;
      return {
        args: mode === undefined ? [from.path, to.path] : [from.path, to.path, mode],
        names: [
          { used: from.path, given: texts[0] },
          { used: to.path, given: texts[1] },
        ],
        release() {
          from.release();
          to.release();
        },
      };
    },

    readdir(args, via) {
      const given = pathArgument(args[0]);
      const options = readdirOptions(args[1]);
      if (authority.isSteady(given)) return { args: [given, options], names: [], release: nothing };
      const held = hold(given, { mode: "read", follow: true, syscall: "scandir", via }, "file");
      const result = (names: unknown[]) =>
        options.withFileTypes ? names.map((entry) => relocated(entry, given)) : names;
      return one(held, [held.path, options], result);
    },
  };

  /** Whether it is a folder above what is granted: programs make each one on the way by itself, and go on. */
  function isOnTheWay(given: string): boolean {
    try {
      const { exists, real } = realPaths.locate(given, true, "stat");
      return exists && scopes.isAncestor(real) && !scopes.covers(real, "write", true);
    } catch {
      return false;
    }
  }

  /** Whether a path leads to something that the principal may know of. */
  function isThere(given: string): boolean {
    try {
      const { exists, real } = realPaths.locate(given, true, "stat");
      return exists && authority.sees(real);
    } catch {
      return false;
    }
  }

  /** From now until it is over, nobody believes what was known of paths before. */
  function relinking(prepared: Prepared): Prepared {
    const end = realPaths.relink();
    return {
      ...prepared,
      release() {
        prepared.release();
        end();
      },
    };
  }

  /**
   * HAZARD: a link is an invitation to others to write where it leads (an
   * application's log, turned into its index.js): it takes both ends. `..` only
   * in front: behind a name it would mean another folder as soon as that name
   * becomes a link.
   */
  function allowLink(target: string, link: Location, want: Want): void {
    if (/[^./\\][/\\]+(?:.*[/\\])?\.\.(?:[/\\]|$)/.test(target)) throw fsError("EACCES", want.syscall, target);
    const absolute = target.startsWith(sep) || /^[A-Za-z]:/.test(target) ? target : link.folder + sep + target;
    locate(absolute, { ...want, mode: "write", follow: true });
    allowLead(link.real, resolve(absolute), want);
    // HAZARD: by a link the application would load, from a folder that it loads as a whole, what lies elsewhere.
    const inside = { ...link, real: link.real + sep + "index" };
    if (!scopes.covers(inside.real, "write")) allow(inside, want);
  }

  /**
   * HAZARD: another realm (a worker's) may believe for long that a path which it has read is no link. What may be
   * read, and what lies above that, becomes no link to what may be written only. Not where it leads, and not by a
   * name on the way: links there can be changed later.
   */
  function allowLead(link: string, leads: string, want: Want): void {
    if (!scopes.covers(link, "read") && !scopes.isAncestor(link)) return;
    let real = leads;
    try {
      ({ real } = realPaths.locate(leads, true, want.syscall));
    } catch (error) {
      assertAnswer(error);
      // Links in a circle lead nowhere.
    }
    for (const path of [leads, real])
      allowRead({ given: leads, real: path, folder: path, rest: "", exists: true, wantsFolder: false }, want);
  }

  /** HAZARD: what a package may write and not read does not become readable by another name. */
  function allowDisclosure(from: Location, target: string, want: Want): void {
    if (from.exists && scopes.covers(target, "read")) allowRead(from, want);
  }

  function allowRead(location: Location, want: Want): void {
    try {
      allow(location, { ...want, mode: "read" });
    } catch {
      throw fsError("EACCES", want.syscall, location.given);
    }
  }

  /** A folder moves with all that is in it: each thing must be the principal's to write, at both ends. */
  function allowMove(from: Location, to: Location, want: Want): void {
    if (!from.exists) return;
    const walk = (source: string, target: string): void => {
      for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
        const here = source + sep + entry.name;
        const there = target + sep + entry.name;
        allow({ ...from, real: here }, want);
        allow({ ...to, real: there }, want);
        allowDisclosure({ ...from, real: here }, there, want);
        if (entry.isDirectory()) walk(here, there);
        else if (entry.isSymbolicLink()) allowMovedLink(here, there, source, target);
      }
    };
    /** Where it led from the old folder, and where it leads from the new one. */
    const allowMovedLink = (link: string, moved: string, source: string, target: string): void => {
      const text = fs.readlinkSync(link);
      if (source !== target) allowLead(moved, resolve(target, text), want);
      if (source === target || text.startsWith(sep)) return;
      const leads = resolve(target, text);
      if (!isWithin(leads, to.real) || !isWithin(resolve(source, text), from.real)) allow({ ...to, real: leads }, want);
    };
    allowDisclosure(from, to.real, want);
    const moved = fs.lstatSync(from.real, { throwIfNoEntry: false });
    if (moved?.isSymbolicLink()) {
      const text = fs.readlinkSync(from.real);
      if (from.folder === to.folder) allowLead(to.real, resolve(to.folder, text), want);
      else allowLink(text, to, want);
    }
    if (moved?.isDirectory()) walk(from.real, to.real);
    if (to.exists && fs.lstatSync(to.real, { throwIfNoEntry: false })?.isDirectory()) walk(to.real, to.real);
  }
}

/** `readdir`'s options, each read once. */
export function readdirOptions(value: unknown): { encoding: any; withFileTypes: boolean; recursive: boolean } {
  const given = (typeof value === "object" && value !== null ? value : { encoding: value }) as Record<string, unknown>;
  const { encoding, withFileTypes, recursive } = given;
  return { __proto__: null, encoding, withFileTypes: Boolean(withFileTypes), recursive: Boolean(recursive) } as any;
}

/** A `Dirent` that names the folder as the caller did. */
export function relocated(entry: any, folder: string): unknown {
  if (Object.hasOwn(entry, "parentPath")) entry.parentPath = folder;
  if (Object.hasOwn(entry, "path")) entry.path = folder;
  return entry;
}
