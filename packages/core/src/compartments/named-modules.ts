/**
 * Modules by the names that texts have for them: with their ending, without it, or by the beginning of their name, which
 * whoever loads them completes (`${name}.route.js`). Each folder is listed once, since texts have many words.
 */
import { basename, dirname, join } from "node:path";
import type { Resolver } from "../packages/resolver.ts";

const CODE = /(?<!\.d)\.(?:[cm]?[jt]s|node)$/;

/** Whether a file is code by its name. */
export const isCode = (path: string): boolean => CODE.test(path);

interface Listed {
  /** Everything that lies there. */
  readonly names: ReadonlySet<string>;
  /** Files of code, by what they may be called. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
}

/** @returns the absolute paths of what a text in a module of that folder may mean */
export function makeNamedModules({
  disk,
}: Pick<Resolver, "disk">): (folder: string, name: string) => readonly string[] {
  const known = new Map<string, Listed>();
  const listed = (folder: string): Listed => {
    let found = known.get(folder);
    if (found === undefined) known.set(folder, (found = list(folder, disk.list(folder))));
    return found;
  };
  const isFolder = (path: string): boolean =>
    listed(dirname(path)).names.has(basename(path)) && disk.stat(path) === "dir";
  /** From the folder down, since nothing lies in most of what looks like a path (`text/html`). */
  const leadsToFolder = (folder: string, steps: readonly string[]): string | undefined => {
    let here = folder;
    for (const step of steps) {
      here = join(here, step);
      if (step !== "." && step !== ".." && step !== "" && !isFolder(here)) return undefined;
    }
    return here;
  };
  return (folder, name) => {
    const steps = name.split("/");
    if (steps.includes("node_modules")) return NONE;
    const last = steps.pop()!;
    const within = leadsToFolder(folder, steps);
    if (within === undefined) return NONE;
    const found = listed(within).modules.get(last);
    if (found !== undefined) return found;
    const path = join(within, last);
    return isFolder(path) ? (listed(path).modules.get("index") ?? NONE) : NONE;
  };
}

const NONE: readonly string[] = [];

function list(folder: string, names: readonly string[]): Listed {
  const modules = new Map<string, string[]>();
  for (const name of names) {
    if (!isCode(name)) continue;
    const path = join(folder, name);
    for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
      const called = name.slice(0, end);
      const others = modules.get(called);
      if (others === undefined) modules.set(called, [path]);
      else others.push(path);
    }
  }
  return { names: new Set(names), modules };
}
