/**
 * A compartment: one package's global object and the only ways to evaluate text
 * against it. Text becomes a strict functor whose parameters are filled from
 * this global object; see `loader/functor.ts`.
 */
import { Script } from "node:vm";
import type { Functor } from "../loader/functor.ts";
import type { Principal } from "../endowments/principal.ts";
import { compileFunctor, judgedByV8 } from "./compile-functor.ts";
import { showAsNative } from "./function-text.ts";
import { makeRecentTexts, type EvaluatedText } from "./recent-texts.ts";
import { nameForEvaluated, noteScriptOwner } from "./script-owners.ts";
import { prepareEvaluated } from "./prepare-evaluated.ts";
import { isIdentifier } from "../identifier.ts";
import { isObject } from "../endowments/is-object.ts";
import { assignmentTarget, computedTarget } from "./assignment-target.ts";
import { mayAddSomething, mayAddTo } from "./language-additions.ts";
import { rememberEvaluated } from "./loaded-sources.ts";
import { isReplacement, tellOfAddition } from "./tame-definitions.ts";
import { makeOwnExtensions } from "./own-extensions.ts";
import { makeOwnMatches } from "./own-matches.ts";
import { makeOwnSymbol } from "./package-symbol.ts";
import { assertSilent, deleteSilently, failedAssignment } from "./silent-failures.ts";
import { usesStackSettings } from "./stack-settings.ts";
import { isSharedError, sharedErrorFor } from "./stack-traces.ts";
import type { PreparedModules } from "../prepared/prepared-modules.ts";
import { optimisedLate } from "../optimise-late.ts";
import { RESERVED, RESERVED_PREFIX } from "../loader/reserved-names.ts";
import { loadParser } from "../loader/parser/late.ts";
import { loadPreparation, prepareFunction, prepareFunctionQuickly, prepareScript } from "../loader/late.ts";
import type { NameSets } from "../loader/name-sets.ts";

const { apply } = Reflect;
const { defineProperty, freeze, getPrototypeOf, hasOwn, setPrototypeOf } = Object;
/** Taken now: the real global object has no `Function` once the second wall stands. */
const functionPrototype = Function.prototype;

/** Of functions that are made of texts. */
export type FunctionKind = "function" | "async" | "generator" | "asyncGenerator";

const FUNCTION_HEADS: Readonly<Record<FunctionKind, string>> = {
  function: "function",
  async: "async function",
  generator: "function*",
  asyncGenerator: "async function*",
};

const FUNCTION_CLASSES: Readonly<Record<FunctionKind, readonly [name: string, prototype: object]>> = {
  function: ["Function", functionPrototype],
  async: ["AsyncFunction", getPrototypeOf(async function () {}) as object],
  generator: ["GeneratorFunction", getPrototypeOf(function* () {}) as object],
  asyncGenerator: ["AsyncGeneratorFunction", getPrototypeOf(async function* () {}) as object],
};

/** Values of reserved names that differ from module to module, such as `import()`. */
export type Machinery = Readonly<Record<string, unknown>>;

/** One package's global object, or one that it has made a `vm` context of, and what evaluates against it. */
export interface Compartment {
  readonly globalThis: Record<PropertyKey, unknown>;
  readonly names: NameSets;
  /** The `Symbol` of texts that keep something on it; once asked for, the global object's too. */
  readonly ownSymbol: SymbolConstructor;
  /** Compiles a functor and fills its parameters; returns the inner function. */
  instantiate(functor: Functor, fileName: string, machinery?: Machinery): Function;
  /** Runs a script's text, or one for `eval`; returns its completion value. */
  evaluate(source: string, fileName?: string, kind?: "script" | "eval"): unknown;
  /** What `new Function(...parameters, body)` returns. */
  compileFunction(
    parameters: readonly string[],
    body: string,
    options?: { kind?: FunctionKind; fileName?: string },
  ): Function;
}

