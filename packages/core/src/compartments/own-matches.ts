/**
 * `RegExp.$1` of one package: the groups of the last match that a call in a text of it made, of
 * those texts that read such statics (mime, showdown). Others' matches it can't see: each is
 * made anew here, from an expression and a text that the calling package has in its hands.
 */
import { types } from "node:util";
import { MATCHING_METHODS } from "../loader/names-of-matches.ts";

const { apply } = Reflect;
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
const { isRegExp } = types;
const NativeRegExp = RegExp;
const { exec } = RegExp.prototype;
const matching = new Set(MATCHING_METHODS);

export interface OwnMatches {
  /** What `value.name(…)` calls the method of, where that matches: an object whose method notes the match. */
  noting(value: unknown, name: string): object | undefined;
  /** A `RegExp` that tells them. */
  makeRegExp(shared: RegExpConstructor): RegExpConstructor;
}

export function makeOwnMatches(): OwnMatches {
  let last:
    | { readonly groups: readonly (string | undefined)[]; readonly index: number; readonly input: string }
    | undefined;
  const note = (found: RegExpExecArray | null): void => {
    if (found !== null) last = { groups: [...found], index: found.index, input: found.input };
  };
  return {
    noting(value, name) {
      if (!matching.has(name)) return undefined;
      if (name === "test" || name === "exec") {
        if (!isPlain(value)) return undefined;
        const run = (text: unknown): RegExpExecArray | null => {
          const found = apply(exec, value, [text]) as RegExpExecArray | null;
          note(found);
          return found;
        };
        return name === "exec" ? { exec: run } : { test: (text: unknown) => run(text) !== null };
      }
      if (typeof value !== "string") return undefined;
      return {
        [name]: (...args: unknown[]) => {
          const pattern = args[0];
          // Before: a function that replaces may read them.
          if (isPlain(pattern)) note(lastMatch(pattern, value));
          return apply((value as unknown as Record<string, Function>)[name]!, value, args) as unknown;
        },
      };
    },
    makeRegExp(shared) {
      const own = function RegExp(this: unknown, ...args: [string, string?]): unknown {
        if (new.target === undefined) return shared(...args);
        return Reflect.construct(shared, args, new.target === own ? shared : new.target);
      } as unknown as RegExpConstructor;
      for (const key of Reflect.ownKeys(shared)) {
        const descriptor = getOwnPropertyDescriptor(shared, key)!;
        if (key === "prototype") defineProperty(own, key, { value: shared.prototype, writable: false });
        else if (!hasOwn(own, key) || getOwnPropertyDescriptor(own, key)!.configurable)
          defineProperty(own, key, descriptor);
      }
      const ignore = freeze(() => {});
      const tell = (names: readonly string[], get: () => string): void => {
        freeze(get);
        for (const name of names)
          defineProperty(own, name, { get, set: ignore, enumerable: false, configurable: false });
      };
      for (let group = 1; group <= 9; group++) tell([`$${group}`], () => last?.groups[group] ?? "");
      tell(["input", "$_"], () => last?.input ?? "");
      tell(["lastMatch", "$&"], () => last?.groups[0] ?? "");
      tell(["lastParen", "$+"], () => (last !== undefined && last.groups.length > 1 ? (last.groups.at(-1) ?? "") : ""));
      tell(["leftContext", "$`"], () => last?.input.slice(0, last.index) ?? "");
      tell(["rightContext", "$'"], () => last?.input.slice(last.index + last.groups[0]!.length) ?? "");
      // As locked as the language's own.
      return freeze(own);
    },
  };
}

/** One of the language's, whose methods nobody has replaced on it. */
function isPlain(value: unknown): value is RegExp {
  return (
    isRegExp(value) &&
    getPrototypeOf(value) === NativeRegExp.prototype &&
    !hasOwn(value, "exec") &&
    !hasOwn(value, "test")
  );
}

/** The match that `match`, `search` and `replace` make last, without touching where the expression stands. */
function lastMatch(pattern: RegExp, text: string): RegExpExecArray | null {
  const copy = new NativeRegExp(pattern.source, pattern.flags);
  // Of the copy: what the expression says of itself may be its owner's invention.
  const { global, sticky } = copy;
  if (sticky && !global) copy.lastIndex = pattern.lastIndex;
  let found = apply(exec, copy, [text]) as RegExpExecArray | null;
  if (!global) return found;
  let next = found;
  while (next !== null) {
    found = next;
    if (next[0] === "") copy.lastIndex++;
    next = apply(exec, copy, [text]) as RegExpExecArray | null;
  }
  return found;
}
