/** The positions of every file that was loaded, by the name that V8 knows it by: a path or a `file:` URL. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripTypes } from "../packages/typescript.ts";
import type { Functor } from "../loader/functor.ts";
import { makeSourcePositions, type SourcePositions } from "../loader/source-positions.ts";
import { stripByteOrderMark } from "../loader/byte-order-mark.ts";

interface LoadedSource {
  readonly text: string;
  positions(): SourcePositions;
}

const loaded = new Map<string, LoadedSource>();
let tell: ((fileName: string) => void) | undefined;

/** Calls back with the name of each file that is loaded from now on. */
export function onSource(listener: (fileName: string) => void): void {
  tell = listener;
}

/** For files alone: a name that evaluated text gives itself must not stand for another package's file. */
export function rememberSource(fileName: string, { text, positions }: Functor): void {
  let made: SourcePositions | undefined;
  // What was in no file may be in this one.
  if (found.size > 0) found.clear();
  tell?.(fileName);
  loaded.set(fileName, { text, positions: () => (made ??= makeSourcePositions(text, positions)) });
}

export function positionsIn(fileName: string): SourcePositions | undefined {
  return loaded.get(fileName)?.positions();
}

/** The rewritten text of a file, as V8 has it. */
export function loadedTextOf(fileName: string): string | undefined {
  return loaded.get(fileName)?.text;
}

const evaluated = new Map<string, string>();

/** Keeps an evaluated text of somebody of whom a stack may be asked what it calls; no two owners' have one name. */
export function rememberEvaluated(fileName: string, text: string): void {
  evaluated.set(fileName, text);
}

/** The rewritten text of a file, or of what was evaluated and is kept. */
export function keptTextOf(fileName: string): string | undefined {
  return loadedTextOf(fileName) ?? evaluated.get(fileName);
}

/** Some libraries ask for the text of each function that they are called with, and looking for it goes over all files. */
const found = new Map<string, string | undefined>();
/** How many are kept, and how long they may be. */
const MOST_KEPT = 500;
const LONGEST_KEPT = 2_000;

/**
 * What a piece of rewritten text, a function's own, was in its file before;
 * undefined where no loaded file holds it, or the file is no longer the same.
 */
export function sourceOf(piece: string): string | undefined {
  if (piece.length > LONGEST_KEPT) return lookFor(piece);
  const before = found.get(piece);
  if (before !== undefined || found.has(piece)) return before;
  if (found.size === MOST_KEPT) found.clear();
  const source = lookFor(piece);
  found.set(piece, source);
  return source;
}

function lookFor(piece: string): string | undefined {
  for (const [fileName, { text, positions }] of loaded) {
    const start = text.indexOf(piece);
    if (start === -1) continue;
    const { offsetOf, startOf, sourceLength } = positions();
    return textOnDisk(fileName, sourceLength)?.slice(startOf(start), offsetOf(start + piece.length));
  }
  return undefined;
}

/** A line, counted from 1, of a loaded file as it was written; undefined where the file is no longer the same. */
export function sourceLineOf(fileName: string, line: number): string | undefined {
  const positions = positionsIn(fileName);
  return positions && textOnDisk(fileName, positions.sourceLength)?.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1];
}

/** The text that was read last: programs ask for the texts of many functions of one file, if they ask at all. */
let lastRead: WeakRef<{ readonly fileName: string; readonly source: string }> | undefined;

function textOnDisk(fileName: string, length: number): string | undefined {
  const last = lastRead?.deref();
  if (last?.fileName === fileName && last.source.length === length) return last.source;
  const source = readOnDisk(fileName, length);
  if (source !== undefined) lastRead = new WeakRef({ fileName, source });
  return source;
}

function readOnDisk(fileName: string, length: number): string | undefined {
  const source = textInFile(fileName);
  return source?.length === length ? source : undefined;
}

/** What the file is prepared from, as it is now. */
export function textInFile(fileName: string): string | undefined {
  try {
    const path = fileName.startsWith("file:") ? fileURLToPath(fileName) : fileName;
    return stripByteOrderMark(stripTypes(readFileSync(path, "utf8"), path));
  } catch {
    // Gone, unreadable, or no text of that language by now.
    return undefined;
  }
}