/** Whose compartment it is, and what of the package's world its texts reach. */
export interface CompartmentOptions {
  /** Whose text it compiles; undefined where that can't be known. */
  readonly owner: Principal | undefined;
  readonly globalThis: Record<PropertyKey, unknown>;
  /** Names that the real global object still has, `Object.prototype`'s included. */
  readonly realGlobalNames: ReadonlySet<string>;
  /** `import()` of evaluated text; `referrer` is the file whose code has it evaluated, where that is known. */
  importModule(specifier: unknown, options: unknown, referrer: string | undefined): Promise<unknown>;
  /** The guest's file that is running. */
  runningFile?(): string | undefined;
  /** Told of each free name that is nowhere; may throw something better than a ReferenceError. */
  onMissingGlobal?(name: string): void;
  /**
   * Makes a compartment over somebody's object, as a `vm` context has it: names
   * that the object lacks are looked up here, and nothing is put on the object
   * itself. All names but the steady intrinsics are looked up at each use.
   */
  readonly intrinsics?: Record<PropertyKey, unknown>;
  /** The `Error` for text that sets stack-trace hooks or limits. */
  localError?(): ErrorConstructor;
  /** Of the names that the global object has, those that are looked up on it at each use. */
  isLive?(name: string): boolean;
  /** The same in texts that the guest evaluates: what a test runner evaluates sees what it replaces meanwhile. */
  isLiveInTexts?(name: string): boolean;
  /** Where large evaluated texts are kept from run to run. */
  readonly prepared?: PreparedModules | undefined;
}

/** Can't be parameters, or must not be: their values are the language's. */
const UNBINDABLE = new Set(["undefined", "NaN", "Infinity", "arguments", "this"]);

