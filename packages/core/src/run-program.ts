/** Runs a program under its policy, in this process. */
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { realpathSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Denial } from "./audit/denial.ts";
import { checkBeforehand } from "./compartments/check-beforehand.ts";
import { lockdownRealm } from "./compartments/lockdown.ts";
import { takePowers } from "./compartments/powers.ts";
import { makeRealm } from "./compartments/realm.ts";
import { emptyRealGlobal, freezeRealGlobal } from "./compartments/second-wall.ts";
import { evaluateModule } from "./compartments/module-record.ts";
import { installNetworkGuard } from "./endowments/net/index.ts";
import { MoatError } from "./errors/moat-error.ts";
import { makeDisk } from "./packages/disk.ts";
import { locateNames } from "./packages/locate-names.ts";
import { makeResolver } from "./packages/resolver.ts";
import { effectivePolicy } from "./policy/effective-policy.ts";
import type { Overrides, Policy } from "./policy/types.ts";

export interface ProgramOptions {
  /** Absolute path of the module to run. */
  readonly entry: string;
  /** `process.argv.slice(2)` of the program. */
  readonly argv: readonly string[];
  /** Absolute path of the project's folder. */
  readonly project: string;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Records denied uses and lets them through. */
  readonly audit?: boolean;
  readonly onDenial?: (denial: Denial) => void;
}

/** Where moat's own files are: no package may write them, and no stack shows them. */
const MOAT_FOLDER = dirname(fileURLToPath(import.meta.url));

/**
 * Locks this process down and starts the program in it. Returns at once; the
 * program runs as Node's own entry would, with its exit code and signals.
 *
 * @throws {MoatError} `MOAT_ENTRY_MISSING`; nothing of the program has run then.
 */
export function runProgram(options: ProgramOptions): void {
  const { policy, overrides } = options;
  const project = realpathSync.native(options.project);
  const resolver = makeResolver(makeDisk(), { roots: [project] });
  const policies = effectivePolicy(policy, overrides);
  const names = locateNames(policies.keys(), project, resolver);
  const entry = realEntry(options.entry);

  const powers = takePowers();
  powers.process.argv = [powers.process.execPath, options.entry, ...options.argv];
  emptyRealGlobal();
  const locked = lockdownRealm([`${pathToFileURL(MOAT_FOLDER).href}/`, "node:internal/modules/"]);
  locked.harden(MoatError);
  const realGlobalNames = freezeRealGlobal(powers.globals);
  locked.powerlessConstructors.enable(locked.makeCompartmentGlobal(), realGlobalNames);
  installNetworkGuard(powers);
  const realm = makeRealm({
    resolver,
    powers,
    policies,
    names,
    paths: {
      project,
      cwd: powers.process.cwd(),
      tmp: realpathSync.native(tmpdir()),
      home: realFolder(homedir()),
    },
    rootTrusted: policy.root === "trusted",
    audit: options.audit ?? false,
    onDenial: options.onDenial ?? (() => {}),
    makeCompartmentGlobal: locked.makeCompartmentGlobal,
    realGlobalNames,
    reservedPaths: [MOAT_FOLDER, join(project, "moat.policy.json"), join(project, "moat.overrides.json")],
    entry,
    launchers: {},
  });

  const resolution = resolver.resolve(entry, entry, "require");
  const world = realm.worldAt(resolution.location ?? project);
  if (checkBeforehand(realm, world, resolution) === "module") startModule();
  else powers.process.nextTick(() => void world.commonJs.exportsOf(entry, undefined, true));

  function startModule(): void {
    let settled = false;
    powers.process.on("exit", (code) => {
      // As Node: a program that ends while its entry still awaits has not finished.
      if (!settled && code === 0) powers.process.exitCode = 13;
    });
    const run = async (): Promise<void> => {
      const record = world.modules.recordFor(resolver.resolve(pathToFileURL(entry).href, entry, "import"));
      record.link();
      await evaluateModule(record);
    };
    run().then(
      () => {
        settled = true;
      },
      (error: unknown) => {
        settled = true;
        powers.globals["setImmediate"](() => {
          throw error;
        });
      },
    );
  }
}

function realEntry(entry: string): string {
  try {
    return realpathSync.native(entry);
  } catch (cause) {
    throw new MoatError("MOAT_ENTRY_MISSING", `there is no file ${entry}`, { fields: { entry }, cause });
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    // A home that is not there can't be granted; the scope covers nothing that exists.
    return folder;
  }
}
