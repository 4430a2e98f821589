import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { OVERRIDES_FILE, POLICY_FILE, type FileReader } from "@moat/core/model";

/** What a reader answered, so that it can be asked later whether it would answer the same. Plain JSON. */
export interface DiskRecord {
  /** Folders by their state: nothing in them was added, removed or replaced. An absent one has none. */
  readonly folders: readonly (readonly [path: string, state: string])[];
  /** Files that were read, by folder: their names and states. */
  readonly files: readonly (readonly [folder: string, ...(readonly [name: string, state: string])[]])[];
  readonly unreadable: readonly string[];
  /** Single questions: what no folder's state answers. */
  readonly stats: readonly (readonly [path: string, kind: string])[];
  readonly realpaths: readonly (readonly [path: string, real: string])[];
  readonly lists: readonly (readonly [folder: string, names: string])[];
}

export interface RecordingReader extends FileReader {
  /** Undefined where something changed too lately to be told from what comes next. */
  readonly record: () => DiskRecord | undefined;
}

/** File systems count time in steps; a change within one can't be seen. */
const STEP_MS = 100;
const ABSENT = "";

/** The same reader; remembers what it was asked. */
export function recordReader(reader: FileReader): RecordingReader {
  const start = Date.now();
  const texts = new Set<string>();
  const unreadable = new Set<string>();
  const stats = new Map<string, string>();
  const realpaths = new Map<string, string>();
  const lists = new Map<string, string>();
  return {
    readText(path) {
      const text = reader.readText(path);
      (text === undefined ? unreadable : texts).add(path);
      return text;
    },
    stat(path) {
      const kind = reader.stat(path);
      stats.set(path, kind ?? ABSENT);
      return kind;
    },
    realpath(path) {
      const real = reader.realpath(path);
      realpaths.set(path, real ?? ABSENT);
      return real;
    },
    list(folder) {
      const names = reader.list(folder);
      lists.set(folder, textOfNames(names));
      return names;
    },
    record() {
      const states = makeStates(start);
      const single = (answers: ReadonlyMap<string, string>): [string, string][] => [...answers].filter(([path]) => !states.answer(path));
      const record: DiskRecord = {
        files: filesByFolder(texts, states.of),
        unreadable: [...unreadable],
        stats: single(stats),
        realpaths: [...realpaths].filter(([path, real]) => !states.answer(path) || (real !== path && real !== ABSENT)),
        lists: [...lists].filter(([folder]) => !states.answer(join(folder, "-"))),
        folders: [...states.folders],
      };
      // Of the topmost folders: that the way to them is still the same one.
      const ways = record.folders
        .filter(([folder, state]) => state !== ABSENT && !states.folders.has(dirname(folder)))
        .map(([folder]) => [folder, reader.realpath(folder) ?? ABSENT] as const);
      return states.isLate() ? undefined : { ...record, realpaths: [...record.realpaths, ...ways] };
    },
  };
}

/** Whether the reader would give the answers that were recorded: nothing that was looked at has changed. */
export function isUnchanged(record: DiskRecord, reader: FileReader): boolean {
  return (
    record.files.every(([folder, ...files]) => files.every(([name, state]) => stateOf(join(folder, name))?.state === state)) &&
    record.folders.every(([path, state]) => (stateOf(path)?.state ?? ABSENT) === state) &&
    record.unreadable.every((path) => reader.readText(path) === undefined) &&
    record.stats.every(([path, kind]) => (reader.stat(path) ?? ABSENT) === kind) &&
    record.realpaths.every(([path, real]) => (reader.realpath(path) ?? ABSENT) === real) &&
    record.lists.every(([folder, names]) => textOfNames(reader.list(folder)) === names)
  );
}

/** Without moat's own files: the command that asks writes them. */
function textOfNames(names: readonly string[]): string {
  return names.filter((name) => name !== POLICY_FILE && name !== OVERRIDES_FILE).join("/");
}

interface States {
  readonly folders: ReadonlyMap<string, string>;
  /** The state of a file that was read. */
  readonly of: (file: string) => string;
  /** Whether the state of a path's folder answers for the path: what lies in it is known, and no link. */
  readonly answer: (path: string) => boolean;
  readonly isLate: () => boolean;
}

function makeStates(start: number): States {
  const folders = new Map<string, string>();
  const links = new Map<string, ReadonlySet<string> | undefined>();
  let isLate = false;
  const lookAt = (folder: string): ReadonlySet<string> | undefined => {
    const found = stateOf(folder);
    if (found !== undefined && !isInPackage(folder)) return undefined;
    if (found !== undefined && found.changed > start - STEP_MS) isLate = true;
    folders.set(folder, found?.state ?? ABSENT);
    return found === undefined ? new Set() : linksIn(folder);
  };
  return {
    folders,
    of(file) {
      const found = stateOf(file);
      if (found === undefined || found.changed > start - STEP_MS) isLate = true;
      return found?.state ?? ABSENT;
    },
    answer(path) {
      const folder = dirname(path);
      if (!links.has(folder)) links.set(folder, lookAt(folder));
      return links.get(folder)?.has(basename(path)) === false;
    },
    isLate: () => isLate,
  };
}

/** In the project's own folders, the topmost `node_modules` included, other things come and go. */
function isInPackage(folder: string): boolean {
  return folder.includes(`${sep}node_modules${sep}`);
}

/**
 * A new text or entry, another file in its place, other permissions: another state. The
 * time of the last change of status is in it, which only the system can set.
 */
function stateOf(path: string): { readonly state: string; readonly changed: number } | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { state: `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`, changed: found.ctimeMs };
  } catch {
    // Below a file, or behind a folder that may not be looked into: as good as absent.
    return undefined;
  }
}

function linksIn(folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink()).map(({ name }) => name));
  } catch {
    // A file, or a folder that can't be listed: each question is asked again.
    return undefined;
  }
}

function filesByFolder(paths: Iterable<string>, stateOfFile: (path: string) => string): DiskRecord["files"] {
  const folders = new Map<string, [string, ...(readonly [string, string])[]]>();
  for (const path of paths) {
    const folder = dirname(path);
    let files = folders.get(folder);
    if (files === undefined) folders.set(folder, (files = [folder]));
    files.push([basename(path), stateOfFile(path)]);
  }
  return [...folders.values()];
}