export function makeCompartment(options: CompartmentOptions): Compartment {
  const { globalThis: guestGlobal, realGlobalNames, intrinsics } = options;
  const holder = intrinsics ?? guestGlobal;
  // No two owners' texts may have one name; see `script-owners.ts`.
  const ofOwner = options.owner === undefined ? "" : ` of ${options.owner.location}`;
  const names: NameSets = {
    get bindable() {
      return steady?.() ?? bindable;
    },
    realGlobal: realGlobalNames,
    get live() {
      return live;
    },
  };
  const namesOfTexts: NameSets =
    options.isLiveInTexts === undefined
      ? names
      : {
          get bindable() {
            return inTexts.bindable;
          },
          realGlobal: realGlobalNames,
          get live() {
            return inTexts.live;
          },
        };
  const read = (name: PropertyKey): unknown =>
    intrinsics === undefined || name in guestGlobal ? guestGlobal[name] : intrinsics[name];
  const isDefined = (name: PropertyKey): boolean =>
    name in guestGlobal || (intrinsics !== undefined && hasOwn(intrinsics, name));

  const matches = makeOwnMatches();
  const extensions = makeOwnExtensions(matches, options.owner);
  let ownRegExp: RegExpConstructor | undefined;
  let ownSymbol: SymbolConstructor | undefined;
  /** A hook on the `Error` that all share is noted for the package; what else is assigned to goes the usual way. */
  const targetOf: typeof assignmentTarget = (value, key, mode) =>
    key === "prepareStackTrace" && options.owner !== undefined && isSharedError(value)
      ? sharedErrorFor(options.owner)
      : mayAddTo(value, key, options.owner)
        ? value
        : assignmentTarget(value, key, mode);
  /** Made when a text first needs it: many packages hold none that does. */
  const makeMachinery = (): Record<string, unknown> => ({
    __proto__: null,
    [RESERVED.global]: guestGlobal,
    [RESERVED.free]: (name: string) => {
      if (name in guestGlobal) return guestGlobal[name];
      if (intrinsics !== undefined && hasOwn(intrinsics, name)) return intrinsics[name];
      options.onMissingGlobal?.(name);
      throw new ReferenceError(`${name} is not defined`);
    },
    [RESERVED.strictGlobal]: makeStrictGlobal(guestGlobal, isDefined, read),
    [RESERVED.maybe]: intrinsics === undefined ? guestGlobal : makeStrictGlobal(guestGlobal, () => true, read),
    [RESERVED.eval]: (...args: unknown[]) => guestEval(args[0]),
    [RESERVED.localEval]:
      (locals: object, thisValue: () => unknown, strict: boolean) =>
      (...args: unknown[]) =>
        typeof args[0] === "string" ? evaluateDirectly(args[0], locals, thisValue, strict) : args[0],
    [RESERVED.import]: (specifier: unknown, settings?: unknown) => options.importModule(specifier, settings, undefined),
    [RESERVED.target]: targetOf,
    [RESERVED.computedTarget]: computedTarget,
    [RESERVED.key]: undefined,
    [RESERVED.extended]: extensions.holder,
    [RESERVED.extension]: extensions.target,
    [RESERVED.unlessSilent]: failedAssignment,
    [RESERVED.silent]: (error: unknown, ...asked: unknown[]) => {
      const failed = assertSilent(error, ...asked);
      if (failed !== undefined && !isReplacement(failed.value, failed.key))
        tellOfAddition(failed.value, failed.key, options.owner);
    },
    [RESERVED.delete]: deleteSilently,
    [RESERVED.with]: objectOfWith,
    [RESERVED.withCall]: boundTo,
    [RESERVED.unscopables]: Symbol.unscopables,
    get [RESERVED.matches]() {
      return (ownRegExp ??= matches.makeRegExp(read("RegExp") as RegExpConstructor));
    },
    get [RESERVED.makers]() {
      return (makers ??= makeMakers());
    },
  });
  let machinery: Record<string, unknown> | undefined;
  let makers: Readonly<Record<FunctionKind, object>> | undefined;
  /** Stand-ins for empty functions, whose constructor is the package's own. */
  const makeMakers = (): Readonly<Record<FunctionKind, object>> =>
    freeze({
      __proto__: null,
      function: standInFor("function"),
      async: standInFor("async"),
      generator: standInFor("generator"),
      asyncGenerator: standInFor("asyncGenerator"),
    });
  const standInFor = (kind: FunctionKind): object => {
    const [name, prototype] = FUNCTION_CLASSES[kind];
    const constructor =
      kind === "function"
        ? read(name)
        : makeFunctionConstructor(name, prototype, (parameters, body) => compileFunction(parameters, body, { kind }));
    return freeze({ __proto__: freeze({ __proto__: null, constructor }) });
  };

  const compile = (functor: Functor, fileName: string): Function => {
    noteScriptOwner(fileName, options.owner);
    if (mayAddSomething(options.owner)) rememberEvaluated(fileName, functor.text);
    const script = compileFunctor(functor, fileName);
    functor.code?.compiled(script);
    return script.runInThisContext() as Function;
  };
  /** Each time anew: a function with the values that its names have now. */
  const give = (outer: Function, functor: Functor, own: Machinery | undefined): Function => {
    const values = functor.parameters.map((name) =>
      own !== undefined && Object.hasOwn(own, name)
        ? own[name]
        : name.startsWith(RESERVED_PREFIX)
          ? (machinery ??= makeMachinery())[name]
          : read(name),
    );
    return apply(outer, undefined, values) as Function;
  };
  const instantiate: Compartment["instantiate"] = (functor, fileName, own) =>
    give(compile(functor, fileName), functor, own);
  const instantiateText = (text: EvaluatedText, fileName: string, own: Machinery): Function => {
    const { functor } = text;
    if (text.compiled?.fileName !== fileName) text.compiled = { fileName, outer: compile(functor, fileName) };
    return give(text.compiled.outer, functor, own);
  };

  /** `import("./x.js")` in evaluated text starts from the file that has it evaluated, as in Node. */
  const ownOf = (functor: Functor, source: string): Machinery => ({
    ...importsFromHere(functor),
    ...(options.localError !== undefined && usesStackSettings(source) && { Error: options.localError() }),
  });
  const importsFromHere = (functor: Functor): Machinery | undefined => {
    const referrer = functor.parameters.includes(RESERVED.import) ? options.runningFile?.() : undefined;
    if (referrer === undefined) return undefined;
    return {
      [RESERVED.import]: (specifier: unknown, settings?: unknown) =>
        options.importModule(specifier, settings, referrer),
    };
  };

  /** A set of names for each, since what a text becomes depends on them; in a context that `vm` made they may change. */
  const recentTexts = new Map<ReadonlySet<string>, ReturnType<typeof makeRecentTexts>>();
  const recentTextsNow = (): ReturnType<typeof makeRecentTexts> => {
    const { bindable: served } = namesOfTexts;
    let texts = recentTexts.get(served);
    if (texts === undefined) {
      if (recentTexts.size === MOST_SETS) recentTexts.clear();
      recentTexts.set(served, (texts = makeRecentTexts()));
    }
    return texts;
  };
  const preparedText = (
    source: string,
    how: string,
    prepare: () => Functor,
    prepareQuickly: () => Functor | undefined = () => undefined,
  ): EvaluatedText => {
    const prepared = () =>
      prepareEvaluated(source, how, namesOfTexts, options.prepared, () => {
        loadPreparation();
        const quick = optimisedLate(prepareQuickly);
        if (quick !== undefined) return quick;
        loadParser();
        return optimisedLate(() => inWordsOfV8(source, prepare));
      });
    return recentTextsNow()(source, how, prepared);
  };

  const evaluate: Compartment["evaluate"] = (source, fileName = "evalmachine.<anonymous>", kind = "script") => {
    const text = preparedText(source, kind, () => prepareScript(source, namesOfTexts, { script: kind === "script" }));
    const name = nameForEvaluated(fileName, options.owner);
    return apply(instantiateText(text, name, ownOf(text.functor, source)), guestGlobal, []);
  };

  /** @param locals accessors of the variables around the `eval`, which no guest holds. */
  const evaluateDirectly = (source: string, locals: object, thisValue: () => unknown, strict: boolean): unknown => {
    const known = Object.keys(locals);
    const text = preparedText(source, JSON.stringify([strict, known]), () =>
      prepareScript(source, namesOfTexts, { locals: new Set(known), strict }),
    );
    const receiver: unknown = source.includes("this") ? thisValue() : undefined;
    const own = { ...ownOf(text.functor, source), [RESERVED.locals]: locals };
    const inner = instantiateText(text, `moat:eval${ofOwner}`, own);
    return apply(inner, strict ? receiver : (receiver ?? guestGlobal), []);
  };

  const compileFunction: Compartment["compileFunction"] = (
    parameters,
    body,
    { kind = "function", fileName = `moat:function${ofOwner}` } = {},
  ) => {
    const text = `(${FUNCTION_HEADS[kind]} anonymous(${parameters.join(",")}\n) {\n${body}\n})`;
    const name = nameForEvaluated(fileName, options.owner);
    const prepared = preparedText(
      text,
      "function",
      () => prepareFunction(text, namesOfTexts),
      () => judgedByV8(prepareFunctionQuickly(text, namesOfTexts), name),
    );
    return apply(instantiateText(prepared, name, ownOf(prepared.functor, body)), undefined, []) as Function;
  };

  const guestEval = (text: unknown): unknown =>
    typeof text === "string" ? evaluate(text, `moat:eval${ofOwner}`, "eval") : text;

  installEvaluators(holder, guestEval, compileFunction);
  const steady = intrinsics && steadyNames(guestGlobal, bindableNames(intrinsics));
  const known = bindableNames(guestGlobal);
  const { live, bindable } = splitNames(known, options.isLive);
  const inTexts = splitNames(known, options.isLiveInTexts);
  return {
    globalThis: guestGlobal,
    names,
    get ownSymbol() {
      if (ownSymbol === undefined) {
        ownSymbol = makeOwnSymbol(read("Symbol") as SymbolConstructor);
        defineProperty(holder, "Symbol", { value: ownSymbol });
      }
      return ownSymbol;
    },
    instantiate,
    evaluate,
    compileFunction,
  };
}

