/**
 * The getters of `RegExp.prototype` as functions, taken when moat loads. They run no guest code, also for proxies, and
 * throw for what is no regular expression.
 */
import { uncurry } from "./uncurried-strings.ts";

const getterOf = <Result>(name: string) =>
  uncurry(Object.getOwnPropertyDescriptor(RegExp.prototype, name)!.get as (this: unknown) => Result);

export const sourceOf = getterOf<string>("source");

/** Undefined for `RegExp.prototype` itself. */
type Flag = boolean | undefined;
export const nativeDotAll = getterOf<Flag>("dotAll");
export const nativeGlobal = getterOf<Flag>("global");
export const nativeHasIndices = getterOf<Flag>("hasIndices");
export const nativeIgnoreCase = getterOf<Flag>("ignoreCase");
export const nativeMultiline = getterOf<Flag>("multiline");
export const nativeSticky = getterOf<Flag>("sticky");
export const nativeUnicode = getterOf<Flag>("unicode");
export const nativeUnicodeSets = getterOf<Flag>("unicodeSets");
