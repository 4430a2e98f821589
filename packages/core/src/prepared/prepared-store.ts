/**
 * Prepared modules on disk: what parsing, rewriting, verifying and compiling a
 * file came to, in one file for each program.
 *
 * HAZARD: V8 checks of a code cache its version, its flags and the length of
 * the source alone; forged data runs other code than the text says. Hence: the
 * file is believed only if it begins with the user's secret, which neither a package
 * nor a repository can know, and is this user's alone to write (see `readOwnFile`);
 * and a module is found only for the very bytes that it was made from, which are kept
 * with it. A torn file is none: it is written whole, and says how long it is.
 *
 *     32 bytes secret | 4 bytes length of the index | 8 bytes length of the file | index (JSON) | texts | sources and code
 *
 * Code begins at a multiple of eight bytes: V8 copies what does not.
 *
 * All texts of one width are decoded at once, into one string outside of V8's heap if it is
 * long; a module's text is a slice of it, which the garbage collector has no need to copy.
 */
import { Buffer } from "node:buffer";
import { linkSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomically } from "../policy/write-file-atomically.ts";
import { shortHash } from "./short-hash.ts";
import { readOwnFile, SECRET_BYTES } from "./store-location.ts";

/** A module as it is kept; `facts` is JSON, and no concern of the store's. */
export interface StoredModule {
  /** What it was made from, to the byte. */
  readonly source: Buffer;
  readonly facts: unknown;
  readonly text: string;
  /** V8's code cache of the text; empty where there is none. */
  readonly code: Buffer;
}

export interface PreparedStore {
  /** The module of that name, if it was made from these bytes. */
  find(name: string, source: Buffer): StoredModule | undefined;
  readonly names: readonly string[];
  /** Whatever the sources are now. */
  entries(): Iterable<[name: string, module: StoredModule]>;
  /** What numbers in names stand for. */
  readonly texts: readonly string[];
  /** Writes the modules, whole or not at all. @throws where the folder can't be written. */
  replace(modules: ReadonlyMap<string, StoredModule>, texts?: readonly string[]): void;
}

/** Offsets into the payload, unless said. */
type Range = readonly [start: number, end: number];
type Width = "latin1" | "utf16le";

interface IndexRow {
  readonly source: Range;
  readonly facts: unknown;
  readonly width: Width;
  /** In characters, of the texts of this width. */
  readonly text: Range;
  readonly code: Range;
}

interface Index {
  /** All that the modules depend on besides their sources. */
  readonly identity: string;
  readonly texts: readonly string[];
  /** Where the modules' texts of each width lie. */
  readonly widths: Readonly<Record<Width, Range>>;
  readonly rows: readonly (readonly [string, IndexRow])[];
}

const HEAD_BYTES = SECRET_BYTES + 4 + 8;

/** Of code, in bytes. */
const ALIGNMENT = 8;
const paddingAfter = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;

/** Beyond this a program's modules are not kept: half a gigabyte of sources. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Lists of names that packages' globals have; with more, a program that makes new ones all the time starts again. */
const MOST_TEXTS = 1_000;

/**
 * @param secret the user's; see `secretIn`.
 * @param identity the file of another one is none.
 * @param readFile gives the bytes only of a file that can be believed.
 */
export function openPreparedStore(
  file: string,
  secret: Buffer,
  identity: string,
  readFile: (file: string) => Buffer | undefined = readOwnFile,
): PreparedStore {
  const { rows, texts, widths, payload } = readRows(readFile(file), secret, identity);
  const slice = ([start, end]: Range): Buffer => payload.subarray(start, end);
  const decoded: Partial<Record<Width, string>> = {};
  const read = ({ source, facts, width, text, code }: IndexRow): StoredModule => {
    const all = (decoded[width] ??= payload.toString(width, widths[width][0], widths[width][1]));
    return { source: slice(source), facts, text: all.slice(text[0], text[1]), code: slice(code) };
  };
  return {
    texts,
    names: [...rows.keys()],
    find(name, source) {
      const row = rows.get(name);
      return row !== undefined && slice(row.source).equals(source) ? read(row) : undefined;
    },
    *entries() {
      for (const [name, row] of rows) yield [name, read(row)];
    },
    replace(modules, numbered = []) {
      writeFileAtomically(file, packedStore(modules, numbered, secret, identity), 0o600);
      removeOldest(dirname(file));
    },
  };
}

interface Opened extends Pick<Index, "texts" | "widths"> {
  readonly rows: ReadonlyMap<string, IndexRow>;
  readonly payload: Buffer;
}

function readRows(bytes: Buffer | undefined, secret: Buffer, identity: string): Opened {
  const nothing: Opened = {
    rows: new Map(),
    texts: [],
    widths: { latin1: [0, 0], utf16le: [0, 0] },
    payload: Buffer.alloc(0),
  };
  if (bytes === undefined || bytes.length < HEAD_BYTES || !bytes.subarray(0, SECRET_BYTES).equals(secret))
    return nothing;
  if (bytes.readDoubleLE(SECRET_BYTES + 4) !== bytes.length) return nothing;
  const indexEnd = HEAD_BYTES + bytes.readUInt32LE(SECRET_BYTES);
  // Ours, since nobody else knows the secret: no need to doubt its shape.
  const index = JSON.parse(bytes.toString("utf8", HEAD_BYTES, indexEnd)) as Index;
  const { texts, widths } = index;
  if (index.identity !== identity || texts.length > MOST_TEXTS) return nothing;
  return { rows: new Map(index.rows), texts, widths, payload: bytes.subarray(indexEnd) };
}

