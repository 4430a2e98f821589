import { promisify } from "node:util";
import type { EndowmentContext } from "../principal.ts";
import { dressed, takeCallback } from "./call-forms.ts";
import { makeDirs } from "./directories.ts";
import { makeFsAuthority } from "./authority.ts";
import { makeFileHandles } from "./file-handle.ts";
import { FS_MEMBERS, memberKeys, type MemberRow } from "./fs-members.ts";
import { constantsOf, onceMade, withStreams } from "./make-fs.ts";
import { makeRealPaths } from "./real-path.ts";
import { closingMembers, type FsMembers, type OwnMembers } from "./own-members.ts";
import { makeStreamClasses } from "./streams.ts";
import { makeWatchers } from "./watchers.ts";
import type { Fs, NodeDir } from "./node-fs.ts";

/**
 * The application's own `fs`: Node's functions behind wrappers of its own.
 * Objects that go on to packages (streams, folders) are facades all the same:
 * their classes must not carry the application's authority with them.
 */
export function makeTrustedMembers(context: EndowmentContext, raw: Fs): FsMembers {
  const members: OwnMembers = { fs: { __proto__: null } as any, promises: { __proto__: null } as any };
  const rawPromises = raw.promises as any;
  for (const [name, row] of Object.entries(FS_MEMBERS) as [string, MemberRow][]) {
    const keys = memberKeys(name, row);
    for (const key of keys.fs) {
      if (key in raw.constants) members.fs[key] = (raw.constants as any)[key];
      const real = key in raw.constants ? undefined : (raw as any)[key];
      if (real === undefined || row.kind === "refused") continue;
      if (name === "constants") members.fs[key] = constantsOf(context, raw);
      else if (row.kind === "harmless") members.fs[key] = real;
      else if (typeof real === "function")
        members.fs[key] = forwarded(real, "forms" in row && row.forms?.includes("c") === true && !key.endsWith("Sync"));
    }
    for (const key of keys.promises) {
      const real = rawPromises[key];
      if (key === "constants") members.promises[key] = constantsOf(context, raw);
      else if (typeof real === "function") members.promises[key] = forwarded(real, false);
    }
  }
  // What the application links or moves changes what packages' paths mean.
  const { relink } = context.shared("fs.realPaths", () => makeRealPaths(raw, context.powers.process));
  for (const name of ["symlink", "rename", "link", "cp"]) {
    const sync = members.fs[`${name}Sync`];
    const promise = members.promises[name];
    const callback = members.fs[name];
    members.fs[`${name}Sync`] = (...args: unknown[]) => {
      const end = relink();
      try {
        return sync(...args);
      } finally {
        end();
      }
    };
    members.promises[name] = async (...args: unknown[]) => {
      const end = relink();
      try {
        return await promise(...args);
      } finally {
        end();
      }
    };
    members.fs[name] = (...args: unknown[]) => {
      const done = takeCallback(args);
      const end = relink();
      const ended = (...values: Parameters<typeof done>) => {
        end();
        done(...values);
      };
      try {
        callback(...args, ended);
      } catch (error) {
        end();
        throw error;
      }
    };
  }
  const { exists } = members.fs;
  if (exists) Object.defineProperty(exists, promisify.custom, { value: async (path: any) => raw.existsSync(path) });
  for (const key of ["realpath", "realpathSync"] as const)
    members.fs[key].native = forwarded(raw[key].native, key === "realpath");

  const { Dir, wrap } = makeDirs(context);
  members.fs.Dir = Dir;
  const shown = (dir: NodeDir) =>
    wrap({
      path: dir.path,
      next: () => dir.readSync(),
      nextAsync: () => dir.read(),
      close: () => dir.closeSync(),
      closeAsync: () => dir.close(),
    });
  members.fs.opendirSync = (path: any, options?: any) => shown(raw.opendirSync(path, options));
  members.promises.opendir = async (path: any, options?: any) => shown(await raw.promises.opendir(path, options));
  members.fs.opendir = (...args: unknown[]) => {
    const callback = takeCallback(args);
    (raw.opendir as Function)(args[0], args[1] ?? {}, (error: unknown, dir: any) =>
      error ? callback(error) : callback(null, shown(dir)),
    );
  };

  const authority = makeFsAuthority(context);
  const { watch, watchFile, unwatchFile } = makeWatchers(context, authority, raw);
  Object.assign(members.fs, { watch, watchFile, unwatchFile });

  // HAZARD: a stream of Node's own handle is of Node's own class.
  const handles = makeFileHandles(context, authority, () => streams());
  members.promises.open = async (path: any, flags?: any, mode?: any) =>
    handles.wrap(await raw.promises.open(path, flags, mode));
  for (const name of ["readFile", "writeFile", "appendFile"]) {
    const real = rawPromises[name];
    members.promises[name] = async (path: unknown, ...rest: unknown[]) => real(handles.rawOf(path) ?? path, ...rest);
  }
  // Numbers that packages may be handed; see `descriptors.ts`.
  const opened = (fd: number): number => {
    authority.descriptors.add(fd, { real: "", writable: false });
    return fd;
  };
  members.fs.openSync = dressed(
    (...args: any) => opened((raw.openSync as Function)(...args)),
    "openSync",
    raw.openSync,
  );
  members.fs.open = dressed(
    (...args: any[]) => {
      const callback = takeCallback(args);
      (raw.open as Function)(...args, (error: unknown, fd: number) =>
        error ? callback(error) : callback(null, opened(fd)),
      );
    },
    "open",
    raw.open,
  );
  Object.assign(members.fs, closingMembers(authority.descriptors, raw, context.powers.process.nextTick));
  const { open, read, write, fsync } = raw;
  const streams = onceMade(() =>
    makeStreamClasses(
      context,
      { open, read, write, writeOwn: write, close: members.fs.close, fsync },
      handles.forStream,
    ),
  );
  return withStreams(members, streams);
}

/** An own function object in front of Node's. HAZARD: Node calls back with the request as `this`. */
function forwarded(real: Function, callsBack: boolean): Function {
  if (!callsBack) return dressed((...args: unknown[]) => real(...args), real.name, real);
  return dressed(
    (...args: unknown[]) => {
      for (let i = args.length - 1; i >= 0; i--) {
        const guest = args[i];
        if (typeof guest !== "function") continue;
        args[i] = (...values: unknown[]) => Reflect.apply(guest, undefined, values);
        break;
      }
      return real(...args);
    },
    real.name,
    real,
  );
}
