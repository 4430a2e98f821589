import { existsSync } from "node:fs";
import path from "node:path";
import {
  findWorkspaces,
  makeDisk,
  makeResolver,
  MoatError,
  POLICY_FILE,
  type FileReader,
  type Manifest,
} from "@moat/core/model";
import { listWords } from "../render/list-words.ts";

/**
 * In the root of a monorepo, where its members have the policies: the same error, which says where these are.
 * Any other error as it is.
 */
export function whereMembersHavePolicies(error: unknown): unknown {
  if (!(error instanceof MoatError) || error.code !== "MOAT_POLICY_MISSING") return error;
  const { projectDir } = error.fields;
  if (typeof projectDir !== "string" || error.nextStep?.includes("<entry>") !== true) return error;
  const disk = makeDisk();
  const members = findWorkspaces(projectDir, manifestOf(projectDir, disk), disk).filter((member) =>
    existsSync(path.join(projectDir, member, POLICY_FILE)),
  );
  if (members.length === 0) return error;
  return new MoatError(error.code, error.message, {
    fields: error.fields,
    nextStep: `change to the folder of the program: ${listWords(members)} ${members.length === 1 ? "has" : "have"} one`,
    cause: error,
  });
}

function manifestOf(project: string, disk: FileReader): Manifest {
  try {
    return makeResolver(disk, { roots: [project] }).manifestOf(project) ?? {};
  } catch {
    // It is no JSON, which is not what is being told.
    return {};
  }
}
