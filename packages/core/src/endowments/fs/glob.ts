import { isAbsolute, sep } from "node:path";
import type { FsAuthority } from "./authority.ts";
import { pathArgument } from "./path-argument.ts";
import { textsOf } from "../texts-of.ts";
import type { Fs } from "./node-fs.ts";

/**
 * Node's own glob, of whose answers only those that the principal may see are
 * passed on. It looks into folders outside as a pattern leads it; what it finds
 * there reaches neither the results nor `exclude`.
 */
export function makeGlob(authority: FsAuthority, fs: Fs) {
  const { realPaths, scopes, noteUse } = authority;
  const raw = fs as any;

  function sees(path: string): boolean {
    try {
      const { real } = realPaths.locate(path, true, "glob");
      const seen = scopes.covers(realPaths.locate(path, false, "glob").real, "read") && scopes.covers(real, "read");
      if (seen) noteUse(real, "read");
      return seen;
    } catch {
      return false;
    }
  }

  function prepared(patterns: unknown, options: any) {
    const { cwd, withFileTypes, exclude, followSymlinks } = (
      typeof options === "object" && options !== null ? options : {}
    ) as Record<string, any>;
    const folder = cwd === undefined ? undefined : pathArgument(cwd, "options.cwd");
    const base = folder ?? ".";
    const full = (one: any): string => {
      const path = typeof one === "string" ? one : `${one.parentPath ?? one.path}${sep}${one.name}`;
      return isAbsolute(path) ? path : base + sep + path;
    };
    const settings: Record<string, unknown> = { __proto__: null as never, withFileTypes: Boolean(withFileTypes) };
    if (folder !== undefined) settings.cwd = folder;
    if (followSymlinks !== undefined) settings.followSymlinks = Boolean(followSymlinks);
    if (typeof exclude === "function")
      settings.exclude = (one: unknown) => !sees(full(one)) || Boolean(Reflect.apply(exclude, undefined, [one]));
    else if (Array.isArray(exclude)) settings.exclude = textsOf(exclude);
    const list = Array.isArray(patterns) ? textsOf(patterns) : `${patterns as string}`;
    return { list, settings, shows: (one: unknown) => sees(full(one)) };
  }

  async function* each(patterns: unknown, options?: unknown): AsyncGenerator<unknown> {
    const { list, settings, shows } = prepared(patterns, options);
    for await (const one of raw.promises.glob(list, settings)) {
      if (shows(one)) yield one;
    }
  }

  return {
    sync(patterns: unknown, options?: unknown): unknown[] {
      const { list, settings, shows } = prepared(patterns, options);
      return raw.globSync(list, settings).filter(shows);
    },
    each,
    async all(patterns: unknown, options?: unknown): Promise<unknown[]> {
      const found: unknown[] = [];
      for await (const one of each(patterns, options)) found.push(one);
      return found;
    },
  };
}