/** A store's bytes, in pieces: together they would be copied, into fresh memory. */
export function packedStore(
  modules: ReadonlyMap<string, StoredModule>,
  texts: readonly string[],
  secret: Buffer,
  identity: string,
): Buffer[] {
  const kept = withinBounds(modules);
  const pieces: Record<Width, Buffer[]> = { latin1: [], utf16le: [] };
  const characters: Record<Width, number> = { latin1: 0, utf16le: 0 };
  // Trees have packages more than once: what was placed already is not written again.
  const places = new Map<string, Pick<IndexRow, "width" | "text">>();
  const placed = kept.map(([, { text }]) => {
    let place = places.get(text);
    if (place !== undefined) return place;
    const width = isLatin(text) ? "latin1" : "utf16le";
    const start = characters[width];
    characters[width] += text.length;
    pieces[width].push(Buffer.from(text, width));
    place = { width, text: [start, characters[width]] };
    places.set(text, place);
    return place;
  });
  const parts: Buffer[] = [];
  let at = 0;
  const add = (part: Buffer): Range => {
    parts.push(part);
    at += part.length;
    return [at - part.length, at];
  };
  const addAligned = (part: Buffer): Range => {
    add(Buffer.alloc(paddingAfter(at)));
    return add(part);
  };
  const addAll = (all: readonly Buffer[]): Range => {
    const start = at;
    for (const part of all) add(part);
    return [start, at];
  };
  const sources = new Map<string, { bytes: Buffer; range: Range }>();
  const addSource = (bytes: Buffer, text: string): Range => {
    const known = sources.get(text);
    if (known?.bytes.equals(bytes)) return known.range;
    const range = add(bytes);
    sources.set(text, { bytes, range });
    return range;
  };
  const index: Index = {
    identity,
    texts,
    widths: { latin1: addAll(pieces.latin1), utf16le: addAll(pieces.utf16le) },
    rows: kept.map(([name, { source, facts, text, code }], number) => [
      name,
      { source: addSource(source, text), facts, ...placed[number]!, code: addAligned(code) },
    ]),
  };
  const indexText = JSON.stringify(index);
  const indexBytes = Buffer.from(
    indexText + " ".repeat(paddingAfter(HEAD_BYTES + Buffer.byteLength(indexText))),
    "utf8",
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.set(secret);
  head.writeUInt32LE(indexBytes.length, SECRET_BYTES);
  head.writeDoubleLE(HEAD_BYTES + indexBytes.length + at, SECRET_BYTES + 4);
  return [head, indexBytes, ...parts];
}

function withinBounds(modules: ReadonlyMap<string, StoredModule>): [string, StoredModule][] {
  let bytes = 0;
  return [...modules].filter(([, { source, text, code }]) => {
    const more = source.length + text.length * 2 + code.length;
    if (bytes + more > MOST_BYTES) return false;
    bytes += more;
    return true;
  });
}

/** Whether each character takes one byte. */
export function isLatin(text: string): boolean {
  // In a text that V8 keeps so, it knows without looking that there is none.
  return !/[^\0-\xff]/.test(text);
}

/** Programs and Node versions that are kept of one project, and their bytes; the least recently written ones go. */
const MOST_FILES = 32;
const MOST_BYTES_OF_ALL = 1024 * 1024 * 1024;

/**
 * Puts a store where others look for it too: as the same file, since stores are replaced and never changed.
 * Nothing where it is not the user's own. @throws where nothing can be written
 */
export function shareStore(from: string, to: string): void {
  const bytes = readOwnFile(from);
  if (bytes === undefined) return;
  try {
    linkSync(from, to);
  } catch {
    // Another disk, or one that knows no links.
    writeFileAtomically(to, [bytes], 0o600);
  }
  removeOldest(dirname(to));
}

function removeOldest(folder: string): void {
  let bytes = 0;
  for (const [index, { file, size }] of storesIn(folder).entries()) {
    bytes += size;
    if (index < MOST_FILES && bytes <= MOST_BYTES_OF_ALL) continue;
    try {
      unlinkSync(file);
    } catch {
      // Another run was faster.
    }
  }
}

/** HAZARD: nothing but stores is removed, whatever else somebody keeps there. */
const STORE_NAME = /^[0-9a-f]{16}\.bin$/;

/** Where a store of that identity lies. */
export function storeFile(folder: string, identity: string): string {
  return join(folder, `${shortHash(identity)}.bin`);
}

interface StoreFile {
  readonly file: string;
  readonly name: string;
  readonly size: number;
  readonly writtenAt: number;
}

/** The stores of a folder, those first that were written last. */
export function storesIn(folder: string): StoreFile[] {
  const found: StoreFile[] = [];
  for (const name of readdirSync(folder)) {
    if (!STORE_NAME.test(name)) continue;
    const file = join(folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) found.push({ file, name, size: stat.size, writtenAt: stat.mtimeMs });
  }
  return found.toSorted((a, b) => b.writtenAt - a.writtenAt);
}
