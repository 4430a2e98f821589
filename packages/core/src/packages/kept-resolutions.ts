/**
 * What specifiers led to in an earlier run, inside of installed packages: reading manifests and looking
 * for files that are not there is a tenth of what loading a program costs.
 *
 * HAZARD: a stale answer is another file. Each answer names the facts that it was found by, and is used
 * only if all of them hold in this run:
 *
 * - a folder from which something was absent, or in which a file was found, has the same state: making,
 *   removing and renaming an entry, also into a link, changes a folder's times, which no program can set back;
 * - a manifest that was read has the same state;
 * - a folder that was there is one;
 * - no link is on the way to any of them: each is its own real path.
 *
 * An answer that a link leads to is not kept. Neither is one whose facts are younger than the clock of a
 * file system is exact. What the project's own code asks for is always looked up.
 */
import { sep } from "node:path";
import type { FileReader } from "./file-reader.ts";
import { folderOf } from "./folder-of.ts";
import type { Resolution } from "./types.ts";

/** What is to be known of a place on the disk. */
export interface PlaceReader {
  /** What changes with whatever lies there; undefined where nothing does, or a link is on the way. */
  stateOf(path: string): PlaceState | undefined;
  /** Whether anything lies there, if only a link that leads nowhere. */
  isTaken(path: string): boolean;
}

export interface PlaceState {
  readonly text: string;
  readonly isFolder: boolean;
  /** In milliseconds since the epoch. */
  readonly changedAt: number;
}

type Mode = "require" | "import";
/** `state` is undefined for a folder that has only to be there. */
type Fact = readonly [path: string, state?: string];
/** Zero: looked at, and not to be kept. */
type Row = 0 | readonly [path: string, locationLength: number, format: Resolution["format"], ambiguous: 0 | 1, facts: readonly number[]];
type Rows = readonly (readonly [specifier: string, row: Row])[];

/** As it is written; JSON. */
export interface ResolutionRecord {
  readonly facts: readonly Fact[];
  readonly from: readonly (readonly [origin: string, rows: Rows])[];
}

export interface KeptResolutions {
  find(mode: Mode, folder: string, specifier: string): Resolution | undefined;
  /** Remembers what was looked up in this run. */
  note(mode: Mode, folder: string, specifier: string, resolution: Resolution): void;
  /**
   * What is to be kept from now on; undefined where nothing has come up that could be.
   * @param resolveBy looks up afresh, with all that it sees of the disk coming from the reader.
   */
  record(disk: FileReader, resolveBy: (reader: FileReader, mode: Mode, folder: string, specifier: string) => Resolution | undefined, now: number): ResolutionRecord | undefined;
}

/** Beyond this a program asks for something else in each run. */
const MOST_ANSWERS = 20_000;
/** File systems' clocks tick in up to two seconds. */
const EXACT_TO_MS = 2_000;

export function openKeptResolutions(before: ResolutionRecord | undefined, places: PlaceReader): KeptResolutions {
  const facts: Fact[] = [...(before?.facts ?? [])];
  const holds: (boolean | undefined)[] = [];
  const rowsFrom = new Map(before?.from ?? []);
  const opened = new Map<string, Map<string, Row>>();
  const noted: { mode: Mode; folder: string; specifier: string; resolution: Resolution }[] = [];

  const rowsAt = (origin: string): Map<string, Row> => {
    let rows = opened.get(origin);
    if (rows === undefined) opened.set(origin, (rows = new Map(rowsFrom.get(origin))));
    return rows;
  };

  const states = new Map<string, PlaceState | undefined>();
  const stateOf = (path: string): PlaceState | undefined => {
    if (!states.has(path)) states.set(path, places.stateOf(path));
    return states.get(path);
  };

  const check = (number: number): boolean => {
    const [path, state] = facts[number]!;
    const found = stateOf(path);
    return (holds[number] = found !== undefined && (state === undefined ? found.isFolder : found.text === state));
  };

  return {
    find(mode, folder, specifier) {
      if (before === undefined || !isInstalled(folder)) return undefined;
      const row = rowsAt(mode + folder).get(specifier);
      if (row === undefined || row === 0) return undefined;
      const [path, locationLength, format, ambiguous, needed] = row;
      for (const number of needed) if (!(holds[number] ?? check(number))) return undefined;
      return { path, location: path.slice(0, locationLength), format, ...(ambiguous === 1 && { ambiguous: true }) };
    },
    note(mode, folder, specifier, resolution) {
      if (!isKeepable(folder, specifier, resolution) || rowsAt(mode + folder).get(specifier) === 0) return;
      noted.push({ mode, folder, specifier, resolution });
    },
    record(disk, resolveBy, now) {
      if (noted.length === 0) return undefined;
      const numbers = new Map(facts.map((fact, number) => [keyOf(fact), number]));
      let gained = false;
      for (const { mode, folder, specifier, resolution } of noted.splice(0)) {
        const seen = watch(disk, places);
        const again = resolveBy(seen.reader, mode, folder, specifier);
        if (again === undefined || !isSame(again, resolution)) continue;
        const needed = seen.facts();
        if (needed?.some(({ state }) => now - state.changedAt < EXACT_TO_MS)) continue;
        const { path, location, format, ambiguous } = resolution;
        const row: Row = needed === undefined ? 0 : [path, location!.length, format, ambiguous ? 1 : 0, needed.map(({ fact }) => numberOf(fact, numbers, facts))];
        rowsAt(mode + folder).set(specifier, row);
        gained = true;
      }
      return gained ? written(facts, rowsFrom, opened, holds) : undefined;
    },
  };
}

