import { isIdentifier } from "../identifier.ts";

/**
 * Shares of what is added for everybody to the language's own objects and to classes of Node's: `String.prototype.red`,
 * `Promise.delay`, `http.IncomingMessage.prototype.login`. These are locked before any package gets at them, so what is to
 * be added has to be known by name before that.
 */
export interface LanguageAddition {
  /** A constructor: `String`, or one of Node's, `http.IncomingMessage`. */
  readonly holder: string;
  /** Added to its `prototype`, and not to the constructor. */
  readonly toPrototype: boolean;
  readonly name: string;
}

const INTRINSICS: ReadonlySet<string> = new Set(
  `Object Function Array String Number Boolean BigInt Symbol Date RegExp Map Set WeakMap WeakSet Promise ArrayBuffer DataView
   Uint8Array Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError`.split(/\s+/u),
);
/** Classes of Node's that libraries add methods to. No two of Node's classes have one of these names. */
const NODE_CLASSES: ReadonlySet<string> = new Set(
  `Buffer URL URLSearchParams events.EventEmitter stream.Stream stream.Readable stream.Writable stream.Duplex
   stream.Transform http.IncomingMessage http.ServerResponse http.OutgoingMessage http.ClientRequest`.split(/\s+/u),
);
/** What classes have, and what an engine keeps for itself. */
const OF_CLASSES: ReadonlySet<string> = new Set(["__proto__", "arguments", "caller", "constructor", "prototype"]);
/**
 * HAZARD: what the language itself asks any object. Whoever answered for `then`, of lists or functions too, would be told
 * of each value that is awaited; a descriptor that inherits a `get` is none; and each proxy whose handler inherits a trap
 * (`has`, `apply`) would show it what is behind.
 */
const ASKED_OF_OBJECTS: ReadonlySet<string> = new Set(
  `configurable done enumerable get next return set then throw toJSON value writable apply construct defineProperty
   deleteProperty getOwnPropertyDescriptor getPrototypeOf has isExtensible ownKeys preventExtensions setPrototypeOf`.split(
    /\s+/u,
  ),
);
/** Each package's own; see the share `Error.prepareStackTrace`. */
const STACK_SETTINGS: ReadonlySet<string> = new Set(["captureStackTrace", "prepareStackTrace", "stackTraceLimit"]);
const SPELLING = /^((?:[a-z]+\.)?[A-Z]\w*)\.(prototype\.)?([^.]+)$/u;

/** What a share adds to the language or to Node; undefined where it is another one, or nobody may add that. */
export function additionOf(share: string): LanguageAddition | undefined {
  const [, holder, prototype, name] = SPELLING.exec(share) ?? [];
  if (holder === undefined || !isIdentifier(name!) || OF_CLASSES.has(name!)) return undefined;
  const toPrototype = prototype !== undefined;
  const isOpen = isNodeClass(holder) ? toPrototype && isOpenOnNode(name!) : INTRINSICS.has(holder);
  if (!isOpen) return undefined;
  if (toPrototype && name === "then") return undefined;
  if (holder === "Object" && toPrototype && ASKED_OF_OBJECTS.has(name!)) return undefined;
  if (holder === "Error" && !toPrototype && STACK_SETTINGS.has(name!)) return undefined;
  return { holder, toPrototype, name: name! };
}

/** HAZARD: Node asks its objects for much that begins so and that most have not (`_construct`). */
const isOpenOnNode = (name: string): boolean => !name.startsWith("_") && !ASKED_OF_OBJECTS.has(name);

/** `http.IncomingMessage`, by the name of the class alone. */
export function nodeClassNamed(name: string): string | undefined {
  for (const path of NODE_CLASSES) if (path.slice(path.indexOf(".") + 1) === name) return path;
  return undefined;
}

/** What takes additions and is a global variable. */
export function extensibleGlobals(): readonly string[] {
  return [...INTRINSICS, ...[...NODE_CLASSES].filter((path) => !path.includes("."))];
}

/** Whether that is a class of Node's, by its path (`http.IncomingMessage`). */
export function isNodeClass(holder: string): boolean {
  return NODE_CLASSES.has(holder);
}

/** Whose methods the application may replace: nothing in moat or Node calls them by name, and V8 watches none of them. */
const OF_THE_APPLICATION: ReadonlySet<string> = new Set(["Date", "Number", "Boolean", "BigInt", "Error"]);
/** Of these, they are called on times and numbers, which keep nothing secret: a test double may replace them for the application. */
const OF_DOUBLES: ReadonlySet<string> = new Set(["Date", "Number", "Boolean", "BigInt"]);
/**
 * Methods that wrap a text in HTML, which nobody calls and colors puts a getter of its own in the place of.
 * @see https://tc39.es/ecma262/#sec-additional-properties-of-the-string.prototype-object
 */
const HTML_METHODS: ReadonlySet<string> = new Set(
  "anchor big blink bold fixed fontcolor fontsize italics link small strike sub sup".split(" "),
);

/**
 * Who may put something in the place of what is there: nobody, where it is undefined; `listed` are the application and
 * packages that the policy names (test doubles, which do it for the application: `sinon.stub(Date, "now")`).
 */
export function replaceableBy({
  holder,
  toPrototype,
  name,
}: LanguageAddition): "anybody" | "listed" | "application" | undefined {
  if (!toPrototype) return holder === "Date" && name === "now" ? "listed" : undefined;
  if (holder === "String" && HTML_METHODS.has(name)) return "anybody";
  if (OF_DOUBLES.has(holder)) return "listed";
  return OF_THE_APPLICATION.has(holder) ? "application" : undefined;
}
