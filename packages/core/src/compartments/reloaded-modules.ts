/**
 * Development servers (`next dev`) build modules of the project, load them, take them off `require.cache` when they
 * have built them anew, and load them again. They run as the application, in whose cache they lie; so what lies there is
 * shown to the package whose command was started, and what it takes off its own cache is loaded anew for everybody.
 *
 * The same holds for packages with the share `require.cache` (`import-fresh`, `decache`).
 *
 * HAZARD: of a command's package, only what it may write. It says by a file what the module is at the next start, and
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

/** Modules that are shown to several packages; what one of them takes off is loaded anew. */
export function joinReloadedModules(all: readonly ReloadedModules[]): ReloadedModules {
  return {
    show(path, module) {
      for (const one of all) one.show(path, module);
    },
    hide(path) {
      for (const one of all) one.hide(path);
    },
    // Each is asked: each notes by this that it is shown no more.
    wasTakenOff: (path) => all.map((one) => one.wasTakenOff(path)).includes(true),
  };
}

/**
 * @param command the loader of the package that they are shown to, made when it is needed
 * @param mayReload what it may have loaded anew, by real path
 */
export function makeReloadedModules(
  command: () => CommonJsLoader,
  mayReload: (path: string) => boolean,
): ReloadedModules {
  const shown = new Set<string>();
  return {
    show(path, module) {
      const { Module, cache } = command();
      // HAZARD: the cache is the package's to change: nothing here may call what it has put there.
      if (hasOwn(cache, path) || !mayReload(path)) return;
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
      defineProperty(likeness, "children", {
        get: () =>
          (module.children as ModuleObject[]).flatMap(({ id }) =>
            shown.has(id) && hasOwn(cache, id) ? [cache[id]!] : [],
          ),
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
