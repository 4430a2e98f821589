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
import type { Asked } from "./file-reader.ts";
import { folderOf } from "./folder-of.ts";
import type { Resolution } from "./types.ts";

/** What is to be known of a place on the disk, at this very moment. */
export interface PlaceReader {
  /** What lies there itself, links not followed; undefined for a link, and where nobody can say. */
  look(path: string): Place | "nothing" | undefined;
}

/** What is there, and in which state. */
export interface Place {
  /** What changes with whatever lies there. */
  readonly state: string;
  readonly isFolder: boolean;
  /** In milliseconds since the epoch. */
  readonly changedAt: number;
}

type Mode = "require" | "import";
/** `state` is undefined for a folder that has only to be there. */
type Fact = readonly [path: string, state?: string];
/** Zero: looked at, and not to be kept. */
type Row =
  | 0
  | readonly [
      path: string,
      locationLength: number,
      format: Resolution["format"],
      ambiguous: 0 | 1,
      facts: readonly number[],
    ];
type Rows = readonly (readonly [specifier: string, row: Row])[];

/** As it is written; JSON. */
export interface ResolutionRecord {
  readonly facts: readonly Fact[];
  readonly from: readonly (readonly [origin: string, rows: Rows])[];
}

/** Answers of earlier runs, and those that this run adds. */
export interface KeptResolutions {
  find(mode: Mode, folder: string, specifier: string): Resolution | undefined;
  /** Remembers what was looked up in this run, and all that was asked of the disk for it. */
  note(mode: Mode, folder: string, specifier: string, resolution: Resolution, asked: Asked): void;
  /**
   * What is to be kept from now on; undefined where nothing has come up that could be.
   * @param begun when this run had looked at nothing yet. HAZARD: what changes after that may change
   * between a look and the state that is kept of it.
   */
  record(begun: number): ResolutionRecord | undefined;
}

/** Beyond this a program asks for something else in each run. */
const MOST_ANSWERS = 20_000;
/** File systems' clocks tick in up to two seconds. */
const EXACT_TO_MS = 2_000;

/** @param onNoted called whenever something was noted that may be kept */
export function openKeptResolutions(
  before: ResolutionRecord | undefined,
  places: PlaceReader,
  onNoted?: () => void,
): KeptResolutions {
  const facts: Fact[] = [...(before?.facts ?? [])];
  const holds: (boolean | undefined)[] = [];
  const rowsFrom = new Map(before?.from ?? []);
  const opened = new Map<string, Map<string, Row>>();
  const noted: { mode: Mode; folder: string; specifier: string; resolution: Resolution; asked: Asked }[] = [];

  const rowsAt = (origin: string): Map<string, Row> => {
    let rows = opened.get(origin);
    if (rows === undefined) opened.set(origin, (rows = new Map(rowsFrom.get(origin))));
    return rows;
  };
  const placeAt = makePlaces(places);

  const check = (number: number): boolean => {
    const [path, state] = facts[number]!;
    const found = placeAt(path);
    return (holds[number] = isPlace(found) && (state === undefined ? found.isFolder : found.state === state));
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
    note(mode, folder, specifier, resolution, asked) {
      if (!isKeepable(folder, specifier, resolution) || rowsAt(mode + folder).get(specifier) === 0) return;
      noted.push({ mode, folder, specifier, resolution, asked });
      onNoted?.();
    },
    record(begun) {
      if (noted.length === 0) return undefined;
      const numbers = new Map(facts.map((fact, number) => [keyOf(fact), number]));
      const number = makeFactNumbers(placeAt, (fact) => numberOf(fact, numbers, facts), begun);
      let gained = false;
      for (const { mode, folder, specifier, resolution, asked } of noted.splice(0)) {
        const needed = new Set<number>([...asked.places.map(number.ofPlace), ...asked.texts.map(number.ofText)]);
        if (needed.has(TOO_YOUNG)) continue;
        const { path, location, format, ambiguous } = resolution;
        rowsAt(mode + folder).set(
          specifier,
          needed.has(BY_LINK) ? 0 : [path, location!.length, format, ambiguous ? 1 : 0, [...needed]],
        );
        gained = true;
      }
      return gained ? written(facts, rowsFrom, opened, holds) : undefined;
    },
  };
}

const isPlace = (found: Place | "nothing" | undefined): found is Place => typeof found === "object";

/** What lies at places, each looked at once; undefined also where a link is on the way. */
function makePlaces(places: PlaceReader): (path: string) => Place | "nothing" | undefined {
  const known = new Map<string, Place | "nothing" | undefined>();
  const placeAt = (path: string): Place | "nothing" | undefined => {
    if (known.has(path)) return known.get(path);
    const above = folderOf(path);
    const around = above === path ? undefined : placeAt(above);
    let found: Place | "nothing" | undefined;
    if (above === path || (isPlace(around) && around.isFolder)) found = places.look(path);
    else found = around === undefined ? undefined : "nothing";
    known.set(path, found);
    return found;
  };
  return placeAt;
}

/** In the place of a fact's number: there is a link on the way, or a change that was too late to be told from the next one. */
const BY_LINK = -1;
const TOO_YOUNG = -2;

/** The facts that what was asked of the disk comes to. */
function makeFactNumbers(placeAt: ReturnType<typeof makePlaces>, numberOfFact: (fact: Fact) => number, begun: number) {
  const byState = (path: string, place: Place | "nothing" | undefined): number => {
    if (!isPlace(place)) return BY_LINK;
    return begun - place.changedAt < EXACT_TO_MS ? TOO_YOUNG : numberOfFact([path, place.state]);
  };
  const ofPlace = (path: string): number => {
    let place = placeAt(path);
    if (place === undefined) return BY_LINK;
    if (isPlace(place) && place.isFolder) return numberOfFact([path]);
    // A file, or nothing: the nearest folder that is there tells.
    let folder = path;
    do {
      folder = folderOf(folder);
      place = placeAt(folder);
    } while (place === "nothing");
    return byState(folder, place);
  };
  const ofText = (path: string): number => byState(path, placeAt(path));
  return { ofPlace: remembered(ofPlace), ofText: remembered(ofText) };
}

function remembered(answer: (path: string) => number): (path: string) => number {
  const known = new Map<string, number>();
  return (path) => {
    let number = known.get(path);
    if (number === undefined) known.set(path, (number = answer(path)));
    return number;
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
  const needed: Fact[] = [];
  const renumbered = new Int32Array(facts.length).fill(-1);
  const numberNow = (number: number): number => {
    if (renumbered[number] === -1) renumbered[number] = needed.push(facts[number]!) - 1;
    return renumbered[number]!;
  };
  let answers = 0;
  const from: [string, Rows][] = [];
  for (const [origin, rows] of new Map<string, Iterable<readonly [string, Row]>>([...rowsFrom, ...opened])) {
    const kept: [string, Row][] = [];
    for (const [specifier, row] of rows) {
      if (++answers > MOST_ANSWERS) break;
      if (row === 0) kept.push([specifier, row]);
      else if (row[4].every((number) => holds[number] !== false)) {
        const [path, length, format, ambiguous, old] = row;
        kept.push([specifier, [path, length, format, ambiguous, old.map(numberNow)]]);
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
  return (
    isInstalled(folder) &&
    location !== undefined &&
    isInstalled(path) &&
    suffix === undefined &&
    path.startsWith(location) &&
    !specifier.startsWith("/")
  );
}
