import { builtinModules } from "node:module";

/** Builtins that exist only behind `node:`; Node 20 and 22 leave them out of `builtinModules`. */
const SCHEME_ONLY = ["ffi", "sea", "sqlite", "test", "test/reporters"];

const plain = new Set<string>();
const schemed = new Set<string>();
for (const name of builtinModules) {
  if (name.startsWith("node:")) schemed.add(name.slice("node:".length));
  else plain.add(name);
}
// Absent ones fail when they are loaded, as any refused builtin does.
for (const name of SCHEME_ONLY) schemed.add(name);

/** The builtin that a specifier names, without `node:`; undefined where it names none. */
export const builtinOf = (specifier: string): string | undefined => {
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length);
    return plain.has(name) || schemed.has(name) ? name : undefined;
  }
  return plain.has(specifier) ? specifier : undefined;
};
