/**
 * Node's `Module`, as the loader of one package sees it: with what it had when it was made, so that the
 * loader goes straight on where nobody has patched it, and through the patches where somebody has.
 *
 * @see https://nodejs.org/api/modules.html#the-module-object
 */
import {
  makeModuleClass,
  type ModuleClass,
  type ModuleLoader,
  type ModuleObject,
} from "../endowments/reflective/module-class.ts";

export interface PatchableModule {
  readonly Module: ModuleClass;
  /** What is there as long as nobody has put something else in its place. */
  readonly native: {
    readonly load: unknown;
    readonly resolveFilename: unknown;
    readonly nodeModulePaths: unknown;
    /** What loads a file of any extension. */
    readonly extension: unknown;
    /** Of `Module.prototype`. */
    readonly require: unknown;
    readonly loadModule: unknown;
    readonly compile: unknown;
    /** What stands before and after a module's text. */
    readonly wrapper: readonly unknown[];
  };
}

/**
 * @param loader what the class calls
 * @param fallbackReferrer a file, for calls that name no parent
 */
export function makePatchableModule(loader: ModuleLoader, fallbackReferrer: string): PatchableModule {
  const cache: Record<string, ModuleObject | undefined> = Object.create(null);
  const Module = makeModuleClass(loader, fallbackReferrer, cache);
  return {
    Module,
    native: {
      load: Module["_load"],
      resolveFilename: Module["_resolveFilename"],
      nodeModulePaths: Module["_nodeModulePaths"],
      extension: Module["_extensions"][".js"],
      require: Module.prototype.require,
      loadModule: Module.prototype["load"],
      compile: Module.prototype["_compile"],
      wrapper: [...Module["wrapper"]],
    },
  };
}
