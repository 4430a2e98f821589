/**
 * Mock clocks for packages: while one that shares `timers.mock` (sinon, Vitest) has
 * replaced timers or `Date`, other packages have its time, as they would in Node, where
 * a test that stops the clock stops that of `dayjs`, `jsonwebtoken` and `lodash.debounce`, too.
 *
 * HAZARD: what the mock is given is a number of milliseconds and a function of moat's
 * own, which calls the package's with the package's arguments, answers nothing and throws nothing; what
 * it gives is taken for a number, and what it throws for a text. So the one that shares it says when
 * others' timers run, how often, and what time it is, and never sees what they hold. The application's
 * mock gets what timers throw, as in Node: it is in charge.
 */
import { promisify } from "node:util";
import { defineMember, named } from "../endowments/facade.ts";
import { hardenNodeClass } from "../endowments/harden-node.ts";
import { askedOf } from "./asked-of-mocks.ts";

const { defineProperty } = Object;
const { apply, construct, ownKeys } = Reflect;
const { queueMicrotask } = globalThis;
const NativeDate = Date;
const dispose: symbol = (Symbol as any).dispose ?? Symbol.for("nodejs.dispose");

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

/** What a mock has answered for a timer. */
interface MockHandle {
  readonly handle: any;
}

/** HAZARD: no members of the class, which packages reach by their timers: what these hold is the mock's. */
let handleOf: (timer: unknown) => MockHandle | undefined;
let setHandleOf: (timer: MockedTimer, handle: MockHandle) => void;
let isClosed: (timer: MockedTimer) => boolean;

/** What a package gets for a timer of a mock. */
class MockedTimer {
  #handle: MockHandle | undefined;
  #hasRef = true;
  #isClosed = false;
  static {
    handleOf = (timer) => (typeof timer === "object" && timer !== null && #handle in timer ? timer.#handle : undefined);
    setHandleOf = (timer, handle) => {
      timer.#handle = handle;
    };
    isClosed = (timer) => timer.#isClosed;
  }
  hasRef(): boolean {
    return this.#hasRef;
  }
  ref(): this {
    this.#hasRef = true;
    return this;
  }
  unref(): this {
    this.#hasRef = false;
    return this;
  }
  refresh(): this {
    asked(() => void handleOf(this)?.handle?.refresh?.());
    return this;
  }
  close(): this {
    this.#isClosed = true;
    asked(() => void handleOf(this)?.handle?.close?.());
    return this;
  }
  /** By its number the application clears it, in mocks that have numbers. */
  [Symbol.toPrimitive](): number {
    return asked(() => Number(handleOf(this)?.handle));
  }
}
defineMember(
  MockedTimer.prototype,
  dispose,
  function (this: MockedTimer) {
    this.close();
  },
  false,
);

const asked = <Answer>(ask: () => Answer): Answer => askedOf("the mock clock", ask);

/**
 * @param ownOf what the package has under a name while nothing is replaced
 * @returns what it has in place of a mock's; the same for the same
 */
export function makePackagesClock(
  ownOf: (name: string) => unknown,
): (name: string, mock: unknown, isApplications: boolean) => unknown {
  hardenNodeClass(MockedTimer);
  const made = new WeakMap<object, Map<string, unknown>>();
  return (name, mock, isApplications) => {
    if (typeof mock !== "function") return ownOf(name);
    let ofMock = made.get(mock);
    if (ofMock === undefined) made.set(mock, (ofMock = new Map()));
    let standIn = ofMock.get(name);
    if (standIn === undefined) {
      standIn = makers[name as ClockName](mock, ownOf(name) as Function, isApplications);
      ofMock.set(name, standIn);
    }
    return standIn;
  };
}

type Make = (mock: Function, own: Function, isApplications: boolean) => Function;

type Start = (callback: unknown, args: unknown[], ...delay: number[]) => MockedTimer;
const startsBy =
  (mock: Function, isApplications: boolean): Start =>
  (callback, args, ...delay) => {
    const timer = new MockedTimer();
    const run = (): void => {
      if (isClosed(timer)) return;
      try {
        apply(callback as Function, timer, args);
      } catch (error) {
        if (isApplications) throw error;
        // HAZARD: the mock must not have it, with all that it may hold. It is uncaught, as a real timer's would be.
        queueMicrotask(() => {
          throw error;
        });
      }
    };
    setHandleOf(timer, { handle: asked(() => apply(mock, undefined, [run, ...delay]) as unknown) });
    return timer;
  };

const startsAfter =
  (name: string): Make =>
  (mock, own, isApplications) => {
    const start = startsBy(mock, isApplications);
    return named(name, 2, function (callback: unknown, delay: unknown, ...args: unknown[]): unknown {
      // Node's own complaint.
      if (typeof callback !== "function") return apply(own, undefined, [callback, delay]);
      return start(callback, args, delay === undefined ? 0 : Number(delay));
    });
  };

const clears =
  (name: string): Make =>
  (mock, own) =>
    named(name, 1, function (timer: unknown): void {
      const known = handleOf(timer);
      if (known === undefined) apply(own, undefined, [timer]);
      else asked(() => void apply(mock, undefined, [known.handle]));
    });

const makers: Readonly<Record<ClockName, Make>> = {
  setTimeout: (mock, own, isApplications) => {
    const standIn = startsAfter("setTimeout")(mock, own, isApplications);
    definePromise(
      standIn,
      (delay: unknown, value: unknown) => new Promise((resolve) => standIn(resolve, delay, value)),
    );
    return standIn;
  },
  setInterval: startsAfter("setInterval"),
  setImmediate: (mock, own, isApplications) => {
    const start = startsBy(mock, isApplications);
    const standIn = named("setImmediate", 1, function (callback: unknown, ...args: unknown[]): unknown {
      return typeof callback === "function" ? start(callback, args) : apply(own, undefined, [callback]);
    });
    definePromise(standIn, (value: unknown) => new Promise((resolve) => void standIn(resolve, value)));
    return standIn;
  },
  clearTimeout: clears("clearTimeout"),
  clearInterval: clears("clearInterval"),
  clearImmediate: clears("clearImmediate"),
  Date: makeDate,
};

/** For `util.promisify`, as Node's own timers have it. */
function definePromise(standIn: Function, waits: Function): void {
  defineMember(standIn, promisify.custom, waits, false);
}

function makeDate(mock: Function): Function {
  function MockedDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new NativeDate(time()).toString();
    return construct(
      NativeDate,
      args.length === 0 ? [time()] : args,
      new.target === MockedDate ? NativeDate : new.target,
    );
  }
  const time = (): number => asked(() => Number(construct(mock, [])));
  const now = asked(() => (mock as { now?: unknown }).now);
  for (const key of ownKeys(NativeDate))
    if (key !== "prototype") defineMember(MockedDate, key, NativeDate[key as "now"], false);
  defineMember(
    MockedDate,
    "now",
    () => (typeof now === "function" ? asked(() => Number(apply(now, mock, []))) : time()),
    false,
  );
  defineProperty(MockedDate, "prototype", { value: NativeDate.prototype, writable: false });
  return MockedDate;
}