const keyOf = ([path, state]: Fact): string => `${state ?? ""}\0${path}`;

function numberOf(fact: Fact, numbers: Map<string, number>, facts: Fact[]): number {
  const key = keyOf(fact);
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = facts.push(fact) - 1));
  return number;
}

/** Answers that hold, or were not asked for in this run, with their facts numbered anew. */
function written(
  facts: readonly Fact[],
  rowsFrom: ReadonlyMap<string, Rows>,
  opened: ReadonlyMap<string, ReadonlyMap<string, Row>>,
  holds: readonly (boolean | undefined)[],
): ResolutionRecord {
  const numbers = new Map<string, number>();
  const needed: Fact[] = [];
  let answers = 0;
  const from: [string, Rows][] = [];
  for (const [origin, rows] of new Map<string, Iterable<readonly [string, Row]>>([...rowsFrom, ...opened])) {
    const kept: [string, Row][] = [];
    for (const [specifier, row] of rows) {
      if (++answers > MOST_ANSWERS) break;
      if (row === 0) kept.push([specifier, row]);
      else if (row[4].every((number) => holds[number] !== false)) {
        const [path, length, format, ambiguous, old] = row;
        kept.push([specifier, [path, length, format, ambiguous, old.map((number) => numberOf(facts[number]!, numbers, needed))]]);
      }
    }
    if (kept.length > 0) from.push([origin, kept]);
  }
  return { facts: needed, from };
}

const BOUNDARY = `${sep}node_modules${sep}`;

/** Below a `node_modules`, and not in a folder where tools put what they make. */
function isInstalled(path: string): boolean {
  const at = path.lastIndexOf(BOUNDARY);
  return sep === "/" && at !== -1 && path[at + BOUNDARY.length] !== ".";
}

function isKeepable(folder: string, specifier: string, { path, location, suffix }: Resolution): boolean {
  return isInstalled(folder) && location !== undefined && isInstalled(path) && suffix === undefined && path.startsWith(location) && !specifier.startsWith("/");
}

function isSame(a: Resolution, b: Resolution): boolean {
  return a.path === b.path && a.location === b.location && a.format === b.format && a.ambiguous === b.ambiguous && a.suffix === b.suffix;
}

interface SeenFact {
  readonly fact: Fact;
  readonly state: PlaceState;
}

/** A reader that notes what is asked of it. */
function watch(disk: FileReader, places: PlaceReader): { reader: FileReader; facts(): SeenFact[] | undefined } {
  const asked = new Set<string>();
  const read = new Set<string>();
  let isPlain = true;
  return {
    reader: {
      stat(path) {
        asked.add(path);
        return disk.stat(path);
      },
      realpath(path) {
        asked.add(path);
        return disk.realpath(path);
      },
      readText(path) {
        read.add(path);
        return disk.readText(path);
      },
      list(folder) {
        isPlain = false;
        return disk.list(folder);
      },
    },
    facts() {
      const found = new Map<string, SeenFact>();
      const need = (path: string, state: PlaceState | undefined, byState: boolean): boolean => {
        if (state === undefined) return false;
        const fact: Fact = byState ? [path, state.text] : [path];
        found.set(keyOf(fact), { fact, state: byState ? state : { ...state, changedAt: 0 } });
        return true;
      };
      const isKept = (path: string): boolean => {
        const state = places.stateOf(path);
        if (state?.isFolder) return need(path, state, false);
        if (state === undefined && places.isTaken(path)) return false;
        const folder = nearestFolder(path, disk);
        return need(folder, places.stateOf(folder), true);
      };
      if (!isPlain) return undefined;
      for (const path of asked) if (!isKept(path)) return undefined;
      for (const path of read) if (!need(path, places.stateOf(path), true)) return undefined;
      return [...found.values()];
    },
  };
}

/** The nearest folder above a path that is there. */
function nearestFolder(path: string, disk: FileReader): string {
  let folder = folderOf(path);
  while (disk.stat(folder) !== "dir" && folderOf(folder) !== folder) folder = folderOf(folder);
  return folder;
}