/** Programs print what is wrong with a text, as V8 says it; where V8 finds nothing wrong, moat's reason. */
function inWordsOfV8<T>(text: string, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof SyntaxError) void new Script(text);
    throw error;
  }
}

const knownNames = new Map<string, boolean>();

/** Most names are asked for again by every package. */
function isBindable(name: string): boolean {
  let answer = knownNames.get(name);
  if (answer === undefined) {
    answer = isIdentifier(name) && !UNBINDABLE.has(name);
    if (knownNames.size < 1_000) knownNames.set(name, answer);
  }
  return answer;
}

interface SplitNames {
  readonly live: ReadonlySet<string>;
  readonly bindable: ReadonlySet<string>;
}
const NO_NAMES: ReadonlySet<string> = new Set();
type IsLive = NonNullable<CompartmentOptions["isLive"]>;
const splits = new WeakMap<IsLive, Map<ReadonlySet<string>, SplitNames>>();

/** Which names are looked up at each use, and which become parameters; sets that are equal are the same. */
function splitNames(known: ReadonlySet<string>, isLive: IsLive | undefined): SplitNames {
  if (isLive === undefined) return { live: NO_NAMES, bindable: known };
  let ofFunction = splits.get(isLive);
  if (ofFunction === undefined) splits.set(isLive, (ofFunction = new Map()));
  let split = ofFunction.get(known);
  if (split === undefined) {
    const names = [...known];
    const live = new Set(names.filter(isLive));
    split =
      live.size === 0
        ? { live: NO_NAMES, bindable: known }
        : { live, bindable: new Set(names.filter((name) => !live.has(name))) };
    if (ofFunction.size < 1_000) ofFunction.set(known, split);
  }
  return split;
}
const knownSets = new Map<string, ReadonlySet<string>>();

