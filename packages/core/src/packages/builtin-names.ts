import { nodeModule } from "./node-module.ts";

/** Builtins that exist only behind `node:`; Node 20 and 22 leave them out of `builtinModules`. */
const SCHEME_ONLY = ["ffi", "sea", "sqlite", "test", "test/reporters"];

let known: { readonly plain: ReadonlySet<string>; readonly schemed: ReadonlySet<string> } | undefined;

/** Names without `node:`. */
function namesOfBuiltins(): NonNullable<typeof known> {
  const { builtinModules } = nodeModule();
  const isSchemed = (name: string): boolean => name.startsWith("node:");
  return {
    plain: new Set(builtinModules.filter((name) => !isSchemed(name))),
    // Absent ones fail when they are loaded, as any refused builtin does.
    schemed: new Set([...SCHEME_ONLY, ...builtinModules.filter(isSchemed).map((name) => name.slice("node:".length))]),
  };
}

/** The builtin that a specifier names, without `node:`; undefined where it names none. */
export const builtinOf = (specifier: string): string | undefined => {
  // A path, as that of a program's entry.
  if (specifier.startsWith("/") || specifier.startsWith(".")) return undefined;
  const { plain, schemed } = (known ??= namesOfBuiltins());
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length);
    return plain.has(name) || schemed.has(name) ? name : undefined;
  }
  return plain.has(specifier) ? specifier : undefined;
};
