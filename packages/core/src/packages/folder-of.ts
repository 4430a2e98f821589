/**
 * Paths as a program's loading asks for them, thousands of times: Node's `dirname` and `join`
 * look at each character, in code that is not compiled yet by then.
 */
import { dirname, join, resolve, sep } from "node:path";

const IS_POSIX = sep === "/";

/** `dirname` of an absolute path. */
export const folderOf = (path: string): string => {
  const end = path.lastIndexOf("/");
  return IS_POSIX && end > 0 && end < path.length - 1 ? path.slice(0, end) : dirname(path);
};

/** `join` of an absolute folder, without a separator at its end, and a name that needs no normalising. */
export const inFolder = (folder: string, name: string): string =>
  IS_POSIX && folder !== "/" ? `${folder}/${name}` : join(folder, name);

/** Names with nothing to be normalised. */
const PLAIN = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

const isNormal = (folder: string): boolean =>
  !folder.includes("/../") &&
  !folder.includes("/./") &&
  !folder.includes("//") &&
  !folder.endsWith("/..") &&
  !folder.endsWith("/.") &&
  !folder.endsWith("/");

/** `resolve` of an absolute folder and a relative specifier. */
export const relativeTo = (folder: string, specifier: string): string => {
  if (!IS_POSIX || !isNormal(folder)) return resolve(folder, specifier);
  let at = folder;
  let rest = specifier.startsWith("./") ? specifier.slice(2) : specifier;
  for (; rest.startsWith("../"); rest = rest.slice(3)) at = folderOf(at);
  return PLAIN.test(rest) ? inFolder(at, rest) : resolve(folder, specifier);
};
