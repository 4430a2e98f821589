import type { Asked, MemoizedReader } from "./file-reader.ts";
import { inFolder } from "./folder-of.ts";
import { resolutionError } from "./resolution-error.ts";
import type { Manifest } from "./types.ts";

const TABLES = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;
const STRINGS = ["name", "version", "main"] as const;
const ANY = ["exports", "imports", "bin", "workspaces", "peerDependenciesMeta"] as const;

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keeps what has the right type. A field of a wrong type is as absent, which is what Node does. */
const pick = (raw: Fields): Manifest => {
  const manifest: Fields = Object.create(null);
  // HAZARD: own keys only. A manifest may name `__proto__` or `constructor`.
  const own = (name: string): unknown => (Object.hasOwn(raw, name) ? raw[name] : undefined);
  for (const name of STRINGS) {
    const value = own(name);
    if (typeof value === "string") manifest[name] = value;
  }
  for (const name of ANY) {
    const value = own(name);
    if (value !== undefined && value !== null) manifest[name] = value;
  }
  for (const name of TABLES) {
    const value = own(name);
    if (!isRecord(value)) continue;
    const table: Record<string, string> = Object.create(null);
    for (const [key, range] of Object.entries(value)) {
      if (typeof range === "string") table[key] = range;
    }
    manifest[name] = table;
  }
  const type = own("type");
  if (type === "module" || type === "commonjs") manifest["type"] = type;
  return Object.freeze(manifest) as Manifest;
};

/**
 * Parses the text of a `package.json`.
 * @throws ERR_INVALID_PACKAGE_CONFIG as Node does, for text that is no JSON object.
 */
const parseManifest = (text: string, path: string): Manifest => {
  let raw: unknown;
  try {
    raw = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    // For want of stack: that says nothing of the text.
    if (!(cause instanceof SyntaxError)) throw cause;
    const reason = cause.message;
    throw resolutionError("ERR_INVALID_PACKAGE_CONFIG", `Invalid package config ${path}. ${reason}`);
  }
  return pick(isRecord(raw) ? raw : {});
};

export interface ManifestReader {
  /** The manifest in a folder, remembered; undefined where there is none. */
  manifestOf(folder: string): Manifest | undefined;
  forgetAbsent(): void;
}

export const makeManifestReader = (disk: MemoizedReader): ManifestReader => {
  const known = new Map<string, Manifest>();
  const absent = new Set<string>();
  return {
    forgetAbsent: () => absent.clear(),
    manifestOf(folder) {
      const found = known.get(folder);
      if (found !== undefined || absent.has(folder)) {
        if (disk.asked !== undefined) noteAsked(disk.asked, inFolder(folder, "package.json"), found !== undefined);
        return found;
      }
      const path = inFolder(folder, "package.json");
      const text = disk.stat(path) === "file" ? disk.readText(path) : undefined;
      if (text === undefined) {
        absent.add(folder);
        return undefined;
      }
      const manifest = parseManifest(text, path);
      known.set(folder, manifest);
      return manifest;
    },
  };
};

function noteAsked({ places, texts }: Asked, path: string, isRead: boolean): void {
  places.push(path);
  if (isRead) texts.push(path);
}
