import { TextEncoder } from "node:util";
import { MoatError } from "../errors/moat-error.ts";
import type { CanonicalName } from "../policy/types.ts";

/**
 * Canonical names: `.` is the root application, `./packages/a` a workspace
 * member, and everything else a path of dependency names joined by `>`.
 *
 * The names of folders in `node_modules` may hold anything that a file system
 * allows. What is not plain is percent-encoded (UTF-8, upper-case hex), so that
 * two folders never share a name, `>` and `/` keep their meaning, a dependency
 * never looks like a first-party principal (a leading `.`), no name is
 * `__proto__` (a leading `_`), and nothing in a name moves a terminal's cursor.
 */

/** Characters that stand for themselves; `.`, `_` and `@` not at the start of a dependency. */
const PLAIN = /^[A-Za-z0-9._~!$&'()+,;=-]$/u;

/** What nearly every name looks like; to decide it does not take encoding it again. */
const ORDINARY =
  /^(?:@[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*(?:>(?:@[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*)*$/u;

/** Whether it is the one spelling of a name: not `%61bc` for `abc`, no `./a/../b`. */
export function isCanonicalName(name: string): boolean {
  if (name === "." || ORDINARY.test(name)) return true;
  try {
    return splitName(name).every((step, index) => {
      const decoded = step.split("/").map(decodePart).join("/");
      return (index === 0 && step.startsWith("./") ? memberName(decoded) : escapeDependency(decoded)) === step;
    });
  } catch {
    return false;
  }
}

/** @throws MoatError `MOAT_NAME_INVALID` */
export function assertCanonicalName(name: string): asserts name is CanonicalName {
  if (isCanonicalName(name)) return;
  throw new MoatError(
    "MOAT_NAME_INVALID",
    `${JSON.stringify(name)} is not a canonical name: expected ".", "./packages/a" or a path of dependencies such as "express>debug"`,
    { fields: { name } },
  );
}

/** The root application and workspace members: code of the project itself. */
export function isFirstParty(name: CanonicalName): boolean {
  return name === "." || (name.startsWith("./") && !name.includes(">"));
}

/**
 * The name of `dependency` (as specifiers write it: `debug`, `@babel/core`) below `parent`.
 *
 * @throws MoatError `MOAT_NAME_INVALID` when no specifier could mean it
 */
export function joinName(parent: CanonicalName, dependency: string): CanonicalName {
  const step = escapeDependency(dependency);
  return parent === "." ? step : `${parent}>${step}`;
}

/** The name of a workspace member by its folder relative to the root, with `/` between its parts. */
export function memberName(folder: string): CanonicalName {
  const parts = folder.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..")) throw invalid(folder, "a workspace member lies inside its root");
  return `./${parts.map((part) => escapePart(part, "")).join("/")}`;
}

/** The steps of a name: `express>debug` gives `["express", "debug"]`, `.` gives none. */
export function splitName(name: CanonicalName): string[] {
  return name === "." ? [] : name.split(">");
}

function escapeDependency(dependency: string): string {
  const slash = dependency.indexOf("/");
  if (slash === -1) return escapePart(dependency, "._@");
  if (!dependency.startsWith("@")) throw invalid(dependency, "only a scoped package has a / in its name");
  const scope = dependency.slice(1, slash);
  const rest = dependency.slice(slash + 1);
  if (rest.includes("/")) throw invalid(dependency, "a package's name has at most one /");
  return `@${scope === "" ? "" : escapePart(scope, "")}/${escapePart(rest, "._")}`;
}

function escapePart(part: string, notFirst: string): string {
  if (part === "" || part === "." || part === "..") throw invalid(part, "it is empty or a relative path");
  // HAZARD: a lone surrogate has no UTF-8 form; two such names would become one.
  if (!part.isWellFormed()) throw invalid(part, "it is not well-formed Unicode");
  let escaped = "";
  for (const character of part) {
    escaped +=
      PLAIN.test(character) && !(escaped === "" && notFirst.includes(character)) ? character : percentEncode(character);
  }
  return escaped;
}

function percentEncode(character: string): string {
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
}

function decodePart(part: string): string {
  const decoded = decodeURIComponent(part);
  if (decoded.includes("/")) throw invalid(part, "a / can't be encoded");
  return decoded;
}

function invalid(name: string, reason: string): MoatError {
  return new MoatError("MOAT_NAME_INVALID", `${JSON.stringify(name)} can't be the name of a package: ${reason}`, {
    fields: { name },
  });
}
