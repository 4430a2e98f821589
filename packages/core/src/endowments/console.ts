import { defineMember, lazyDescriptor, named, perContext, settle } from "./facade.ts";
import { hardenNodeClass } from "./harden-node.ts";
import { hardenBasics } from "./late.ts";
import { applicationsDefaults } from "./inspect-defaults.ts";
import { getOwnPropertyDescriptor } from "./native-definitions.ts";
import { consoleOutput, standardOutput } from "./process/standard-output.ts";
import type { EndowmentContext } from "./principal.ts";

const { create, defineProperty, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;

/** Methods of V8's console that only an attached inspector would notice. */
const INSPECTOR_METHODS = ["profile", "profileEnd", "timeStamp"] as const;

const isPrimitive = (value: unknown): boolean =>
  (typeof value !== "object" || value === null) && typeof value !== "function";

/**
 * A principal's own console: Node's formatting, on the principal's own standard
 * streams, with labels, counters and indentation nobody else shares.
 *
 * The `Console` that works is never shown. Its streams are made when somebody looks at
 * them, as `process.stdout` is: Node's stream classes are hardened then, which costs more
 * than all else that a small program does.
 */
export const principalConsole = perContext((context: EndowmentContext): object => {
  const { Console } = context.powers.builtin("console");
  const hidden = new Console({ stdout: consoleOutput(context, "stdout"), stderr: consoleOutput(context, "stderr") });
  printAsApplicationSets(context, hidden);
  // As in Node: an object of nobody's class, over an empty one.
  const console = create(create(Object.prototype) as object) as Record<string, unknown>;
  const ofApplication = context.shared("console.application", (): ApplicationConsole[] => []);
  for (const key of ownKeys(hidden)) {
    const descriptor = getOwnPropertyDescriptor(hidden, key)!;
    if (key === "_stdout" || key === "_stderr") defineProperty(console, key, streamProperty(context, hidden, key));
    else if (typeof key === "string" && typeof descriptor.value !== "function")
      defineProperty(console, key, sameProperty(hidden, key, descriptor));
    else if (typeof key === "string" && !context.principal.trusted)
      defineProperty(console, key, asReplaced(context, key, descriptor, ofApplication));
    // HAZARD: what symbols lead to is Node's own.
    else if (typeof key === "string" || isPrimitive(descriptor.value)) defineProperty(console, key, descriptor);
  }
  for (const name of INSPECTOR_METHODS)
    defineMember(
      console,
      name,
      named(name, 0, () => {}),
    );
  defineMember(
    console,
    "createTask",
    named("createTask", 1, () => ({
      run(task: () => unknown) {
        return task();
      },
    })),
  );
  const ownClass = (): unknown => {
    hardenBasics(context);
    return hardenNodeClass(Console);
  };
  defineProperty(console, "Console", lazyDescriptor("Console", ownClass));
  if (context.principal.trusted) ofApplication.push({ console, original: { ...hidden } });
  return console;
});

/**
 * Has a console print by the application's `util.inspect.defaultOptions`: Node's own are locked. By the method that Node's
 * console asks for its options; where a version of Node has none, consoles print by Node's defaults.
 */
function printAsApplicationSets(context: EndowmentContext, hidden: Record<PropertyKey, any>): void {
  const methods = ownKeys(getPrototypeOf(hidden) as object);
  const key = methods.find((one) => typeof one === "symbol" && one.description === "kGetInspectOptions");
  if (key === undefined) return;
  const ofApplication = applicationsDefaults(context);
  const ofStream = hidden[key] as Function;
  const value = (stream: unknown): object => {
    const options = apply(ofStream, hidden, [stream]) as object;
    return ofApplication.used ? { ...ofApplication.values, ...options } : options;
  };
  defineProperty(hidden, key, { value });
}

/** A console of the application, or of a workspace member, and its methods as they were. */
interface ApplicationConsole {
  readonly console: Record<string, unknown>;
  readonly original: Readonly<Record<string, unknown>>;
}

/**
 * A package's method: what the application has put in place of its own (`console.error = log`, a stub) speaks for packages
 * too. As in Node, who kept the method from before prints by it (mocha's reporters, while a spec has `console.log` stubbed).
 */
function asReplaced(
  context: EndowmentContext,
  name: string,
  { value: method, enumerable }: PropertyDescriptor,
  ofApplication: readonly ApplicationConsole[],
): PropertyDescriptor {
  const replacement = (): { console: object; current: Function } | undefined => {
    for (const { console, original } of ofApplication) {
      const current = console[name];
      if (current !== original[name] && typeof current === "function") return { console, current };
    }
    return undefined;
  };
  const redirecting = named(name, (method as Function).length, (...args: unknown[]) => {
    const found = replacement();
    // HAZARD: what it returns is the application's, and Node's methods return nothing.
    if (found === undefined) apply(method as Function, undefined, args);
    else apply(found.current, found.console, asTexts(context, args));
  });
  return {
    get: () => (replacement() === undefined ? method : redirecting),
    set(this: unknown, next: unknown) {
      settle(this, name, next);
    },
    enumerable: enumerable === true,
    configurable: true,
  };
}

/**
 * HAZARD: the application's console is handed over (`new Client({ logger: console })`), so that another package may have
 * put its own method there: it gets what would be printed, and not the objects that a package meant to show.
 */
function asTexts({ powers }: EndowmentContext, args: readonly unknown[]): readonly unknown[] {
  if (args.every(isPrimitive)) return args;
  const { format, inspect } = powers.builtin("util") as typeof import("node:util");
  const [first] = args;
  if (typeof first === "string" && first.includes("%")) return [format(...args)];
  return args.map((one) => (isPrimitive(one) ? one : inspect(one)));
}

/** The stream that the principal has as `process.stdout`, and in its place another one that it assigns. */
function streamProperty(
  context: EndowmentContext,
  hidden: Record<string, unknown>,
  key: "_stdout" | "_stderr",
): PropertyDescriptor {
  let assigned: { readonly value: unknown } | undefined;
  return {
    get: () =>
      assigned === undefined ? standardOutput(context, key === "_stdout" ? "stdout" : "stderr") : assigned.value,
    set: (value: unknown) => {
      assigned = { value };
      hidden[key] = value;
    },
    enumerable: false,
    configurable: true,
  };
}

/** A setting of the console that works (`_ignoreErrors`). */
function sameProperty(
  hidden: Record<string, unknown>,
  key: string,
  { enumerable }: PropertyDescriptor,
): PropertyDescriptor {
  return {
    get: () => hidden[key],
    set: (value: unknown) => {
      hidden[key] = value;
    },
    enumerable: enumerable === true,
    configurable: true,
  };
}
