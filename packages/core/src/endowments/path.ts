import { defineMember, perContext } from "./facade.ts";
import { hardenNodeObject } from "./harden-node.ts";
import type { EndowmentContext } from "./principal.ts";

interface PathModules {
  readonly posix: Record<string, unknown>;
  readonly win32: Record<string, unknown>;
}

/** A principal's `path/posix` and `path/win32`, which name each other as the real ones do. */
const pathModules = perContext((context: EndowmentContext): PathModules => {
  const copy = (name: string): Record<string, unknown> => {
    const real = context.powers.builtin(name);
    const facade: Record<string, unknown> = {};
    for (const key of Object.keys(real)) defineMember(facade, key, hardenValue(real[key]));
    return facade;
  };
  const hardenValue = (value: unknown): unknown => (typeof value === "function" ? hardenNodeObject(value) : value);
  const modules = { posix: copy("path/posix"), win32: copy("path/win32") };
  for (const module of [modules.posix, modules.win32]) {
    defineMember(module, "posix", modules.posix);
    defineMember(module, "win32", modules.win32);
  }
  return modules;
});

export const makePathPosix = (context: EndowmentContext): object => pathModules(context).posix;
export const makePathWin32 = (context: EndowmentContext): object => pathModules(context).win32;
/** A principal's `path`: the one of the two that belongs to this system. */
export const makePath = (context: EndowmentContext): object =>
  context.powers.process.platform === "win32" ? makePathWin32(context) : makePathPosix(context);
