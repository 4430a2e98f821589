import path from "node:path";
import { makeLockedTree, type LockedNode, type LockedPackage, type LockedTree } from "./locked-tree.ts";

type Json = Readonly<Record<string, unknown>>;

const { posix } = path;

/**
 * `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
 *
 * `project` is the policy's folder relative to the lockfile's, `""` where they are the same.
 * @throws SyntaxError where it is not JSON
 */
export function readNpmLock(text: string, file: string, project: string): LockedTree {
  const lock = asObject(JSON.parse(text));
  const entries = new Map<string, Json>();
  if (Object.hasOwn(lock, "packages")) {
    for (const [key, entry] of Object.entries(asObject(lock["packages"]))) entries.set(key, asObject(entry));
  } else {
    placeNested(asObject(lock["dependencies"]), "", entries);
  }
  const packages = new Map<string, LockedPackage>();
  for (const [key, entry] of entries) {
    const locked = lockedOf(key, entry);
    if (locked !== undefined) packages.set(key, locked);
  }
  const nodeAt = (folder: string): LockedNode => ({
    locked: packages.get(folder),
    step(dependency) {
      // Node's own look-up: the folder's node_modules, then those above it.
      for (let at = folder; ; at = parentOf(at)) {
        const key = posix.join(at, "node_modules", dependency);
        const entry = entries.get(key);
        const target = entry?.["link"] === true ? entry["resolved"] : undefined;
        if (entry !== undefined) return nodeAt(typeof target === "string" ? target : key);
        if (at === "") return undefined;
      }
    },
  });
  return makeLockedTree(file, [...packages.values()], (folder) => nodeAt(inside(project, folder)));
}

/** Version 1 nests what it installs; the others name the folders. */
function placeNested(dependencies: Json, folder: string, entries: Map<string, Json>): void {
  for (const [name, value] of Object.entries(dependencies)) {
    const entry = asObject(value);
    const key = posix.join(folder, "node_modules", name);
    entries.set(key, entry);
    placeNested(asObject(entry["dependencies"]), key, entries);
  }
}

function lockedOf(key: string, entry: Json): LockedPackage | undefined {
  const at = key.lastIndexOf("node_modules/");
  const { name: realName, version, integrity } = entry;
  if (at === -1 || typeof version !== "string") return undefined;
  return {
    key,
    name: key.slice(at + "node_modules/".length),
    ...(typeof realName === "string" ? { realName } : {}),
    version,
    ...(typeof integrity === "string" ? { integrity } : {}),
    installScript: entry["hasInstallScript"] === true,
  };
}

/** The folder whose `node_modules` comes next in the look-up. */
function parentOf(folder: string): string {
  const parent = posix.dirname(folder);
  // A link may say anything: of `/` there is no end.
  return parent === "." || parent === folder ? "" : parent;
}

function inside(project: string, folder: string): string {
  const joined = posix.join(project, folder);
  return joined === "." ? "" : joined;
}

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
