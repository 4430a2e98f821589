/**
 * What `moat prepare` has made, for an image: stores inside of moat's own folder.
 *
 * HAZARD: whoever can write such a store decides what runs. It is believed where it lies
 * and for whom moat itself is: in moat's folder, which no package may write whatever it
 * is granted, in files of the same owner that nobody else may write. Who could forge one
 * could as well write another moat. The user that runs the program need not be that owner.
 */
import { Buffer } from "node:buffer";
import { mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import { MOAT_FOLDER } from "../moat-folder.ts";
import { openPreparedStore, packedStore, storeFile, type PreparedStore, type StoredModule } from "./prepared-store.ts";
import { readPlainFile, SECRET_BYTES } from "./store-location.ts";
import { writeFileAtomically } from "../policy/write-file-atomically.ts";

/** The kinds of stores: programs' modules, and moat's own code. */
export type AheadKind = "programs" | "own-code";

/** HAZARD: for files that are believed by their owner alone. */
const NO_SECRET = Buffer.alloc(SECRET_BYTES);

const folderOf = (kind: AheadKind): string => join(MOAT_FOLDER, "made-ahead", kind);

/** The store of that identity; an empty one where none was made, or it can't be believed. Nothing can be written to it. */
export function openMadeAhead(kind: AheadKind, identity: string): PreparedStore {
  return {
    ...openPreparedStore(storeFile(folderOf(kind), identity), NO_SECRET, identity, readOfMoat),
    replace: () => {},
  };
}

/**
 * Writes a store, whole, in the place of what was there.
 * @throws {MoatError} `MOAT_WRITE_FAILED` where moat's folder can't be written.
 */
export function makeAhead(
  kind: AheadKind,
  identity: string,
  modules: ReadonlyMap<string, StoredModule>,
  texts: readonly string[] = [],
): void {
  const folder = folderOf(kind);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw cannotWrite(folder, (cause as Error).message, cause);
  }
  if (realpathSync.native(folder) !== folder) throw cannotWrite(folder, "there is a link on the way");
  const file = storeFile(folder, identity);
  // Its mode would stay.
  try {
    rmSync(file, { force: true });
  } catch (cause) {
    throw cannotWrite(folder, (cause as Error).message, cause);
  }
  writeFileAtomically(file, packedStore(modules, texts, NO_SECRET, identity), 0o644);
}

function cannotWrite(folder: string, reason: string, cause?: unknown): MoatError {
  return new MoatError("MOAT_WRITE_FAILED", `can't write ${folder}: ${reason}`, {
    fields: { file: folder },
    nextStep: "run moat prepare as the user that has installed moat",
    cause,
  });
}

/** The bytes of a plain file that whoever owns moat may write, and nobody else. */
function readOfMoat(file: string): Buffer | undefined {
  return readPlainFile(file, (stat) => (stat.mode & 0o022) === 0 && stat.uid === statSync(MOAT_FOLDER).uid);
}
