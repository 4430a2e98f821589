/**
 * Tracing that is loaded before moat: `node --require @opentelemetry/auto-instrumentations-node/register`. It runs under no
 * policy, as whoever starts the program wants it, and has put something in the place of what the process's own `Module` has: of
 * `require` or `_load`, to be given what packages export, or of `_compile`, to be given their texts. moat loads no package by these; so
 * they are asked with each CommonJS module, and what they answer is what the package runs, or exports, from then on.
 *
 * @see https://nodejs.org/api/cli.html#-r---require-module
 */
import type NodeModule from "node:module";
import { sep } from "node:path";
import { MOAT_FOLDER } from "../moat-folder.ts";

const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;

export interface OuterHooks {
  /**
   * What a module exports, once they have seen it.
   * @param path of the module, real and absolute
   * @throws what a hook throws
   */
  exportsOf(path: string, exports: unknown): unknown;
  /** The text of a module, as they would have it. @throws what a hook throws */
  textOf(path: string, text: string): string;
}

/** What the process's `Module` has and no type of Node's says. */
interface ModuleInternals {
  readonly _cache: object;
  readonly _load: Function;
  readonly prototype: { readonly require: Function; readonly _compile: Function };
  readonly _resolveFilename: (request: string, parent: NodeModule) => string;
  wrap: (text: string) => string;
}

/** A statement at the end of a text that is asked about, by which it is known again whatever became of it. */
const MARK = `\n"moat: the text of a package";`;
const NOTHING = "(function () {})";

/** Names of Node's own that only its own functions use. */
const NAMED_BY_NODE = { compile: "wrapSafe", require: "requireDepth", load: "relativeResolveCache" } as const;

const isNodes = (what: keyof typeof NAMED_BY_NODE, value: Function): boolean =>
  String(value).includes(NAMED_BY_NODE[what]);

/**
 * The hooks of what was loaded before moat; undefined where nobody has put anything in the place of Node's functions.
 * @param Module the process's own
 */
export function findOuterHooks(Module: typeof NodeModule): OuterHooks | undefined {
  const internals = Module as unknown as ModuleInternals;
  const { _cache: cache, _load: load, prototype } = internals;
  // Asked in vain, V8 would know of two scripts by the name of a file, and count coverage twice.
  const hasTexts = !isNodes("compile", prototype._compile);
  if (!hasTexts && isNodes("require", prototype.require) && isNodes("load", load)) return undefined;

  /** A module of that file which has run to its end. */
  const finished = (path: string, exports?: unknown): NodeModule =>
    Object.assign(new Module(path), { filename: path, loaded: true, paths: [], exports });

  /**
   * What reaches Node's own `_compile`, at the end of those that have been put before it; undefined if nothing does.
   * Node wraps a text by `Module.wrap` where somebody has replaced that, and so nothing of it is run.
   */
  const compiled = (path: string, text: string): string | undefined => {
    const { wrap } = internals;
    let found: string | undefined;
    internals.wrap = (any) => {
      // What a hook loads for itself meanwhile is compiled as ever.
      if (!any.includes(MARK.trim())) return wrap(any);
      found = any;
      return NOTHING;
    };
    try {
      apply(prototype._compile, finished(path), [text + MARK, path, "commonjs"]);
    } finally {
      internals.wrap = wrap;
    }
    return found;
  };

  return {
    exportsOf(path, exports) {
      const parent = finished(path);
      // HAZARD: where Node would look elsewhere, it would load that for itself, and without moat.
      if (path.startsWith(MOAT_FOLDER + sep) || internals._resolveFilename(path, parent) !== path) return exports;
      // The tracer may have loaded the file for itself, as a module of its own. Of others it has the program's from now on:
      // hooks load more files of a package that they are shown.
      const own = getOwnPropertyDescriptor(cache, path);
      const shown = finished(path, exports);
      defineProperty(cache, path, { value: shown, writable: true, enumerable: true, configurable: true });
      try {
        shown.exports = apply(prototype.require, parent, [path]);
        return shown.exports;
      } catch (error) {
        if (own === undefined) deleteProperty(cache, path);
        throw error;
      } finally {
        if (own !== undefined) defineProperty(cache, path, own);
      }
    },
    textOf(path, text) {
      if (!hasTexts) return text;
      // HAZARD: a hook that compiles the files of a package by itself would run its text without moat. It gets none.
      const found = compiled(path, "") === undefined ? undefined : compiled(path, text);
      return found === undefined || found === text + MARK ? text : found;
    },
  };
}
