import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writevSync,
} from "node:fs";
import path from "node:path";
import { MoatError } from "../errors/moat-error.ts";

/**
 * Writes text, as UTF-8, or bytes in pieces, so that a reader sees the old file or the new one, never a
 * part: a temporary file in the same folder, synced, renamed over the old one.
 * The mode of an existing file stays. Nothing is left behind on failure.
 *
 * @throws MoatError `MOAT_WRITE_FAILED`; also when there is something else than a file
 */
export function writeFileAtomically(filePath: string, content: string | readonly Uint8Array[], mode = 0o644): void {
  const old = lstatSync(filePath, { throwIfNoEntry: false });
  if (old !== undefined && !old.isFile())
    throw failed(filePath, old.isSymbolicLink() ? "it is a link" : "it is not a file");
  const temporary = path.join(
    path.dirname(filePath),
    `.${path.basename(filePath)}.${Math.random().toString(36).slice(2)}.tmp`,
  );
  let opened: number | undefined;
  let made = false;
  try {
    // HAZARD: "wx" neither follows a link nor reuses a file that somebody put there.
    opened = openSync(temporary, "wx", mode);
    made = true;
    if (old !== undefined) fchmodSync(opened, old.mode & 0o777);
    if (typeof content === "string") writeFileSync(opened, content);
    else writeAll(opened, content);
    fsyncSync(opened);
    closeSync(opened);
    opened = undefined;
    renameSync(temporary, filePath);
    made = false;
  } catch (error) {
    throw failed(filePath, (error as Error).message, error);
  } finally {
    if (opened !== undefined) closeSync(opened);
    if (made) unlinkSync(temporary);
  }
}

function writeAll(opened: number, pieces: readonly Uint8Array[]): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const written = writevSync(opened, pieces);
  if (written !== length) throw new Error(`only ${written} of ${length} bytes could be written`);
}

function failed(filePath: string, reason: string, cause?: unknown): MoatError {
  return new MoatError("MOAT_WRITE_FAILED", `can't write ${filePath}: ${reason}`, {
    fields: { file: filePath },
    nextStep: "see that the folder is writable, and remove what is in the way",
    cause,
  });
}
