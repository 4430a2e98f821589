/**
 * Mock clocks for packages: while one that shares `timers.mock` (sinon, Vitest) has
 * replaced timers or `Date`, other packages have its time, as they would in Node, where
 * a test that stops the clock stops that of `dayjs`, `jsonwebtoken` and `lodash.debounce`, too.
 *
 * HAZARD: what the mock is given is a number of milliseconds and a function of moat's
 * own, which calls the package's with the package's arguments and answers nothing; what
 * it gives is taken for a number. So the one that shares it says when others' timers run, how
 * often, and what time it is, and never sees what they hold.
 */
import { defineMember } from "../endowments/facade.ts";

const { defineProperty, getOwnPropertyDescriptors } = Object;
const { apply, construct, ownKeys } = Reflect;
const NativeDate = Date;

/** What packages see of a mock clock. */
export const CLOCK_NAMES = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "Date",
] as const;
type ClockName = (typeof CLOCK_NAMES)[number];

/** What a package gets for a timer of a mock. */
class MockedTimer {
  static #handles = new WeakMap<MockedTimer, { readonly handle: unknown }>();
  static keep(timer: MockedTimer, handle: unknown): void {
    MockedTimer.#handles.set(timer, { handle });
  }
  static handleOf(timer: unknown): { readonly handle: unknown } | undefined {
    return MockedTimer.#handles.get(timer as MockedTimer);
  }
  hasRef(): boolean {
    return true;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  refresh(): this {
    const { refresh } = (MockedTimer.handleOf(this)?.handle ?? {}) as { refresh?: unknown };
    if (typeof refresh === "function") apply(refresh, MockedTimer.handleOf(this)!.handle, []);
    return this;
  }
  /** By its number the application clears it, in mocks that have numbers. */
  [Symbol.toPrimitive](): number {
    return Number(MockedTimer.handleOf(this)?.handle);
  }
}
Object.freeze(MockedTimer.prototype);

/**
 * @param ownOf what the package has under a name while nothing is replaced
 * @returns what it has in place of a mock's; the same for the same
 */
export function makePackagesClock(ownOf: (name: string) => unknown): (name: string, mock: unknown) => unknown {
  const made = new WeakMap<object, Map<string, unknown>>();
  return (name, mock) => {
    if (typeof mock !== "function") return ownOf(name);
    let ofMock = made.get(mock);
    if (ofMock === undefined) made.set(mock, (ofMock = new Map()));
    let standIn = ofMock.get(name);
    if (standIn === undefined) ofMock.set(name, (standIn = makers[name as ClockName](mock, ownOf(name) as Function)));
    return standIn;
  };
}

type Make = (mock: Function, own: Function) => Function;

const starts = (mock: Function, callback: unknown, args: unknown[], ...delay: number[]): MockedTimer => {
  const timer = new MockedTimer();
  const run = (): void => void apply(callback as Function, timer, args);
  MockedTimer.keep(timer, apply(mock, undefined, [run, ...delay]));
  return timer;
};

const repeatsOrWaits: Make = (mock, own) =>
  function (callback: unknown, delay: unknown, ...args: unknown[]): unknown {
    // Node's own complaint.
    if (typeof callback !== "function") return apply(own, undefined, [callback, delay]);
    return starts(mock, callback, args, delay === undefined ? 0 : Number(delay));
  };

const clears: Make = (mock, own) =>
  function (timer: unknown): void {
    const known = MockedTimer.handleOf(timer);
    if (known === undefined) apply(own, undefined, [timer]);
    else apply(mock, undefined, [known.handle]);
  };

const makers: Readonly<Record<ClockName, Make>> = {
  setTimeout: repeatsOrWaits,
  setInterval: repeatsOrWaits,
  setImmediate: (mock, own) =>
    function (callback: unknown, ...args: unknown[]): unknown {
      return typeof callback === "function" ? starts(mock, callback, args) : apply(own, undefined, [callback]);
    },
  clearTimeout: clears,
  clearInterval: clears,
  clearImmediate: clears,
  Date: makeDate,
};

function makeDate(mock: Function): Function {
  function MockedDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new NativeDate(time()).toString();
    return construct(
      NativeDate,
      args.length === 0 ? [time()] : args,
      new.target === MockedDate ? NativeDate : new.target,
    );
  }
  const time = (): number => Number(construct(mock, []));
  const { now } = mock as { now?: unknown };
  const { prototype: _prototype, ...members } = getOwnPropertyDescriptors(NativeDate);
  for (const key of ownKeys(members)) defineProperty(MockedDate, key, { ...(members as any)[key], configurable: true });
  defineMember(MockedDate, "now", () => (typeof now === "function" ? Number(apply(now, mock, [])) : time()), false);
  defineProperty(MockedDate, "prototype", { value: NativeDate.prototype, writable: false });
  return MockedDate;
}
