import { readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { escapeForTerminal, MoatError } from "@moat/core/model";
import type { CommandContext } from "../command-context.ts";
import type { ENV_FILE_FLAGS } from "../arguments/node-flags.ts";
import type { Flags } from "../arguments/parse-flags.ts";

/** Node reads it before it starts, and where moat keeps what it believes follows from the others. */
const NOT_FROM_FILES: ReadonlySet<string> = new Set(["NODE_OPTIONS", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"]);

/**
 * Puts what files say into the environment: what is there stays, and of two files the later one counts.
 *
 * @returns lines about what was left out
 * @throws MoatError `MOAT_USAGE` where a file can't be read
 */
export function readEnvFiles(flags: Flags<typeof ENV_FILE_FLAGS>, { cwd, env, setVariable }: CommandContext): string[] {
  const found: Record<string, string | undefined> = Object.create(null);
  for (const file of flags["env-file"] ?? []) Object.assign(found, readVariables(file, cwd, false));
  for (const file of flags["env-file-if-exists"] ?? []) Object.assign(found, readVariables(file, cwd, true));
  const lines: string[] = [];
  for (const [name, value] of Object.entries(found)) {
    if (env[name] !== undefined || value === undefined) continue;
    if (NOT_FROM_FILES.has(name)) lines.push(`moat takes no ${name} from a file: set it where moat is started`);
    else setVariable(name, value);
  }
  return lines;
}

function readVariables(file: string, cwd: string, mayBeMissing: boolean): NodeJS.Dict<string> {
  const where = path.resolve(cwd, file);
  try {
    return parseEnv(readFileSync(where, "utf8"));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (mayBeMissing && code === "ENOENT") return {};
    throw new MoatError("MOAT_USAGE", `the file of variables ${escapeForTerminal(where)} can't be read: ${code}`, {
      fields: { file: where },
      nextStep: mayBeMissing ? "see who may read it" : "check the path, or use --env-file-if-exists",
      cause,
    });
  }
}
