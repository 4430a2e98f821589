import { homedir, tmpdir } from "node:os";
import { realFolder } from "./real-folder.ts";

/** The folders that path scopes are relative to; all real absolute paths. */
export interface ScopeFolders {
  readonly project: string;
  /** `<cwd>` */
  readonly cwd: string;
  /** `<tmp>` */
  readonly tmp: string;
  /** `<home>` */
  readonly home: string;
}

/**
 * Those of a program that this process was started for. A worker or a child has those of its program.
 *
 * @param project real absolute folder
 */
export function scopeFolders(project: string, cwd: string): ScopeFolders {
  return { project, cwd, tmp: realFolder(tmpdir()), home: realFolder(homedir()) };
}
