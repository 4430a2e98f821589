import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { makeDisk, makeResolver, MoatError, preloadEntry, preloadOf, type Preload } from "@moat/core/model";
import { join } from "node:path";
import type { PRELOAD_FLAGS } from "../arguments/node-flags.ts";
import type { Flags } from "../arguments/parse-flags.ts";
import { usageError } from "../arguments/usage-error.ts";
import { findEntry } from "./entry.ts";

/** A module that is loaded before the program, under its policy. */
export interface NamedPreload extends Preload {
  /** As the policy lists it: `require:dotenv/config`, `./setup.js`. */
  readonly name: string;
}

/**
 * What the command line has loaded first. Files are looked for from the current folder, as node does, and packages from the
 * project's, for which the policy is.
 *
 * @throws MoatError `MOAT_USAGE` for what is neither; what `findEntry` throws
 */
export function namedPreloads(flags: Flags<typeof PRELOAD_FLAGS>, cwd: string): NamedPreload[] {
  return (["require", "import"] as const).flatMap((mode) =>
    (flags[mode] ?? []).map((specifier): NamedPreload => {
      const path = pathOf(specifier);
      if (path !== undefined) {
        const { name, file } = findEntry(path, cwd);
        return { mode, specifier: file, name };
      }
      if (isBuiltin(specifier) || /^[a-z][a-z\d+.-]*:/iu.test(specifier))
        throw usageError(`--${mode} takes a file or a module of a package, not ${specifier}`, `--${mode} ./setup.js`);
      return { mode, specifier, name: preloadEntry({ mode, specifier }) };
    }),
  );
}

function pathOf(specifier: string): string | undefined {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  return /^(?:\.{1,2}(?:[\\/]|$)|[\\/]|[a-z]:[\\/])/iu.test(specifier) ? specifier : undefined;
}

/**
 * That an entry such as `require:dotenv/config` leads to something; others are not looked at.
 *
 * @throws MoatError `MOAT_ENTRY_MISSING`
 */
export function assertPreload(entry: string, project: string): void {
  const preload = preloadOf(entry);
  if (preload === undefined) return;
  try {
    makeResolver(makeDisk()).resolve(preload.specifier, join(project, "noop.js"), preload.mode);
  } catch (cause) {
    throw new MoatError("MOAT_ENTRY_MISSING", `${preload.specifier} is not installed in ${project}`, {
      fields: { entry, project },
      nextStep: "check the spelling, or install the package",
      cause,
    });
  }
}
