import { realpathSync } from "node:fs";

/**
 * A folder's real path; as it is given where it is not there, or where the process may not
 * look at it: it can't be granted then, since the scope covers nothing that exists.
 */
export function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
