/**
 * Development servers (`next dev`) build modules of the project, load them, take them off `require.cache` when they
 * have built them anew, and load them again. They run as the application, in whose cache they lie; so what lies there is
 * shown to the package whose command was started, and what it takes off its own cache is loaded anew for everybody.
 *
 * HAZARD: only what that package may write. It says by a file what the module is at the next start, and
 * by this that the file counts now; of others it could have the application begin anew, without what it has noted.
 */
import type { ModuleObject } from "../endowments/reflective/module-class.ts";
import type { CommonJsLoader } from "./commonjs-loader.ts";

const { defineProperty, hasOwn } = Object;

export interface ReloadedModules {
  /** Shows a module of the project that is about to run. */
  show(path: string, module: ModuleObject): void;
  /** It did not come to its end: it is shown no more. */
  hide(path: string): void;
  /** Whether it was shown and taken off. */
  wasTakenOff(path: string): boolean;
}

/** @param command the loader of the package whose command was started, made when it is needed. */
export function makeReloadedModules(
  command: () => CommonJsLoader,
  mayWrite: (path: string) => boolean,
): ReloadedModules {
  const shown = new Set<string>();
  return {
    show(path, module) {
      const { Module, cache } = command();
      // HAZARD: the cache is the package's to change: nothing here may call what it has put there.
      if (hasOwn(cache, path) || !mayWrite(path)) return;
      const likeness = new Module(path);
      likeness.filename = path;
      likeness.loaded = true;
      defineProperty(likeness, "exports", {
        get: () => module.exports as unknown,
        set(this: object, value: unknown) {
          defineProperty(this, "exports", { value, writable: true, enumerable: true, configurable: true });
        },
        enumerable: true,
        configurable: true,
      });
      defineProperty(cache, path, { value: likeness, writable: true, enumerable: true, configurable: true });
      shown.add(path);
    },
    hide(path) {
      if (shown.delete(path)) delete command().cache[path];
    },
    wasTakenOff: (path) => shown.has(path) && !hasOwn(command().cache, path) && shown.delete(path),
  };
}
