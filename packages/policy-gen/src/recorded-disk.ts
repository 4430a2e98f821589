import { lstatSync, readdirSync, statSync, type Stats } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { OVERRIDES_FILE, POLICY_FILE, type FileReader } from "@moat/core/model";

/** What a reader answered, so that it can be asked later whether it would answer the same. Plain JSON. */
export interface DiskRecord {
  /** Topmost folders of packages, which are no links; what is above them stands in `realpaths`. */
  readonly tops: readonly string[];
  /** Other folders, and those that are not there. */
  readonly folders: readonly string[];
  /** Files that were read: their names, by folder. */
  readonly files: readonly (readonly [folder: string, ...names: string[]])[];
  /**
   * The states of all these, one after the other, as the base64 of 64-bit numbers: there are
   * thousands, and as text each would take longer to compare than to ask for.
   */
  readonly states: string;
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
      const files = filesByFolder(texts);
      const fileStates = files.flatMap(([folder, ...names]) => names.map((name) => states.of(folder + sep + name)));
      const isOpen = (path: string): boolean => !states.answer(path);
      const unanswered = [...stats].filter(([path]) => isOpen(path));
      const moved = [...realpaths].filter(([path, real]) => isOpen(path) || (real !== path && real !== ABSENT));
      const openLists = [...lists].filter(([folder]) => isOpen(join(folder, "-")));
      const ways = new Map<string, string>();
      const tops: string[] = [];
      for (const [folder, state] of states.folders) {
        if (state === NOTHING || states.folders.has(dirname(folder))) continue;
        const real = reader.realpath(folder) ?? ABSENT;
        if (real === folder) {
          tops.push(folder);
          ways.set(dirname(folder), dirname(folder));
        } else ways.set(folder, real);
      }
      const isTop = new Set(tops);
      const folders = [...states.folders.keys()].filter((folder) => !isTop.has(folder));
      const all = [...[...tops, ...folders].map((folder) => states.folders.get(folder)!), ...fileStates];
      if (states.isLate()) return undefined;
      return {
        tops,
        folders,
        files,
        states: textOfStates(all),
        unreadable: [...unreadable],
        // That a folder is there, and where, its own state says.
        stats: unanswered.filter(([path, kind]) => !(isTop.has(path) && kind === "dir")),
        realpaths: [...moved.filter(([path, real]) => !(isTop.has(path) && real === path)), ...ways],
        lists: openLists,
      };
    },
  };
}

/** Whether the reader would give the answers that were recorded: nothing that was looked at has changed. */
export function isUnchanged(record: DiskRecord, reader: FileReader): boolean {
  const states = statesOf(record.states);
  let at = 0;
  const isSame = (found: Stats | undefined): boolean => {
    const row = at;
    at += STATE;
    return found === undefined
      ? states[row] === 0
      : states[row] === found.ino &&
          states[row + 1] === found.size &&
          states[row + 2] === found.mtimeMs &&
          states[row + 3] === found.ctimeMs;
  };
  return (
    // A link in the place of a folder has a state of its own.
    record.tops.every((path) => isSame(lookAt(path, lstatSync))) &&
    record.folders.every((path) => isSame(lookAt(path))) &&
    record.files.every(([folder, ...names]) => names.every((name) => isSame(lookAt(folder + sep + name)))) &&
    at === states.length &&
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
  readonly folders: ReadonlyMap<string, State>;
  /** The state of a file that was read. */
  readonly of: (file: string) => State;
  /** Whether the state of a path's folder answers for the path: what lies in it is known, and no link. */
  readonly answer: (path: string) => boolean;
  readonly isLate: () => boolean;
}

function makeStates(start: number): States {
  const folders = new Map<string, State>();
  const links = new Map<string, ReadonlySet<string> | undefined>();
  let isLate = false;
  const lookInto = (folder: string): ReadonlySet<string> | undefined => {
    const found = lookAt(folder);
    if (found !== undefined && !isInPackage(folder)) return undefined;
    if (found !== undefined && found.ctimeMs > start - STEP_MS) isLate = true;
    folders.set(folder, stateOf(found));
    return found === undefined ? new Set() : linksIn(folder);
  };
  return {
    folders,
    of(file) {
      const found = lookAt(file);
      if (found === undefined || found.ctimeMs > start - STEP_MS) isLate = true;
      return stateOf(found);
    },
    answer(path) {
      const folder = dirname(path);
      if (!links.has(folder)) links.set(folder, lookInto(folder));
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
type State = readonly [inode: number, size: number, modified: number, changed: number];
const STATE = 4;
/** No file has the inode 0. */
const NOTHING: State = [0, 0, 0, 0];

function stateOf(found: Stats | undefined): State {
  return found === undefined ? NOTHING : [found.ino, found.size, found.mtimeMs, found.ctimeMs];
}

function textOfStates(states: readonly State[]): string {
  return Buffer.from(new Float64Array(states.flat()).buffer).toString("base64");
}

function statesOf(text: string): Float64Array {
  const bytes = Buffer.from(text, "base64");
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function lookAt(path: string, look: typeof statSync = statSync): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch {
    // Below a file, or behind a folder that may not be looked into: as good as absent.
    return undefined;
  }
}

function linksIn(folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isSymbolicLink())
        .map(({ name }) => name),
    );
  } catch {
    // A file, or a folder that can't be listed: each question is asked again.
    return undefined;
  }
}

function filesByFolder(paths: Iterable<string>): DiskRecord["files"] {
  const folders = new Map<string, [folder: string, ...names: string[]]>();
  for (const path of paths) {
    const folder = dirname(path);
    const files = folders.get(folder);
    if (files === undefined) folders.set(folder, [folder, basename(path)]);
    else files.push(basename(path));
  }
  return [...folders.values()];
}
