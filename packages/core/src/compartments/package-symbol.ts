/**
 * The `Symbol` of a package that keeps a symbol of its own there (`globalSymbol.schematicTree =
 * Symbol()`): a copy of the shared, frozen one, which nobody else sees. From the first such text on it is the
 * package's `Symbol`, read off its global object too. Texts that don't, and packages without such a
 * text, have the shared one, which is faster.
 */
import { showAsNative } from "./function-text.ts";

const { apply, ownKeys } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;

/** `Symbol.mine = …` for what the language does not have and others don't look for, and `Symbol[key] = …`. */
const OWN_STATIC = /\bSymbol(?:\.(?!observable\b)[A-Za-z_$][\w$]*|\[[^\]=]+\])\s*(?:\|\||\?\?)?=(?![=>])/;
/** What was read off the global object is another name for it. */
const OF_GLOBAL = /\b(?:global|globalThis|self|window)\.Symbol\b(?!\s*[.([])/;
const OWN_BY_ANOTHER_NAME = /\b[\w$]*[sS]ymbol\.[A-Za-z_$][\w$]*\s*(?:\|\||\?\?)?=\s*Symbol\s*[.(]/;

/** Whether a text seems to keep something on `Symbol`. */
export function addsToSymbol(source: string): boolean {
  // Half of all texts speak of symbols; nearly none assigns to what is called so.
  if (!source.includes("Symbol")) return false;
  return OWN_STATIC.test(source) || (OF_GLOBAL.test(source) && OWN_BY_ANOTHER_NAME.test(source));
}

/** @param shared what all packages have, frozen. */
export function makeOwnSymbol(shared: SymbolConstructor): SymbolConstructor {
  const own = function Symbol(...args: [description?: string]): symbol {
    if (new.target !== undefined) throw new TypeError("Symbol is not a constructor");
    return apply(shared, undefined, args) as symbol;
  } as unknown as SymbolConstructor;
  for (const key of ownKeys(shared)) defineProperty(own, key, getOwnPropertyDescriptor(shared, key)!);
  defineProperty(own, "prototype", { value: shared.prototype, writable: false });
  showAsNative(own);
  return own;
}
