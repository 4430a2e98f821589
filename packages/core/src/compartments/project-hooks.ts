/**
 * The share `require.hooks`: packages that change how the project's own modules are found, compiled and
 * loaded (`proxyquire`, `rewire`, `ts-node/register`). There is one `Module` then, one cache and one list of
 * extensions for the project, its workspace members and these packages, as in Node, where all have one.
 *
 * HAZARD: who has this `Module` compiles text as the application. The members of this group are the
 * application, and are told from it by nothing that would hold.
 */
import { join } from "node:path";
import type { Principal } from "../endowments/principal.ts";
import type { ModuleLoader } from "../endowments/reflective/module-class.ts";
import { makePatchableModule, type PatchableModule } from "./patchable-module.ts";
import type { World } from "./world.ts";

export interface ProjectHooks {
  includes(principal: Principal): boolean;
  /** What all members have as `module` and as the class of their modules. */
  readonly modules: PatchableModule;
  /** The application's world, whose are files that no member owns. */
  readonly project: World;
}

/**
 * @param location the application's folder
 * @param worldAt makes a package's world where there is none yet
 * @param ownerOf the location of the package which a file belongs to
 */
export function makeProjectHooks(
  location: string,
  worldAt: (location: string) => World,
  ownerOf: (file: string) => string,
  includes: (principal: Principal) => boolean,
): ProjectHooks {
  const project = (): World => worldAt(location);
  const memberFor = (file: string): World => {
    const world = worldAt(ownerOf(file));
    return includes(world.principal) ? world : project();
  };
  const loader: ModuleLoader = {
    get globalThis() {
      return project().compartment.globalThis;
    },
    createRequire: (file) => memberFor(`${file as string}`).commonJs.createRequire(`${file as string}`),
    load: (request, referrer, isMain, parent) => memberFor(referrer).commonJs.load(request, referrer, isMain, parent),
    resolveFilename: (request, referrer, paths) =>
      memberFor(referrer).commonJs.resolveFilename(request, referrer, paths),
    loadFile: (module, file) => memberFor(file).commonJs.loadFile(module as never, file),
    compileFunction: (parameters, body, options) =>
      textLoaderOf(options?.filename).compileFunction(parameters, body, options),
    evaluate: (source, options) => textLoaderOf(options?.filename).evaluate(source, options),
    importModule: (specifier, referrer) => project().context.loader.importModule(specifier, referrer),
  } as ModuleLoader;
  const textLoaderOf = (file: string | undefined) => (file === undefined ? project() : memberFor(file)).context.loader;

  let modules: PatchableModule | undefined;
  return {
    includes,
    get modules() {
      return (modules ??= makePatchableModule(loader, join(location, "noop.js")));
    },
    get project() {
      return project();
    },
  };
}
