import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { defineMember } from "../facade.ts";
import { isObject } from "../is-object.ts";
import { refusedMember } from "../access-denied.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../native-definitions.ts";
import type { MemberTable } from "../member-table.ts";
import { guardChildren } from "../subprocess/child-guard.ts";
import { installMockClock, type ClockTarget } from "./mock-clock.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

const why = "a test's context mocks timers and modules of the whole process, and writes snapshots";

export const TEST_MEMBERS: MemberTable = Object.fromEntries(
  [
    "test",
    "it",
    "describe",
    "suite",
    "before",
    "after",
    "beforeEach",
    "afterEach",
    "only",
    "skip",
    "todo",
    "expectFailure",
    "getTestContext",
    "run",
    "mock",
    "snapshot",
    "assert",
  ].map((name) => [name, ["refuse", why] as const]),
);

export const TEST_REPORTERS_MEMBERS: MemberTable = Object.fromEntries(
  ["dot", "junit", "spec", "tap", "lcov"].map((name) => [name, ["refuse", "reads sources and coverage"] as const]),
);

/** `test`: the application's test runner. It is a function with members, and stays one. */
export const makeTest: BuiltinFactory = (context: EndowmentContext) => {
  const { principal, powers } = context;
  // The runner starts files by Node's own functions, which it takes as it is loaded.
  if (principal.trusted) guardChildren(powers);
  const real = powers.builtin("test");
  if (principal.trusted) {
    takeOverMockTimers(context, real.mock);
    context.sharesClock?.();
    return real;
  }
  const facade: any = refusedMember(context, "test", "test", real);
  for (const name of Object.keys(TEST_MEMBERS)) {
    if (name !== "test" && typeof real[name] === "function")
      facade[name] = refusedMember(context, "test", name, real[name]);
  }
  return Object.assign(facade, { test: facade });
};

/** `mock.timers` replaces what the application has of timers: of each of its packages that has loaded `test`. */
function takeOverMockTimers(context: EndowmentContext, mock: object): void {
  const testers = context.shared("test.mock-clock", () => {
    const all = new Set<EndowmentContext>();
    const MockTrackerPrototype = Object.getPrototypeOf(mock) as object;
    const { get } = getOwnPropertyDescriptor(MockTrackerPrototype, "timers")!;
    showMethods(context, MockTrackerPrototype);
    let isInstalled = false;
    // When it is first asked for: Node 20 and 22 warn as the class is first used.
    defineProperty(MockTrackerPrototype, "timers", {
      get(this: unknown) {
        const timers: object = Reflect.apply(get!, this, []);
        if (!isInstalled) installMockClock(Object.getPrototypeOf(timers), () => [...all].map(clockTargetOf));
        isInstalled = true;
        return timers;
      },
    });
    return all;
  });
  testers.add(context);
}

/**
 * `mock.method(globalThis, "fetch")`: Node looks for a method that no accessor stands for. Where moat has one that programs
 * see as data, Node is given an object with that data, and what it defines there is assigned where the program said.
 */
function showMethods(context: EndowmentContext, MockTrackerPrototype: object): void {
  const { method } = MockTrackerPrototype as { method: Function };
  defineMember(
    MockTrackerPrototype,
    "method",
    function (this: unknown, target: unknown, name: unknown, ...rest: unknown[]): unknown {
      const isNamed = isObject(target) && (typeof name === "string" || typeof name === "symbol");
      const shown = isNamed ? shownMethod(context, target, name) : undefined;
      return Reflect.apply(method, this, [shown ?? target, name, ...rest]);
    },
    false,
  );
}

function shownMethod(context: EndowmentContext, target: object, name: string | symbol): object | undefined {
  let holder: object | null = target;
  while (holder !== null && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object | null;
  if (holder === null || getOwnPropertyDescriptor(holder, name)!.get === undefined) return undefined;
  // As programs see it.
  const seen = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof seen?.value !== "function") return undefined;
  const data = Object.defineProperty({}, name, { ...seen, configurable: true });
  // In the application's name, which may replace methods of the language's own.
  const assign = context.loader.compileFunction(["target", "key", "value"], "target[key] = value");
  return new Proxy(data, {
    defineProperty(_data, key, descriptor) {
      if ((target as any)[key] !== descriptor.value) Reflect.apply(assign, undefined, [target, key, descriptor.value]);
      return Reflect.defineProperty(data, key, descriptor);
    },
  });
}

function clockTargetOf(context: EndowmentContext): ClockTarget {
  return {
    global: context.loader.globalThis,
    timers: context.builtin("timers") as ClockTarget["timers"],
    promises: context.builtin("timers/promises") as ClockTarget["promises"],
  };
}

/** `test/reporters`: the same. */
export const makeTestReporters = refusedBuiltin("test/reporters", TEST_REPORTERS_MEMBERS);
