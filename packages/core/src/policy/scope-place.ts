import { isAbsolute, join, normalize, sep } from "node:path";

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

/** Of a path of Windows. */
export const DRIVE = /^[A-Za-z]:(?=[\\/])/u;

/** Whether a scope is an absolute path, on whatever system: policies are compared on others than those that they are for. */
export function isAbsoluteScope(scope: string): boolean {
  return scope.startsWith("/") || scope.startsWith("\\\\") || DRIVE.test(scope);
}

const TOKEN = /^<(package|cwd|tmp|home)>(?=\/|$)/u;

/**
 * The absolute path that a scope means to a package; undefined where it means none, since it would leave its base or
 * has no spelling that is known.
 *
 * @param location real absolute folder of the package
 */
export function placeOfScope(scope: string, location: string, folders: ScopeFolders): string | undefined {
  if (scope === "." || scope.startsWith("./")) return within(folders.project, scope.slice(1));
  const token = TOKEN.exec(scope);
  if (token !== null) {
    const [text, name] = token as unknown as [string, "package" | "cwd" | "tmp" | "home"];
    return within(name === "package" ? location : folders[name], scope.slice(text.length));
  }
  return isAbsolute(scope) ? normalize(scope) : undefined;
}

function within(base: string, rest: string): string | undefined {
  const path = join(base, rest);
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep) ? path : undefined;
}
