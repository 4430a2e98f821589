import { join } from "node:path";
import type { FileReader } from "./file-reader.ts";
import type { Manifest } from "./types.ts";

const asStrings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** `workspaces` as npm and yarn write it: a list, or an object with `packages`. */
const fromManifest = (workspaces: unknown): string[] =>
  typeof workspaces === "object" && workspaces !== null && !Array.isArray(workspaces)
    ? asStrings((workspaces as { packages?: unknown }).packages)
    : asStrings(workspaces);

const unquote = (text: string): string => {
  const bare = text.trim();
  const quoted = /^(?:'([^']*)'|"([^"]*)")/.exec(bare);
  return quoted ? (quoted[1] ?? quoted[2] ?? "") : bare.replace(/\s+#.*$/, "");
};

/** The `packages:` list of a `pnpm-workspace.yaml`, block or inline; nothing else of YAML. */
export const parsePnpmWorkspace = (text: string): string[] => {
  const patterns: string[] = [];
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const head = /^packages\s*:\s*(.*)$/.exec(line);
    if (head) {
      const inline = /^\[(.*)\]/.exec(head[1]!);
      if (inline) patterns.push(...inline[1]!.split(",").map(unquote).filter(Boolean));
      inside = inline === null;
      continue;
    }
    const item = inside ? /^\s*-\s+(.*)$/.exec(line) : null;
    if (item) patterns.push(unquote(item[1]!));
    else inside = false;
  }
  return patterns;
};

const segmentPattern = (segment: string): RegExp =>
  new RegExp(
    `^${segment
      .replace(/[\\^$+.()|{}[\]]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

const clean = (pattern: string): string[] => pattern.split("/").filter((part) => part !== "" && part !== ".");

/** Folders below `base` that a pattern's segments match, as `packages/a`. */
const expand = (disk: FileReader, base: string, segments: readonly string[], prefix: string): string[] => {
  const [segment, ...rest] = segments;
  if (segment === undefined) return prefix === "" ? [] : [prefix];
  const into = (name: string): string => (prefix === "" ? name : `${prefix}/${name}`);
  if (segment !== "**" && !/[*?]/.test(segment)) return expand(disk, base, rest, into(segment));
  const folders = disk
    .list(join(base, prefix))
    .filter((name) => name !== "node_modules" && !name.startsWith("."))
    .filter((name) => disk.stat(join(base, into(name))) === "dir");
  if (segment === "**") {
    return [
      ...expand(disk, base, rest, prefix),
      ...folders.flatMap((name) => expand(disk, base, segments, into(name))),
    ];
  }
  const pattern = segmentPattern(segment);
  return folders.filter((name) => pattern.test(name)).flatMap((name) => expand(disk, base, rest, into(name)));
};

const matches = (path: readonly string[], pattern: readonly string[]): boolean => {
  const [head, ...rest] = pattern;
  if (head === undefined) return path.length === 0;
  if (head === "**") {
    return matches(path, rest) || (path.length > 0 && matches(path.slice(1), pattern));
  }
  return path.length > 0 && segmentPattern(head).test(path[0]!) && matches(path.slice(1), rest);
};

/**
 * The workspace members of a project, as sorted paths relative to it
 * (`packages/a`, always with `/`): each a folder with a `package.json`.
 */
export const findWorkspaces = (projectDir: string, manifest: Manifest, disk: FileReader): string[] => {
  const pnpm = disk.readText(join(projectDir, "pnpm-workspace.yaml"));
  const patterns = [...fromManifest(manifest.workspaces), ...(pnpm === undefined ? [] : parsePnpmWorkspace(pnpm))];
  const found = new Set<string>();
  // In order: an exclusion takes back what came before it.
  for (const pattern of patterns) {
    const segments = clean(pattern.replace(/^!/, ""));
    // A member above the project is not the project's own.
    if (segments.includes("..")) continue;
    if (pattern.startsWith("!")) {
      for (const path of found) if (matches(path.split("/"), segments)) found.delete(path);
      continue;
    }
    for (const path of expand(disk, projectDir, segments, "")) {
      if (disk.stat(join(projectDir, path, "package.json")) === "file") found.add(path);
    }
  }
  return [...found].sort();
};
