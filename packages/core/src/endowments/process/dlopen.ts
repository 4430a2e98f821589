import { resolve } from "node:path";
import { assertMayUse } from "../access-denied.ts";
import { named } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";

const { apply } = Reflect;

/**
 * `process.dlopen(module, filename, flags)`: gives `module` the exports of a native addon, which is loaded as
 * `require` loads it: the file's own package needs it among its `native` grants, and the caller an edge to that package.
 * What the flags say is the dynamic linker's business (Prisma keeps its engine's OpenSSL apart from Node's by them).
 *
 * HAZARD: never Node's own with what a package hands it: that opens any file as native code.
 */
export function makeDlopen(context: EndowmentContext): Function {
  const { principal, powers, loader } = context;
  const { process } = powers;
  const { dlopen } = process;
  const { length } = dlopen as Function;
  if (principal.trusted)
    return named("dlopen", length, (...args: unknown[]) => apply(dlopen, process, args) as unknown);
  return named("dlopen", length, (module: unknown, filename: unknown, flags: unknown) => {
    if (loader.openAddon === undefined) assertMayUse(context, "process.dlopen");
    // Coerced once: an object may answer differently the second time.
    const path = resolve(process.cwd(), `${filename as string}`);
    const linkerFlags = flags === undefined ? undefined : Number(flags) | 0;
    try {
      (module as { exports: unknown }).exports = loader.openAddon?.(path, linkerFlags);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
      throw Object.assign(error as Error, { code: "ERR_DLOPEN_FAILED" });
    }
  });
}
