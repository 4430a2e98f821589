/** Runs a program under its policy, in this process. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkBeforehand } from "./compartments/check-beforehand.ts";
import { prepareFiles, type PreparedFiles } from "./compartments/prepare-files.ts";
import { endAtOnce } from "./launching/end-at-once.ts";
import { startAfter } from "./launching/start-after.ts";
import { startEntry } from "./launching/start-entry.ts";
import { startRecord } from "./launching/start-record.ts";
import { openPreparedModules, openPreparingAhead } from "./prepared/prepared-modules.ts";
import { resolveProgram } from "./packages/resolve-program.ts";
import { openProgram, type ProgramOptions } from "./launching/open-program.ts";
import { saveWhenSettled } from "./launching/save-when-settled.ts";

export type { ProgramOptions } from "./launching/open-program.ts";

/**
 * Locks this process down and starts the program in it. Returns at once; the
 * program runs as Node's own entry would, with its exit code and signals.
 *
 * @throws {MoatError} `MOAT_ENTRY_MISSING`; nothing of the program has run then.
 */
export function runProgram(options: ProgramOptions): void {
  const { started } = options;
  const { realm, powers, project, entry, resolutions } = openProgram(options, openPreparedModules);
  if (realm.prepared !== undefined)
    saveWhenSettled(realm.prepared, resolutions, powers, options.started?.worker !== undefined);
  if (started !== undefined) {
    startEntry(realm, started.request);
    return;
  }
  endAtOnce(powers);
  const { resolver } = realm;
  const resolution = resolveProgram(entry, resolver);
  const world = realm.worldAt(resolution.location ?? project);
  const { preloads = [] } = options;
  // What a preload compiles, such as ts-node, is no JavaScript before that.
  const isCompiled = preloads.length > 0 && realm.projectHooks?.includes(world.principal) === true;
  const kind = isCompiled ? resolution.format : checkBeforehand(realm, world, resolution);
  const start = (): void => {
    if (kind === "module")
      startRecord(powers, () => world.modules.recordFor(resolver.resolve(pathToFileURL(entry).href, entry, "import")));
    else world.commonJs.exportsOf(entry, undefined, true);
  };
  if (kind === "module" && preloads.length === 0) start();
  else
    powers.process.nextTick(() =>
      startAfter(powers, preloads, realm.worldAt(project), join(project, "[preload]"), start),
    );
}

/**
 * Prepares files for later runs of a program, of any user, and moat's own code too; runs
 * nothing of the program. The process is locked down afterwards, as for a program.
 *
 * @param files real absolute paths of modules that the program may load
 * @throws {MoatError} `MOAT_ENTRY_MISSING`; `MOAT_WRITE_FAILED` where moat's folder can't be written.
 */
export function prepareProgram(options: ProgramOptions, files: readonly string[]): PreparedFiles {
  const { realm } = openProgram(options, (_location, identity) => openPreparingAhead(identity));
  const prepared = prepareFiles(realm, files);
  realm.prepared!.save();
  const { keepOwnCodeAhead } = createRequire(import.meta.url)("./own-code.cjs") as typeof import("./own-code/index.ts");
  keepOwnCodeAhead();
  return prepared;
}
