import { homedir, tmpdir } from "node:os";
import type { ScopeFolders } from "../policy/scope-place.ts";
import { realFolder } from "./real-folder.ts";

/**
 * Those of a program that this process was started for. A worker or a child has those of its program.
 *
 * @param project real absolute folder
 */
export function scopeFolders(project: string, cwd: string): ScopeFolders {
  return { project, cwd, tmp: realFolder(tmpdir()), home: realFolder(homedir()) };
}
