import { isIdentifier } from "../identifier.ts";

/**
 * Shares of what is added to the language's own objects for everybody: `String.prototype.red`, `Promise.delay`. The
 * intrinsics are locked before any package runs, so what is to be added has to be known by name before that.
 */
export interface LanguageAddition {
  /** A constructor's global name: `String`. */
  readonly intrinsic: string;
  /** Added to its `prototype`, and not to the constructor. */
  readonly toPrototype: boolean;
  readonly name: string;
}

const EXTENDED: ReadonlySet<string> = new Set(
  `Object Function Array String Number Boolean BigInt Symbol Date RegExp Map Set WeakMap WeakSet Promise ArrayBuffer DataView
   Uint8Array Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError`.split(/\s+/u),
);
/** What classes have, and what an engine keeps for itself. */
const OF_CLASSES: ReadonlySet<string> = new Set(["__proto__", "arguments", "caller", "constructor", "prototype"]);
/**
 * HAZARD: what the language itself asks any object. Whoever answered for `then` would be told of each value that
 * is awaited; a descriptor that inherits a `get` is none.
 */
const ASKED_OF_OBJECTS: ReadonlySet<string> = new Set(
  "configurable done enumerable get next return set then throw toJSON value writable".split(" "),
);
const SPELLING = /^([A-Z]\w*)\.(prototype\.)?([^.]+)$/u;

/** What a share adds to the language; undefined where it is another one, or nobody may add that. */
export function additionOf(share: string): LanguageAddition | undefined {
  const [, intrinsic, prototype, name] = SPELLING.exec(share) ?? [];
  if (intrinsic === undefined || !EXTENDED.has(intrinsic) || !isIdentifier(name!) || OF_CLASSES.has(name!))
    return undefined;
  const toPrototype = prototype !== undefined;
  if (intrinsic === "Object" && toPrototype && ASKED_OF_OBJECTS.has(name!)) return undefined;
  if (intrinsic === "Error" && !toPrototype && STACK_SETTINGS.has(name!)) return undefined;
  return { intrinsic, toPrototype, name: name! };
}

/** Each package's own; see the share `Error.prepareStackTrace`. */
const STACK_SETTINGS: ReadonlySet<string> = new Set(["captureStackTrace", "prepareStackTrace", "stackTraceLimit"]);

/** Whose methods the application may replace: nothing in moat or Node calls them by name, and V8 watches none of them. */
const OF_THE_APPLICATION: ReadonlySet<string> = new Set(["Date", "Number", "Boolean", "BigInt", "Error"]);
/**
 * Methods that wrap a text in HTML, which nobody calls and colors puts a getter of its own in the place of.
 * @see https://tc39.es/ecma262/#sec-additional-properties-of-the-string.prototype-object
 */
const HTML_METHODS: ReadonlySet<string> = new Set(
  "anchor big blink bold fixed fontcolor fontsize italics link small strike sub sup".split(" "),
);

/** Who may put something in the place of what the language has there: nobody, where it is undefined. */
export function replaceableBy({
  intrinsic,
  toPrototype,
  name,
}: LanguageAddition): "anybody" | "application" | undefined {
  if (!toPrototype) return undefined;
  if (intrinsic === "String" && HTML_METHODS.has(name)) return "anybody";
  return OF_THE_APPLICATION.has(intrinsic) ? "application" : undefined;
}
