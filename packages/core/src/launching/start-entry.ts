/** Runs what a worker or child was started for, in the compartment of whoever asked for it. */
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { fileMachinery } from "../compartments/file-machinery.ts";
import { prepareSource, traitsOf } from "../compartments/prepare-source.ts";
import type { Realm } from "../compartments/realm.ts";
import type { World } from "../compartments/world.ts";
import { principalDescriptors } from "../endowments/fs/descriptors.ts";
import type { StartedText } from "../endowments/subprocess/launchers.ts";
import { prepareModule, prepareScript } from "../loader/late.ts";
import type { Resolution } from "../packages/types.ts";
import { startAfter } from "./start-after.ts";
import { startRecord } from "./start-record.ts";
import type { StartRequest } from "./start-request.ts";

/** @throws as Node's own start does: a module that is not there, a syntax error. */
export function startEntry(realm: Realm, request: StartRequest): void {
  const location = [...realm.names].find(([, name]) => name === request.principal)?.[0];
  if (location === undefined) throw new Error(`the policy names no package ${request.principal}`);
  const asker = realm.worldAt(location);
  const { process } = realm.powers;
  const here = join(process.cwd(), "[eval]");
  const { project } = request.paths;
  const isInside = here.startsWith(project + sep);
  const { entry, preload = [], pipes = [] } = request;
  // A pipe has no path, by which it could be granted again.
  for (const fd of pipes) principalDescriptors(asker.context).add(fd, { real: "", writable: true });
  process.nextTick(() => {
    // A program that was started from elsewhere has found them from its project's folder.
    startAfter(realm.powers, preload, asker, isInside ? here : join(project, "[eval]"), () => {
      if ("file" in entry) startFile(realm, asker, entry.file);
      else startText(realm, asker, entry, here);
    });
  });
}

function startFile(realm: Realm, asker: World, file: string): void {
  const resolution = realm.resolveFor(asker, file, file, "require");
  // HAZARD: the file's own package runs it, and only where the asking one may import it:
  // else whoever may start `node` could start the application's scripts with the application's authority.
  const owner = realm.cross(asker, resolution, file, () =>
    asker.principal.trusted ? missing(file) : realm.resolver.absent(file, file, "require"),
  );
  if (isModule(owner, resolution)) {
    const href = pathToFileURL(resolution.path).href;
    startRecord(realm.powers, () => owner.modules.recordFor(realm.resolver.resolve(href, resolution.path, "import")));
  } else {
    owner.commonJs.exportsOf(resolution.path, undefined, true);
  }
}

function isModule(owner: World, resolution: Resolution): boolean {
  if (resolution.format !== "commonjs") return resolution.format === "module";
  return resolution.ambiguous === true && prepareSource(owner, resolution).kind === "module";
}

function missing(file: string): Error {
  return Object.assign(new Error(`Cannot find module '${file}'`), { code: "MODULE_NOT_FOUND", requireStack: [] });
}

/** As Node runs them: a script with CommonJS's names as globals, or a module. */
function startText(realm: Realm, asker: World, text: StartedText, here: string): void {
  const { source, name = "[worker eval]" } = text;
  const { compartment } = asker;
  if (text.format === "module") {
    startTextModule(realm, asker, source, here);
    return;
  }
  let functor;
  try {
    functor = prepareScript(source, compartment.names, { script: true });
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/\b(?:import|export|await)\b/.test(source)) throw error;
    startTextModule(realm, asker, source, here);
    return;
  }
  const require = asker.commonJs.createRequire(here);
  const module = new asker.commonJs.Module(name);
  const given = { require, module, exports: module.exports, __filename: name, __dirname: "." };
  for (const [key, value] of Object.entries(given)) {
    Object.defineProperty(compartment.globalThis, key, {
      value,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
  const run = compartment.instantiate(functor, name, fileMachinery(asker, traitsOf(source), here));
  const result: unknown = Reflect.apply(run, compartment.globalThis, []);
  if (text.print === true) {
    const shown = typeof result === "string" ? result : inspect(result);
    realm.powers.process.stdout.write(`${shown}\n`);
  }
}

function startTextModule(realm: Realm, asker: World, source: string, here: string): void {
  const path = `${here}1`;
  const functor = prepareModule(source, asker.compartment.names);
  const resolution: Resolution = { path, format: "module", location: asker.principal.location };
  startRecord(realm.powers, () =>
    asker.modules.recordFor(resolution, { kind: "module", functor, ...traitsOf(source) }),
  );
}
