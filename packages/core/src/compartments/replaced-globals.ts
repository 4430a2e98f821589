/**
 * Mock clocks: a test runner puts its own timers on its global object, and the
 * project's modules, which it runs, are to use them from that moment on. The
 * share `*` makes it possible, for the project's own code and for nobody else.
 * A package that evaluates this code for the runner (vite-node, for Vitest) sees
 * what else of Node's is replaced, too: `vi.stubGlobal("fetch", …)`.
 */
import { LIVE_NAMES, TIMERS } from "./live-names.ts";
import { noteStandIn, standInOf, type StandIn } from "./override-mistake.ts";
import { CLOCK_NAMES, makePackagesClock } from "./packages-clock.ts";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;

type GlobalObject = Record<PropertyKey, unknown>;

/** What a global object has under a name that it does not have at first. */
export interface ReplacedGlobals {
  readonly isApplications: boolean;
  valueOf(name: string): { readonly value: unknown } | undefined;
}

interface Replacement {
  readonly value: unknown;
  readonly isApplications: boolean;
}

/** Watches what a test runner's global object has in place of what it was given. */
export function watchGlobals(globalObject: GlobalObject, isApplications = false): ReplacedGlobals {
  const given = new Map<string, PropertyDescriptor | undefined>();
  for (const name of LIVE_NAMES) given.set(name, getOwnPropertyDescriptor(globalObject, name));
  return {
    isApplications,
    valueOf(name) {
      const now = getOwnPropertyDescriptor(globalObject, name);
      // What a guarded global object has is data behind an accessor of moat's; what it is shown is not its own.
      const held = standInOf(now?.get) ?? now;
      if (held instanceof Shown) return held.own;
      // HAZARD: never an accessor, which would run the runner's code at each look.
      if (held === undefined || !("value" in held) || held.get !== undefined || held.value === valueOf(given.get(name)))
        return undefined;
      return { value: held.value };
    },
  };
}

/** Lets a package have a mock clock's time; see `packages-clock.ts`. */
export function showClock(globalObject: GlobalObject, clocks: () => Iterable<ReplacedGlobals>): void {
  const own = new Map<string, PropertyDescriptor | undefined>();
  for (const name of CLOCK_NAMES) own.set(name, getOwnPropertyDescriptor(globalObject, name));
  showReplaced(
    globalObject,
    clocks,
    CLOCK_NAMES,
    makePackagesClock((name) => valueOf(own.get(name))),
  );
}

/** Without a receiver, a property that is computed late stays as it is. */
function valueOf(descriptor: PropertyDescriptor | undefined): unknown {
  if (descriptor?.get === undefined) return descriptor?.value;
  return apply(descriptor.get, undefined, []) as unknown;
}

/** What the first runner that has replaced a global has in its place. */
export function replacedBy(runners: Iterable<ReplacedGlobals>, name: PropertyKey): Replacement | undefined {
  if (typeof name !== "string" || !LIVE_NAMES.has(name)) return undefined;
  for (const runner of runners) {
    const replaced = runner.valueOf(name);
    if (replaced !== undefined) return { value: replaced.value, isApplications: runner.isApplications };
  }
  return undefined;
}

/** What a shown global stands for: a test double looks for data there (`sinon.stub(globalThis, "setTimeout")`). */
class Shown implements StandIn {
  /** What its own package has put there, while it has. */
  own: { readonly value: unknown } | undefined = undefined;
  readonly #get: () => unknown;
  constructor(get: () => unknown) {
    this.#get = get;
  }
  get value(): unknown {
    return this.#get();
  }
}

/** Of global objects that show what others have replaced, the accessors by which they do. */
const shownOn = new WeakMap<object, Map<PropertyKey, PropertyDescriptor>>();
let isShown = false;

/** After a definition: what has become data goes on showing what others replace once what was there before is put back. */
export function keepShown(target: object, key: PropertyKey): void {
  const accessor = isShown ? shownOn.get(target)?.get(key) : undefined;
  if (accessor === undefined) return;
  const now = getOwnPropertyDescriptor(target, key)!;
  if (!("value" in now) || now.configurable !== true) return;
  defineProperty(target, key, accessor);
  apply(accessor.set!, target, [now.value]);
}

/**
 * Lets a global object of the project's own code show what a runner has replaced, while it does.
 * @param standInFor what is shown in its place, for who must not have itself
 */
export function showReplaced(
  globalObject: GlobalObject,
  runners: () => Iterable<ReplacedGlobals>,
  names: Iterable<string> = TIMERS,
  standInFor: (name: string, replacement: unknown, isApplications: boolean) => unknown = (_name, replacement) =>
    replacement,
): void {
  for (const name of names) {
    const own = getOwnPropertyDescriptor(globalObject, name);
    if (own === undefined) continue;
    const replacement = (): { readonly value: unknown } | undefined => {
      const replaced = replacedBy(runners(), name);
      return replaced && { value: standInFor(name, replaced.value, replaced.isApplications) };
    };
    const get = (): unknown => {
      const there = shown.own ?? replacement();
      return there === undefined ? valueOf(own) : there.value;
    };
    const shown = new Shown(get);
    noteStandIn(get, shown);
    const accessor = {
      get,
      set(this: object, value: unknown) {
        if (this !== globalObject)
          defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
        else shown.own = value === valueOf(own) || value === replacement()?.value ? undefined : { value };
      },
      enumerable: own.enumerable === true,
      configurable: true,
    };
    defineProperty(globalObject, name, accessor);
    let ofGlobal = shownOn.get(globalObject);
    if (ofGlobal === undefined) shownOn.set(globalObject, (ofGlobal = new Map()));
    ofGlobal.set(name, accessor);
    isShown = true;
  }
}
