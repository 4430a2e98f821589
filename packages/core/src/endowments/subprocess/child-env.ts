import { delimiter, isAbsolute, sep } from "node:path";
import type { EndowmentContext } from "../principal.ts";
import { principalProcess } from "../process/process.ts";
import { BASELINE_VARIABLES, LOADER_VARIABLES, matchesVariable } from "./loader-variables.ts";

/**
 * The folders where granted programs are looked for: moat's own `PATH` without
 * relative entries, and without those that packages fill. Under `npm run` the
 * first entry is `node_modules/.bin`, where any dependency may have put a `git`.
 */
export function programFolders(context: EndowmentContext): readonly string[] {
  const { project, tmp } = context.paths;
  const isInside = (folder: string, parent: string): boolean =>
    folder === parent || folder.startsWith(parent.endsWith(sep) ? parent : parent + sep);
  return (context.powers.process.env.PATH ?? "")
    .split(delimiter)
    .filter(
      (folder) =>
        isAbsolute(folder) &&
        !folder.split(sep).includes("node_modules") &&
        !isInside(folder, project) &&
        !isInside(folder, tmp),
    );
}

/**
 * The environment of a child: what programs need at all, what the principal
 * itself may see, and what it adds; never a variable that loads code.
 *
 * @param additions the caller's `env` option, which replaces the principal's own as in Node
 */
export function childEnv(context: EndowmentContext, additions: unknown): Record<string, string> {
  const { principal, powers } = context;
  const env: Record<string, string> = Object.create(null);
  const real = powers.process.env;
  for (const name of Object.keys(real)) {
    if (matchesVariable(BASELINE_VARIABLES, name)) env[name] = real[name]!;
  }
  const own: unknown = additions ?? (principalProcess(context) as NodeJS.Process).env;
  if (typeof own === "object" && own !== null) {
    // for-in: Node takes inherited variables too.
    for (const name in own) {
      // HAZARD: the name `NODE_OPTIONS=--require x #` sets NODE_OPTIONS: the system splits at the first `=`.
      if (name.includes("=")) continue;
      if (!principal.trusted && matchesVariable(LOADER_VARIABLES, name)) continue;
      const value = (own as Record<string, unknown>)[name];
      if (value !== undefined) env[name] = `${value as string}`;
    }
  }
  env.PATH = programFolders(context).join(delimiter);
  return env;
}
