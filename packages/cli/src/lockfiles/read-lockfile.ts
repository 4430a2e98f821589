import path from "node:path";
import type { LockedTree } from "./locked-tree.ts";
import { readNpmLock } from "./npm-lock.ts";
import { readPnpmLock } from "./pnpm-lock.ts";
import { readYarnLock } from "./yarn-lock.ts";

/** A file's text by its path relative to where lockfiles may lie, with `/`; undefined where there is none. */
export type ReadText = (file: string) => Promise<string | undefined>;

const { posix } = path;

/** In the order in which package managers themselves would look. */
const LOCKFILES = ["npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"] as const;

export interface FoundLockfile {
  /** Undefined where there is no lockfile, or none that can be read. */
  readonly tree: LockedTree | undefined;
  /** What the reader of a review has to know; empty mostly. */
  readonly note: string;
}

/**
 * The lockfile of a project: beside it, or in a folder above. `project` is relative to where `read` begins, with `/`,
 * and `""` where it is that folder.
 */
export async function findLockfile(project: string, read: ReadText): Promise<FoundLockfile> {
  for (let folder = project; ; folder = above(folder)) {
    for (const name of LOCKFILES) {
      // oxlint-disable-next-line no-await-in-loop -- the first that is there decides
      const text = await read(posix.join(folder, name));
      if (text === undefined) continue;
      try {
        // oxlint-disable-next-line no-await-in-loop
        return { tree: await readLock(name, text, folder, posix.relative(folder, project), read), note: "" };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return { tree: undefined, note: `${name} can't be read, so versions are not shown (${error.message}).` };
      }
    }
    if (folder === "") return { tree: undefined, note: "" };
  }
}

async function readLock(
  name: (typeof LOCKFILES)[number],
  text: string,
  folder: string,
  project: string,
  read: ReadText,
): Promise<LockedTree> {
  if (name === "pnpm-lock.yaml") return readPnpmLock(text, name, project);
  if (name !== "yarn.lock") return readNpmLock(text, name, project);
  const manifest = await read(posix.join(folder, project, "package.json"));
  const own = posix.join(project, ".");
  const ranges = manifest === undefined ? undefined : declaredRanges(manifest);
  return readYarnLock(text, name, project, (asked) => (asked === own ? ranges : undefined));
}

function declaredRanges(manifest: string): Map<string, string> {
  const fields = JSON.parse(manifest) as Readonly<Record<string, unknown>>;
  const ranges = new Map<string, string>();
  for (const table of ["dependencies", "devDependencies", "optionalDependencies"]) {
    const declared = fields[table];
    if (typeof declared !== "object" || declared === null) continue;
    for (const [name, range] of Object.entries(declared)) if (typeof range === "string") ranges.set(name, range);
  }
  return ranges;
}

function above(folder: string): string {
  const parent = posix.dirname(folder);
  return parent === "." ? "" : parent;
}