/** Names of a package's own global object: they become parameters. One set for all packages that have the same. */
function bindableNames(guestGlobal: object): ReadonlySet<string> {
  const names = Object.getOwnPropertyNames(guestGlobal);
  const key = JSON.stringify(names);
  const known = knownSets.get(key);
  if (known !== undefined) return known;
  const bindable = new Set<string>();
  for (const name of names) if (isBindable(name)) bindable.add(name);
  // `eval` can't name a parameter of a strict function: it is looked up at each use.
  bindable.delete("eval");
  bindable.add("Function");
  if (knownSets.size < 1_000) knownSets.set(key, bindable);
  return bindable;
}

/** What tests and polyfills replace on a context's global after its code was compiled. */
const OFTEN_REPLACED = new Set(["Date", "Math", "Promise", "Intl", "globalThis"]);

/** How many sets of names are kept for an object that is used as a global: each one that it ever shadowed makes another. */
const MOST_SETS = 32;

/** The intrinsics that an object used as a global does not shadow now, and hardly will later; a set for each that it shadows. */
function steadyNames(guestGlobal: object, intrinsics: ReadonlySet<string>): () => ReadonlySet<string> {
  const candidates = [...intrinsics].filter((name) => !OFTEN_REPLACED.has(name));
  const sets = new Map<string, ReadonlySet<string>>();
  return () => {
    const shadowed = candidates.filter((name) => name in guestGlobal);
    const key = shadowed.join();
    let steady = sets.get(key);
    if (steady === undefined) {
      if (sets.size === MOST_SETS) sets.clear();
      steady = new Set(candidates.filter((name) => !shadowed.includes(name)));
      sets.set(key, steady);
    }
    return steady;
  };
}

/** The compartment's own `eval` and `Function`; the real ones are handed to nobody. */
function installEvaluators(
  guestGlobal: Record<PropertyKey, unknown>,
  guestEval: (text: unknown) => unknown,
  compileFunction: Compartment["compileFunction"],
): void {
  const method = { eval: (text: unknown) => guestEval(text) };
  showAsNative(method.eval);
  defineProperty(guestGlobal, "eval", { value: method.eval, writable: true, configurable: true });
  defineProperty(guestGlobal, "Function", {
    value: makeFunctionConstructor("Function", functionPrototype, (parameters, body) =>
      compileFunction(parameters, body),
    ),
    writable: true,
    configurable: true,
  });
}

/** A constructor of functions from text, with the prototype that `instanceof` looks for. */
export function makeFunctionConstructor(
  name: string,
  prototype: object,
  compile: (parameters: readonly string[], body: string) => Function,
): Function {
  const constructor = function (...args: unknown[]): Function {
    // HAZARD: each argument is coerced once; an object may answer differently the second time.
    const texts = args.map((argument) => `${argument as string}`);
    const body = texts.pop() ?? "";
    const made = compile(texts, body);
    // `class Callable extends Function` asks for its own methods on what it gets.
    const heir: unknown = new.target === undefined || new.target === constructor ? undefined : new.target.prototype;
    return isObject(heir) ? setPrototypeOf(made, heir) : made;
  };
  showAsNative(constructor);
  defineProperty(constructor, "name", { value: name });
  defineProperty(constructor, "length", { value: 1 });
  defineProperty(constructor, "prototype", { value: prototype, writable: false });
  return constructor;
}

/** For names that strict code assigns without declaring them: they must exist. */
function makeStrictGlobal(
  guestGlobal: Record<PropertyKey, unknown>,
  isDefined: (name: PropertyKey) => boolean,
  read: (name: PropertyKey) => unknown,
): object {
  const assertDefined = (name: PropertyKey): void => {
    if (!isDefined(name)) throw new ReferenceError(`${String(name)} is not defined`);
  };
  return new Proxy(Object.create(null) as object, {
    get(_target, name) {
      assertDefined(name);
      return read(name);
    },
    set(_target, name, value) {
      assertDefined(name);
      return Reflect.set(guestGlobal, name, value);
    },
  });
}

/** What the body of a `with` statement calls by its name alone gets the object for its `this`. */
function boundTo(called: unknown, receiver: object): unknown {
  return typeof called === "function" ? (...args: unknown[]) => apply(called, receiver, args) as unknown : called;
}

/** The object whose properties the body of a `with` statement sees. */
function objectOfWith(value: unknown): object {
  if (value === null || value === undefined) throw new TypeError("Cannot convert undefined or null to object");
  return Object(value) as object;
}
