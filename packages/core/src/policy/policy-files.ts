import { TextDecoder } from "node:util";
import { lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { MoatError } from "../errors/moat-error.ts";
import { agreedPolicy, hasConflict, sidesOf } from "./conflict.ts";
import { parseOverrides, parsePolicy } from "./parse-policy.ts";
import type { Overrides, Policy } from "./types.ts";

/** Written by moat; at the project's root. */
export const POLICY_FILE = "moat.policy.json";
/** Written by people; beside it. */
export const OVERRIDES_FILE = "moat.overrides.json";

/** The project's policy, and its overrides or none. */
export interface PolicyFiles {
  readonly policy: Policy;
  readonly overrides: Overrides;
}

/**
 * Reads both files from the project's folder, strictly.
 *
 * @throws MoatError `MOAT_POLICY_MISSING`, `MOAT_POLICY_UNREADABLE`, `MOAT_POLICY_INVALID`, `MOAT_OVERRIDES_INVALID`
 */
export function readPolicy(projectDir: string): PolicyFiles {
  const policy = readPolicyFile(projectDir);
  if (policy === undefined) {
    throw new MoatError("MOAT_POLICY_MISSING", `there is no ${POLICY_FILE} in ${projectDir}`, {
      fields: { file: POLICY_FILE, projectDir },
      nextStep: "moat policy --write <entry>",
    });
  }
  return { policy, overrides: readOverrides(projectDir) };
}

/** The policy alone, or undefined where the project has none yet. */
export function readPolicyFile(projectDir: string): Policy | undefined {
  const text = readProjectFile(projectDir, POLICY_FILE);
  return text === undefined ? undefined : parsePolicy(text, POLICY_FILE);
}

/**
 * What both sides of an unresolved merge grant; undefined where the file has no conflict.
 *
 * @throws MoatError `MOAT_POLICY_INVALID` where one of the sides is malformed
 */
export function readConflictedPolicy(projectDir: string): Policy | undefined {
  const text = readProjectFile(projectDir, POLICY_FILE);
  if (text === undefined || !hasConflict(text)) return undefined;
  const sides = sidesOf(text);
  if (sides === undefined) {
    throw new MoatError("MOAT_POLICY_CONFLICT", `${POLICY_FILE} has conflict markers in no order that git leaves`, {
      fields: { file: POLICY_FILE },
      nextStep: `take one version whole: git checkout --ours -- ${POLICY_FILE}`,
    });
  }
  return agreedPolicy(
    parsePolicy(sides.ours, `${POLICY_FILE} (ours)`),
    parsePolicy(sides.theirs, `${POLICY_FILE} (theirs)`),
  );
}

/** The overrides, empty where the project has none. */
export function readOverrides(projectDir: string): Overrides {
  const text = readProjectFile(projectDir, OVERRIDES_FILE);
  return text === undefined ? { packages: Object.create(null) } : parseOverrides(text, OVERRIDES_FILE);
}

/** A file's text, or undefined where there is nothing by that name. */
function readProjectFile(projectDir: string, name: string): string | undefined {
  const filePath = path.join(projectDir, name);
  let bytes: Uint8Array;
  try {
    const stat = lstatSync(filePath, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    // HAZARD: a link may lead to where a package can write; what is committed is a file.
    if (stat.isSymbolicLink()) throw unreadable(name, "it is a symbolic link");
    if (stat.isDirectory()) throw unreadable(name, "it is a folder");
    if (!stat.isFile()) throw unreadable(name, "it is not a regular file");
    bytes = readFileSync(filePath);
  } catch (error) {
    if (error instanceof MoatError) throw error;
    throw unreadable(name, (error as NodeJS.ErrnoException).code ?? String(error), {
      cause: error,
      nextStep: `see that this user may read ${filePath}`,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(name, "it is not UTF-8 text", { cause: error });
  }
}

function unreadable(
  name: string,
  reason: string,
  {
    cause,
    nextStep = `put the committed file back: git checkout -- ${name}`,
  }: { cause?: unknown; nextStep?: string } = {},
): MoatError {
  return new MoatError("MOAT_POLICY_UNREADABLE", `${name} can't be read: ${reason}`, {
    fields: { file: name, reason },
    nextStep,
    cause,
  });
}
