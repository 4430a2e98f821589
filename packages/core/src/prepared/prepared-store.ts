/**
 * Prepared modules on disk: what parsing, rewriting, verifying and compiling a
 * file came to, in one file for each program.
 *
 * HAZARD: V8 checks of a code cache its version, its flags and the length of
 * the source alone; forged data runs other code than the text says. Hence: each
 * module is found by a SHA-256 of its source, the whole file carries an
 * HMAC-SHA256 under a key that lies outside of the project, and what does not
 * verify is not there. A torn or stale file is one that does not verify.
 *
 *     32 bytes HMAC of the rest | 4 bytes length of the index | index (JSON) | texts and code
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomically } from "../policy/write-file-atomically.ts";

/** A module as it is kept; `facts` is JSON, and no concern of the store's. */
export interface StoredModule {
  readonly facts: unknown;
  readonly text: string;
  /** V8's code cache of the text; empty where there is none. */
  readonly code: Buffer;
}

export interface PreparedStore {
  find(key: string): StoredModule | undefined;
  /** Writes the modules, whole or not at all. @throws where the folder can't be written. */
  replace(modules: ReadonlyMap<string, StoredModule>): void;
  readonly keys: readonly string[];
}

interface IndexRow {
  readonly facts: unknown;
  /** Offsets into the payload; `latin` texts take one byte a character. */
  readonly text: readonly [start: number, end: number];
  readonly latin: boolean;
  readonly code: readonly [start: number, end: number];
}

const MAC_BYTES = 32;
const HEAD_BYTES = MAC_BYTES + 4;

/** Beyond this a program's modules are not kept: half a gigabyte of sources. */
const MOST_BYTES = 192 * 1024 * 1024;

/** @param macKey 32 secret bytes; see `macKeyIn`. */
export function openPreparedStore(file: string, macKey: Buffer): PreparedStore {
  const { rows, payload } = readRows(file, macKey);
  return {
    keys: [...rows.keys()],
    find(key) {
      const row = rows.get(key);
      if (row === undefined) return undefined;
      const bytes = payload.subarray(row.text[0], row.text[1]);
      return {
        facts: row.facts,
        text: bytes.toString(row.latin ? "latin1" : "utf16le"),
        code: payload.subarray(row.code[0], row.code[1]),
      };
    },
    replace(modules) {
      writeFileAtomically(file, seal(modules, macKey));
      removeOldest(dirname(file));
    },
  };
}

function readRows(file: string, macKey: Buffer): { rows: Map<string, IndexRow>; payload: Buffer } {
  const nothing = { rows: new Map<string, IndexRow>(), payload: Buffer.alloc(0) };
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    // None yet, or unreadable: the program is prepared anew.
    return nothing;
  }
  if (bytes.length < HEAD_BYTES) return nothing;
  const mac = createHmac("sha256", macKey).update(bytes.subarray(MAC_BYTES)).digest();
  if (!timingSafeEqual(mac, bytes.subarray(0, MAC_BYTES))) return nothing;
  const indexEnd = HEAD_BYTES + bytes.readUInt32LE(MAC_BYTES);
  // Ours, since the HMAC holds: no need to doubt its shape.
  const index = JSON.parse(bytes.toString("utf8", HEAD_BYTES, indexEnd)) as [string, IndexRow][];
  return { rows: new Map(index), payload: bytes.subarray(indexEnd) };
}

function seal(modules: ReadonlyMap<string, StoredModule>, macKey: Buffer): Buffer {
  const index: [string, IndexRow][] = [];
  const parts: Buffer[] = [];
  let at = 0;
  const add = (part: Buffer): [number, number] => {
    parts.push(part);
    at += part.length;
    return [at - part.length, at];
  };
  for (const [key, { facts, text, code }] of modules) {
    if (at + text.length * 2 + code.length > MOST_BYTES) continue;
    // eslint-disable-next-line no-control-regex -- the characters that take one byte
    const latin = /^[\0-\xff]*$/.test(text);
    index.push([key, { facts, latin, text: add(Buffer.from(text, latin ? "latin1" : "utf16le")), code: add(code) }]);
  }
  const indexBytes = Buffer.from(JSON.stringify(index), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(indexBytes.length);
  const hmac = createHmac("sha256", macKey);
  const rest = [length, indexBytes, ...parts];
  for (const part of rest) hmac.update(part);
  return Buffer.concat([hmac.digest(), ...rest]);
}

/** Programs and Node versions that a folder keeps; the least recently written ones go. */
const MOST_FILES = 24;

function removeOldest(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".bin")).map((name) => join(folder, name));
  if (files.length <= MOST_FILES) return;
  const age = new Map(files.map((file) => [file, statSync(file).mtimeMs]));
  files.sort((a, b) => age.get(b)! - age.get(a)!);
  for (const file of files.slice(MOST_FILES)) unlinkSync(file);
}

/** The key under which a source is kept: its text's SHA-256 and how it is to be prepared. */
export function keyOf(source: Buffer, variant: string): string {
  return `${createHash("sha256").update(source).digest("base64url")}:${variant}`;
}
